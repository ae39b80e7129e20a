using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What became of a host's share of the tests.</summary>
internal sealed record HostReport
{
    /// <summary>The resource it was on.</summary>
    public required string Resource { get; init; }

    /// <summary>The tests it was given; null where it was given whole assemblies.</summary>
    public required IReadOnlyList<DiscoveredTest>? Share { get; init; }

    /// <summary>How many classes they are from; null where that is not known.</summary>
    public required int? Classes { get; init; }

    /// <summary>The tests it reported.</summary>
    public required IReadOnlySet<Guid> Reported { get; init; }

    /// <summary>How many results it reported.</summary>
    public required int Results { get; init; }

    /// <summary>From the start of its first test to the end of its last.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>How its run ended; null where the host did not live to say.</summary>
    public required CompletedRun? Completed { get; init; }

    /// <summary>Why the host ended before its run did; null where it did not.</summary>
    public required string? Failure { get; init; }
}
