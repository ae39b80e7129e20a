using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Resources of other sources under one name and one set of limits.</summary>
internal sealed class PoolSource : SourceType
{
    public override string Name => "pool";

    public override IReadOnlyList<string> Keys => ["sources"];

    public override IReadOnlyList<string> Layers(SourceSettings settings)
    {
        var sources = settings.List("sources");
        if (sources.Count == 0)
        {
            throw settings.Wrong("sources", "a pool needs at least one source to draw from: sources=NAME,NAME");
        }

        if (settings.Text("base") is not null)
        {
            throw settings.Wrong("base", "a pool draws from its sources, and lies on nothing else");
        }

        // One source is two to draw from where it is bound in two ways.
        return sources.GroupBy(s => SourceReference.TryParse(s, out _)?.ToString() ?? s).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw settings.Wrong("sources", $"'{Shown.Cut(twice.Key)}' is named twice")
            : sources;
    }

    public override ResourceDraft Draft(SourceSettings settings) => new(new Route(), Concurrency: null);
}
