using System.Globalization;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Whether this process may make namespaces: as root by itself, as another user inside a user namespace, where the kernel lets him.</summary>
internal static class UserNamespace
{
    private const ulong SystemAdministration = 1UL << 21;

    /// <summary>Whether other namespaces need one around them.</summary>
    public static bool IsNeeded { get; } = Libc.EffectiveUser() != 0 || (Rights() & SystemAdministration) == 0;

    /// <summary>Why none can be made here, and what to do; null where nothing is known that is in the way.</summary>
    public static string? Missing() => Value("/proc/sys/kernel/unprivileged_userns_clone") == "0" ? Forbidden("kernel.unprivileged_userns_clone=0", "kernel.unprivileged_userns_clone=1")
        : Value("/proc/sys/user/max_user_namespaces") == "0" ? Forbidden("user.max_user_namespaces=0", "user.max_user_namespaces=10000")
        : Value("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
            ? Forbidden("kernel.apparmor_restrict_unprivileged_userns=1", "kernel.apparmor_restrict_unprivileged_userns=0")
        : !Directory.Exists("/proc/self/ns/") || !Path.Exists("/proc/self/ns/user") ? "the kernel has no user namespaces: run as root"
        : null;

    private static string Forbidden(string found, string wanted) => Libc.EffectiveUser() == 0
        ? $"{found}, and this root has not CAP_SYS_ADMIN (a container's?): give it that, or sysctl {wanted}"
        : $"{found}: run as root or sysctl {wanted}";

    private static ulong Rights() =>
        File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
            ? ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.MaxValue;

    private static string? Value(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
