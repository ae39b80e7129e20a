using CrCache.Scheduling;
using CrCache.TestAdapter.Grouping;
using CrCache.TestAdapter.Hosts;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>What one host is to run.</summary>
/// <param name="Host">The host.</param>
/// <param name="Start">The message that starts it.</param>
/// <param name="Tests">The tests in it; null where they are whole assemblies of which no more is known.</param>
/// <param name="Classes">How many classes they are from; null where that is not known.</param>
internal sealed record Share(StockHost Host, Message Start, IReadOnlyList<DiscoveredTest>? Tests, int? Classes)
{
    /// <summary>Everything for one host, as the runner asked for it: it then says and does exactly what a plain run does.</summary>
    public static Share Whole(LeasedResource resource, StockHost host, RunRequest request, IReadOnlyList<DiscoveredTest>? known) =>
        new(
            host,
            request.With(RunSettings.For(request.RunSettings, resource.Concurrency, request.Sources)),
            known is { Count: > 0 } ? known : null,
            known is { Count: > 0 } ? known.Select(TestGrouping.ClassOf).Distinct().Count() : null);

    /// <summary>Divides groups over hosts by their number of tests; a host that would get nothing is left out.</summary>
    public static IReadOnlyList<Share> Divide(
        IReadOnlyList<TestGroup> groups, IReadOnlyList<(LeasedResource Resource, StockHost Host)> hosts, RunRequest request)
    {
        var parts = WorkPlan.Divide(groups, g => g.Tests.Count, [.. hosts.Select(h => h.Resource.Concurrency)]);
        return [.. hosts.Zip(parts).Where(p => p.Second.Count > 0).Select(p =>
        {
            var ((resource, host), part) = p;
            IReadOnlyList<DiscoveredTest> tests = [.. part.SelectMany(g => g.Tests)];
            var settings = RunSettings.For(request.RunSettings, resource.Concurrency, request.Sources);
            return new Share(host, request.ForTests(tests, settings), tests, part.Sum(g => g.Classes));
        })];
    }
}
