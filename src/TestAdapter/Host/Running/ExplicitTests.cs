using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>
/// NUnit's explicit tests run only where nothing else is selected with them. A host knows that of the tests that it is given: what holds for the whole selection has to be
/// decided before it is divided.
/// </summary>
/// <param name="Asked">The tests that are to run.</param>
/// <param name="Unasked">Those that are not.</param>
/// <param name="AreReported">Whether those are reported as not run: a filter by name leaves them out altogether.</param>
internal sealed record ExplicitTests(IReadOnlyList<DiscoveredTest> Asked, IReadOnlyList<DiscoveredTest> Unasked, bool AreReported)
{
    private const int None = (int)TestOutcome.None;

    /// <summary>Tells them apart.</summary>
    public static ExplicitTests Among(IReadOnlyList<DiscoveredTest> tests, RunRequest request)
    {
        var isSelection = request.Filter is not null || request.Tests is not null;
        if (!tests.Any(t => t.IsExplicit) || (isSelection && RunSettings.MixesExplicitTests(request.RunSettings)))
            return new(tests, [], false);

        var mixed = tests.Where(t => !t.IsExplicit).Select(t => t.Source).ToHashSet();
        var unasked = tests.Where(t => t.IsExplicit && (!isSelection || mixed.Contains(t.Source))).ToHashSet();
        return new(
            [.. tests.Where(t => !unasked.Contains(t))],
            [.. unasked],
            !isSelection || request.Filter?.Contains("Category", StringComparison.OrdinalIgnoreCase) is true);
    }

    /// <summary>The results of tests that are not to run, as a host would have sent them.</summary>
    public static Message Results(IReadOnlyList<DiscoveredTest> unasked, DateTimeOffset now, int version) =>
        MissingTests.Results(unasked, None, null, Environment.MachineName, now, version);
}
