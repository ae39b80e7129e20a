namespace CrCache.Lab;

/// <summary>A base container of busybox that is stopped, in a path of its own: what LXC has elsewhere is neither read nor written.</summary>
public sealed class LxcBase : IDisposable
{
    /// <summary>Its name.</summary>
    public const string Name = "base";

    private readonly TemporaryDirectory _path = new();

    /// <summary>Makes it.</summary>
    /// <param name="more">More lines of its configuration.</param>
    public LxcBase(params IReadOnlyList<string> more) => _path.Write($"{Name}/config", string.Join('\n',
        "lxc.include = /usr/share/lxc/config/common.conf",
        $"lxc.uts.name = {Name}",
        $"lxc.rootfs.path = dir:{BusyboxRoot.Path}",
        "lxc.net.0.type = empty",
        "lxc.init.cmd = /bin/sleep 2147483",
        string.Join('\n', more),
        ""));

    /// <summary>LXC's path that it is in.</summary>
    public string Path => _path.Path;

    /// <summary>What a source of containers of it says.</summary>
    public string Settings => $"type=lxc\ncontainer={Name}\nlxcpath={Path}";

    /// <summary>Skips a test where there can be no containers.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>Whether something is missing.</returns>
    public static bool IsMissing(out string reason) => Requirement.Lxc.IsMissing(out reason) || BusyboxRoot.Requirement.IsMissing(out reason);

    /// <summary>What is left of containers below a directory: their processes, cgroups, mounts and lock files.</summary>
    /// <param name="directory">The directory that LXC's paths were in.</param>
    /// <param name="stores">The stores, by their twelve digits.</param>
    /// <returns>What is there, a line each; nothing where all is gone.</returns>
    public static async Task<string> LeftAsync(string directory, params IReadOnlyList<string> stores)
    {
        const string script =
            """
            for at in $(grep -lsxz -F -e "CRCACHE_LXC=$1" /proc/[0-9]*/environ) $(grep -lsz -F -e "[lxc monitor] $1" /proc/[0-9]*/cmdline); do
              [ "$at" = "/proc/$$/cmdline" ] || [ ! -e "$at" ] || { echo "process $at"; }
            done
            grep -F " $1/" /proc/self/mountinfo | sed 's/^/mount /'
            dir=$1; shift
            for at; do find /sys/fs/cgroup -type d -name "crcache.$at.*" -prune; done
            [ ! -d "/run/lxc/lock$dir" ] || find "/run/lxc/lock$dir" -name '.[!.]*' ! -name .base
            exit 0
            """;
        return (await ProcessRun.RunAsync(["sh", "-c", script, "sh", directory, .. stores])).Success().Output;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var locks = $"/run/lxc/lock{Path}";
        if (Directory.Exists(locks))
            Directory.Delete(locks, recursive: true);
        _path.Dispose();
    }
}
