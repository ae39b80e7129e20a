namespace CrCache.Ssh;

/// <summary>The files that an ssh configuration was read from, as they were: a connection that is kept serves only as long as they are the same.</summary>
internal sealed class SshConfigStamp
{
    private readonly Dictionary<string, Look?> _looks = new(StringComparer.Ordinal);

    /// <summary>Whether reading them again would give the same.</summary>
    public bool Holds => _looks.All(l => LookAt(l.Key) == l.Value);

    /// <summary>Remembers a file or directory that is about to be read, also one that is not there.</summary>
    public void Add(string path) => _looks.TryAdd(path, LookAt(path));

    private static Look? LookAt(string path)
    {
        try
        {
            return FileStatus.Of(path) is { } s ? new(s.Device, s.Inode, s.Size, s.ModifiedSeconds, s.ModifiedNanoseconds) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Look(ulong Device, ulong Inode, long Size, long Seconds, uint Nanoseconds);
}
