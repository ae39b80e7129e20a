using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A machine whose tools are busybox's.</summary>
public sealed class BusyboxTools : IDisposable
{
    private readonly TemporaryDirectory _tools = new();

    public BusyboxTools()
    {
        if (Requirement.PathOf("busybox") is not { } busybox)
            return;
        foreach (var tool in new[] { "sh", "find", "stat", "tar", "mkdir", "mv", "rm", "chmod", "touch", "cat", "xargs", "sha256sum", "gzip" })
            File.CreateSymbolicLink(_tools.Combine(tool), busybox);
    }

    /// <summary>The way to it.</summary>
    internal Route Route => new() { Prefix = ["env", $"PATH={_tools.Path}"] };

    public static void Require() => Assert.SkipWhen(Requirement.Program("busybox", "busybox-static").IsMissing(out var reason), reason);

    public void Dispose() => _tools.Dispose();
}
