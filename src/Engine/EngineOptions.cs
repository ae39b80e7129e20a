using CrCache.Sources;

namespace CrCache;

/// <summary>Where an engine looks and what it takes the outside world to be. The defaults are what a command line wants.</summary>
public sealed record EngineOptions
{
    /// <summary>The directory whose <c>.crcache</c> counts; null for the current directory.</summary>
    public string? Directory { get; init; }

    /// <summary>When true the <c>.crcache</c> of every parent of <see cref="Directory"/> counts as well, the nearest first: what a build or test run wants.</summary>
    public bool SearchParents { get; init; }

    /// <summary>
    /// Where commands on this machine start unless they or their source say otherwise, absolute; null for the current directory. For
    /// a process that works for several callers at once, as MSBuild does.
    /// </summary>
    public string? CommandDirectory { get; init; }

    /// <summary>The environment; null for this process's own. Read: <c>HOME</c>, <c>XDG_CONFIG_HOME</c>, <c>XDG_CACHE_HOME</c> and <c>CRCACHE_*</c>.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Source types besides the built-in ones.</summary>
    public IReadOnlyList<SourceType> AdditionalSourceTypes { get; init; } = [];

    /// <summary>The command that hooks find as <c>$CRCACHE</c> to run commands on their resource; null to search the PATH for <c>crcache</c>.</summary>
    public string? CommandPath { get; init; }

    /// <summary>
    /// When true connections to ssh hosts are kept by a process of the user's for the next commands, which <see cref="CommandPath"/> starts: what a
    /// process wants that soon ends. Else they are this process's own.
    /// </summary>
    public bool SharesConnections { get; init; }
}
