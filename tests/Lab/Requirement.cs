using System.Collections.Concurrent;

namespace CrCache.Lab;

/// <summary>
/// Something of the machine that a test needs. Where it is missing the test is skipped with the reason, unless the variable
/// CRCACHE_TEST_REQUIRE names it (or says <c>all</c>): then it fails, so that a CI run never skips what it came for.
/// In a test: <c>Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason)</c>.
/// </summary>
/// <param name="name">Its name, as CRCACHE_TEST_REQUIRE has it.</param>
/// <param name="probe">Says why it is missing; null where it is there.</param>
public sealed class Requirement(string name, Func<string?> probe)
{
    private static readonly ConcurrentDictionary<string, string?> Programs = new();

    private readonly Lazy<string?> _missing = new(probe);

    /// <summary>An ssh server to start.</summary>
    public static Requirement Sshd { get; } = Program("sshd", "openssh-server");

    /// <summary>The ssh client.</summary>
    public static Requirement Ssh { get; } = Program("ssh", "openssh-client");

    /// <summary>sudo.</summary>
    public static Requirement Sudo { get; } = Program("sudo", "sudo");

    /// <summary>A C compiler, for small test programs and native AOT.</summary>
    public static Requirement Gcc { get; } = Program("gcc", "gcc");

    /// <summary>git.</summary>
    public static Requirement Git { get; } = Program("git", "git");

    /// <summary>script(1), which gives a command a terminal.</summary>
    public static Requirement Script { get; } = Program("script", "bsdutils");

    /// <summary>testrepository, and subunit for the interpreter that it is installed for.</summary>
    public static Requirement Testr { get; } = new("testr", () =>
        PathOf("testr") is null || !Directory.Exists("/usr/lib/python3/dist-packages/subunit")
            ? "testrepository is not installed: apt-get install testrepository python3-subunit"
            : null);

    /// <summary>The right to act as root.</summary>
    public static Requirement Root { get; } = new("root", () => Environment.IsPrivilegedProcess ? null : "root is needed, this is another user");

    /// <summary>Mounts that one command and its children see: disks that are full or read-only.</summary>
    public static Requirement Mounts { get; } = new("mounts", () =>
    {
        if (!Environment.IsPrivilegedProcess)
            return "root is needed for mounts, this is another user";
        var probe = Task.Run(() => ProcessRun.RunAsync(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"])).GetAwaiter().GetResult();
        return probe.ExitCode == 0 ? null : $"mounts are not allowed here: {probe.Error.TrimEnd()}";
    });

    /// <summary>A file system in a file that can share blocks, mounted for one process.</summary>
    public static Requirement Btrfs { get; } = new("btrfs", () =>
    {
        if (!Environment.IsPrivilegedProcess)
            return "root is needed for mounts, this is another user";
        if (!Found("mkfs.btrfs"))
            return "mkfs.btrfs is not installed: apt-get install btrfs-progs";
        using TemporaryDirectory directory = new();
        string[] command = ["unshare", "--mount", "sh", "-ec", "truncate -s 128M image; mkfs.btrfs -q image; mkdir at; mount -o loop image at; umount at"];
        var probe = Task.Run(() => ProcessRun.RunAsync(command, directory: directory.Path)).GetAwaiter().GetResult();
        return probe.ExitCode == 0 ? null : $"btrfs cannot be mounted here: {probe.Error.TrimEnd()}";
    });

    /// <summary>Namespaces for a box: as root, or in a user namespace.</summary>
    public static Requirement Namespaces { get; } = new("namespaces", () => NamespacesAre(Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"]));

    /// <summary>Namespaces for a user who is not root.</summary>
    public static Requirement UserNamespaces { get; } = new("user-namespaces", () => NamespacesAre(["--user", "--map-root-user"]));

    /// <summary>LXC, and root for it. Whether containers start is for the tests to show.</summary>
    public static Requirement Lxc { get; } = new("lxc", () =>
        !Environment.IsPrivilegedProcess ? "root is needed for LXC, this is another user"
        : !Found("lxc-start") || !Found("lxc-copy") ? "lxc is not installed: apt-get install lxc"
        : null);

    /// <summary>A linker and zlib, for a native (AOT) build.</summary>
    public static Requirement NativeAot { get; } = new("aot", () =>
        !Found("gcc") && !Found("clang") ? "gcc or clang is needed for a native build: apt-get install gcc"
        : !File.Exists("/usr/include/zlib.h") ? "zlib's headers are needed for a native build: apt-get install zlib1g-dev"
        : null);

    /// <summary>A program on the PATH or in the sbin directories.</summary>
    /// <param name="program">The program's name, also the requirement's.</param>
    /// <param name="package">The Debian package that brings it.</param>
    /// <returns>The requirement.</returns>
    public static Requirement Program(string program, string package) =>
        new(program, () => Found(program) ? null : $"{program} is not installed: apt-get install {package}");

    /// <summary>Where a program is.</summary>
    /// <param name="program">Its name.</param>
    /// <returns>Its full path, or null.</returns>
    public static string? PathOf(string program) => Programs.GetOrAdd(program, static p =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin"
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(d => Path.Combine(d, p))
            .FirstOrDefault(File.Exists));

    /// <summary>Whether it is missing.</summary>
    /// <param name="reason">Why, and what to do; empty where it is there.</param>
    /// <returns>True where it is missing and may be.</returns>
    /// <exception cref="InvalidOperationException">It is missing and CRCACHE_TEST_REQUIRE says it must not be.</exception>
    public bool IsMissing(out string reason)
    {
        reason = _missing.Value ?? "";
        if (reason.Length == 0)
            return false;
        var required = (Environment.GetEnvironmentVariable("CRCACHE_TEST_REQUIRE") ?? "").Split([',', ' ']);
        return required.Contains("all") || required.Contains(name)
            ? throw new InvalidOperationException($"CRCACHE_TEST_REQUIRE asks for {name}: {reason}")
            : true;
    }

    private static string? NamespacesAre(string[] options)
    {
        if (!Found("unshare") || !Found("nsenter"))
            return "unshare and nsenter are not installed: apt-get install util-linux";
        string[] asUser = options.Length > 0 && Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
        string[] command = [.. asUser, "unshare", .. options, "--mount", "--pid", "--ipc", "--uts", "--net", "--fork", "mount", "-t", "proc", "proc", "/proc"];
        var probe = Task.Run(() => ProcessRun.RunAsync(command, directory: "/")).GetAwaiter().GetResult();
        return probe.ExitCode == 0 ? null : $"namespaces are not allowed here: {probe.Error.TrimEnd()}";
    }

    private static bool Found(string program) => PathOf(program) is not null;
}
