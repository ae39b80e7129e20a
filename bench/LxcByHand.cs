using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>An ephemeral copy of a stopped container, as LXC makes it.</summary>
internal sealed class LxcByHand : ByHand
{
    private LxcBase? _base;

    public override string Type => "lxc";

    public override string Tool => "`lxc-copy -e`, `lxc-stop -k`";

    public override string Prefix => "`lxc-attach`";

    public override double? Limit => 1.5;

    public override int Share => 4;

    public override string Make =>
        $"""
        lxc-copy -P {_base!.Path} -n {LxcBase.Name} -N "hand$$" -e >&2
        echo "hand$$" >"$1/name"
        echo "lxc-attach -P {_base.Path} -n hand$$ --"
        """;

    // LXC deletes it after it has said that it is stopped.
    public override string Discard =>
        $"""
        read -r name <"$1/name"
        lxc-stop -P {_base!.Path} -n "$name" -k
        while [ -d "{_base.Path}/$name" ]; do :; done
        rm "$1/name"
        """;

    public override Task<string> PrepareAsync(TestHome home)
    {
        _base = new();

        // LXC copies only what has the container's name in its path.
        var directory = Path.Combine(_base.Path, LxcBase.Name);
        Directory.CreateSymbolicLink(Path.Combine(directory, "rootfs"), BusyboxRoot.Path);
        File.AppendAllText(Path.Combine(directory, "config"), $"lxc.rootfs.path = dir:{directory}/rootfs\n");
        return Task.FromResult(_base.Settings);
    }

    public override bool IsMissing(out string reason) => LxcBase.IsMissing(out reason);

    public override void Dispose()
    {
        _base?.Dispose();
        base.Dispose();
    }
}
