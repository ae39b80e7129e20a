namespace CrCache.Routes;

/// <summary>What the ids and starts of this machine's processes are of: in another boot, or in another pid namespace, they are others'.</summary>
internal static class KernelEra
{
    /// <summary>The boot and this process's pid namespace, with a blank between; null where /proc is not mounted.</summary>
    public static string? Current()
    {
        try
        {
            return new FileInfo("/proc/self/ns/pid").LinkTarget is { } space ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {space}" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
