namespace CrCache.Ssh;

/// <summary>A connection that is shared, and how much of it is taken. Whoever has several of them keeps others out meanwhile.</summary>
/// <param name="connection">The connection.</param>
/// <param name="isCurrent">Whether configuration still leads where it leads.</param>
internal sealed class SshLine(SshConnection connection, Func<bool> isCurrent)
{
    public SshConnection Connection => connection;

    /// <summary>Whether configuration still leads where it leads.</summary>
    public bool IsCurrent => isCurrent();

    /// <summary>How many places are taken.</summary>
    public int Taken { get; private set; }

    /// <summary>How many were ever taken.</summary>
    public int Turns { get; private set; }

    /// <summary>When the last one was left.</summary>
    public long Left { get; private set; }

    public SshPlace Take() => new(this, ++Turns, IsFirst: Taken++ == 0);

    public void Leave(long now) => (Taken, Left) = (Taken - 1, now);
}
