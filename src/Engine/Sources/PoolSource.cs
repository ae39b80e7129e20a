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
        return sources.Count == 0
            ? throw settings.Wrong("sources", "a pool needs at least one source to draw from: sources=NAME,NAME")
            : sources.Distinct().Count() < sources.Count
                ? throw settings.Wrong("sources", $"'{sources.GroupBy(s => s).First(g => g.Count() > 1).Key}' is named twice")
                : sources;
    }

    public override ResourceDraft Draft(SourceSettings settings) => new(new Route(), Concurrency: null);
}
