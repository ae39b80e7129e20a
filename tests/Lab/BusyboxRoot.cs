namespace CrCache.Lab;

/// <summary>
/// A root file system of a few megabytes with every tool of busybox in it and nothing else, made once a test process. Nobody writes
/// to it: what needs its own copies it.
/// </summary>
public static class BusyboxRoot
{
    private const string Script =
        """
        set -e
        cd "$1"
        mkdir -p bin sbin usr/bin usr/sbin usr/lib usr/share etc proc sys dev tmp var/tmp root run mnt home/test
        chmod 1777 tmp var/tmp
        chmod 755 .
        cp "$2" bin/busybox
        bin/busybox --list-full | while read -r tool; do [ "$tool" = bin/busybox ] || ln bin/busybox "$tool" 2>/dev/null || ln -s /bin/busybox "$tool"; done
        printf 'root:x:0:0:root:/root:/bin/sh\ntest:x:1000:1000::/home/test:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n' >etc/passwd
        printf 'root:x:0:\nstaff:x:50:test\ntest:x:1000:\nnogroup:x:65534:\n' >etc/group
        echo '127.0.0.1 localhost' >etc/hosts
        [ "$(id -u)" != 0 ] || chown 1000:1000 home/test
        """;

    private static readonly Lazy<string> Made = new(Make);

    /// <summary>A busybox that needs no libraries.</summary>
    public static Requirement Requirement { get; } = Requirement.Program("busybox", "busybox-static");

    /// <summary>The directory that is its <c>/</c>. There are the users root and test (1000, also of the group staff).</summary>
    public static string Path => Made.Value;

    // It goes with the process; the tests' own directories are all gone by then.
    private static string Make()
    {
        TemporaryDirectory directory = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Dispose();
        var root = Directory.CreateDirectory(directory.Combine("root")).FullName;
        Task.Run(() => ProcessRun.RunAsync(["sh", "-c", Script, "sh", root, Requirement.PathOf("busybox")!])).GetAwaiter().GetResult().Success();
        return root;
    }
}
