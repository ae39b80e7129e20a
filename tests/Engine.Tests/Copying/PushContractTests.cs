using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Copying;

public sealed class BoxPushTests : PushContract
{
    private readonly BoxLab _lab;

    public BoxPushTests()
    {
        BoxLab.Require();
        _lab = new(new() { ["share"] = "tmp", ["private"] = Place });
    }

    internal override Route Route => _lab.Route;

    public override void Dispose()
    {
        _lab.Dispose();
        base.Dispose();
    }
}

public sealed class ChangedRootPushTests : PushContract
{
    private readonly string _root;

    public ChangedRootPushTests()
    {
        Assert.SkipWhen(Requirement.Root.IsMissing(out var root), root);
        Assert.SkipWhen(Requirement.Program("busybox", "busybox-static").IsMissing(out var busybox), busybox);
        _root = Files.Combine("root");
        Directory.CreateDirectory(Path.Combine(_root, "bin"));
        File.Copy(Requirement.PathOf("busybox")!, Path.Combine(_root, "bin", "busybox"));
        foreach (var tool in new[] { "sh", "cat", "ls", "ln", "mkdir", "rm", "rmdir", "stat" })
            File.CreateSymbolicLink(Path.Combine(_root, "bin", tool), "busybox");
    }

    internal override Route Route => new() { Prefix = ["chroot", _root], BaseDirectory = _root };
}
