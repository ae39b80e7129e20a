namespace CrCache.Cli.Tests.Stress;

/// <summary>How a worker parts with what it has.</summary>
internal enum StressEnding
{
    /// <summary>Releases all of it at once.</summary>
    Release,

    /// <summary>Releases one after another.</summary>
    ReleaseEach,

    /// <summary>Has it held for a person for a moment, and releases it.</summary>
    Hold,

    /// <summary>Leaves it lying: its tie is cut.</summary>
    Leave,
}
