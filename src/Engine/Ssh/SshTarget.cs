namespace CrCache.Ssh;

/// <summary>A host to connect to, with everything that configuration says about it.</summary>
internal sealed record SshTarget
{
    /// <summary>How it is reached.</summary>
    public required SshHostSettings Settings { get; init; }

    /// <summary>The keys to log in with; asked for at each connection, and disposed with it.</summary>
    public required Func<SshIdentities> Identities { get; init; }

    /// <summary>Looks at the host's key: null where it is the right one, else why the host is not spoken to.</summary>
    public required Func<byte[], string?> CheckKey { get; init; }

    /// <summary>The types of keys that the host is known by; empty where it is not known.</summary>
    public IReadOnlyList<string> KeyTypes { get; init; } = [];

    /// <summary>Whether configuration still says the same.</summary>
    public Func<bool> IsCurrent { get; init; } = () => true;

    /// <summary>What the user calls it.</summary>
    public string Name => Settings.Host;

    /// <summary>How long a connection may take to stand.</summary>
    public TimeSpan ConnectTimeout => Bounded(Settings.ConnectTimeout ?? TimeSpan.FromSeconds(20));

    /// <summary>How long the host may be silent before it is asked for a sign of life; zero for ever.</summary>
    public TimeSpan AliveInterval => Bounded(Settings.ServerAliveInterval ?? TimeSpan.FromSeconds(5));

    /// <summary>How often in a row it may leave that unanswered before the connection counts as lost.</summary>
    public int AliveCount => Settings.ServerAliveCountMax ?? 3;

    // No timer can be set for longer than some weeks.
    private static TimeSpan Bounded(TimeSpan time) => time < TimeSpan.FromDays(20) ? time : TimeSpan.FromDays(20);
}
