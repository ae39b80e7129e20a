using Renci.SshNet;

namespace CrCache.Ssh;

/// <summary>A host to connect to, with everything that configuration says about it.</summary>
internal sealed record SshTarget
{
    /// <summary>What the user calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Its name or address.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string User { get; init; }

    /// <summary>How to log in, the first that works; made anew for each connection, and disposed with it.</summary>
    public required Func<IReadOnlyList<AuthenticationMethod>> Identities { get; init; }

    /// <summary>Looks at the host's key (its type, the key): null where it is the right one, else why the host is not spoken to.</summary>
    public required Func<string, byte[], string?> CheckKey { get; init; }

    /// <summary>The types of keys that the host is known by, the best first; empty for any.</summary>
    public IReadOnlyList<string> KeyTypes { get; init; } = [];

    /// <summary>How long a connection may take to stand.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the host may be silent before it is asked for a sign of life.</summary>
    public TimeSpan AliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often in a row it may leave that unanswered before the connection counts as lost.</summary>
    public int AliveCount { get; init; } = 3;

    /// <summary>Whether what is sent is compressed.</summary>
    public bool Compression { get; init; }

    /// <summary>Key exchanges to use, the best first; empty for this program's choice. Likewise the two below.</summary>
    public IReadOnlyList<string> KeyExchanges { get; init; } = [];

    public IReadOnlyList<string> Ciphers { get; init; } = [];

    public IReadOnlyList<string> Macs { get; init; } = [];
}
