using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>
/// The recipe for running commands on a resource: plain data that is kept in the store, so that nothing but the
/// recipe is needed to use a resource. A route with nothing set is this machine as it is.
/// </summary>
public sealed record Route
{
    /// <summary>The name of the resource this one is reached through; null for this machine.</summary>
    public string? Via { get; init; }

    /// <summary>The ssh host to go to from there; null to stay.</summary>
    public SshEndpoint? Ssh { get; init; }

    /// <summary>What to put before a command there, such as <c>chroot DIR</c>.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>
    /// The directory of its base where the resource's <c>/</c> can be seen, with all that is in it; null where it cannot. Files are put there
    /// directly and belong to whoever arrives at the base, so a prefix that changes the user, or gives users other numbers, must have none.
    /// </summary>
    public string? BaseDirectory { get; init; }

    /// <summary>
    /// Where <see cref="BaseDirectory"/> is the root of a process, <c>/proc/ID/root</c>, when that was started, in clock ticks since the boot: nothing is
    /// put into the root of another that has got its number. Null for a directory as others are.
    /// </summary>
    public long? BaseProcessStart { get; init; }

    /// <summary>
    /// Where the process changes in whose root the resource's <c>/</c> is seen, while the way in stays: the file on its base that says which it is now, by
    /// its id, its start, the boot and its pid namespace, with blanks between. Only who arrives there may write it. Null elsewhere.
    /// </summary>
    public string? BaseProcessFile { get; init; }

    /// <summary>The user to run as, through sudo; null for whoever one arrives as.</summary>
    public string? User { get; init; }

    /// <summary>Where commands start, absolute; null for wherever one arrives (on this machine, the caller's own).</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables that every command gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it leads nowhere by itself: no host, no prefix, no other user.</summary>
    internal bool IsPlain => this is { Ssh: null, Prefix.Count: 0, User: null };

    /// <summary>How files are put in place where both ends share a file system.</summary>
    public CopyMode CopyMode { get; init; }
}
