using CrCache.Configuration;
using CrCache.Copying;
using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache;

/// <summary>
/// The engine that every front end calls. Opening one reads nothing and writes nothing: configuration and store are
/// touched when a service needs them. Instances are safe for concurrent use, and need no disposing.
/// </summary>
public sealed class CrCacheEngine
{
    private CrCacheEngine(EngineOptions options)
    {
        throw new NotImplementedException();
    }

    /// <summary>The configured sources.</summary>
    public SourceCatalog Sources { get; }

    /// <summary>Acquire, renew, release, collect.</summary>
    public LeaseService Leases { get; }

    /// <summary>What there is and what happened.</summary>
    public Inventory Inventory { get; }

    /// <summary>Commands on leased resources.</summary>
    public CommandRunner Commands { get; }

    /// <summary>Files to and from leased resources.</summary>
    public FileCopier Files { get; }

    /// <summary>What works on this machine, and what does not.</summary>
    public Doctor Doctor { get; }

    /// <summary>Opens an engine.</summary>
    /// <param name="options">Where it looks; null for a command line's defaults.</param>
    /// <returns>The engine.</returns>
    public static CrCacheEngine Open(EngineOptions? options = null) => new(options ?? new EngineOptions());
}
