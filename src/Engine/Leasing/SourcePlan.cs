using CrCache.Configuration;
using CrCache.Hooks;
using CrCache.Leasing.Keeping;
using CrCache.Leasing.Selecting;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// A source and all it is layered on, with everything that has to be read from files read: what a transaction needs to decide.
/// </summary>
internal sealed record SourcePlan
{
    /// <summary>The source.</summary>
    public required SourceSettings Settings { get; init; }

    /// <summary>What its resources are made from, for the store.</summary>
    public required string Remembered { get; init; }

    /// <summary>Its type.</summary>
    public required SourceType Type { get; init; }

    /// <summary>What a resource of it is, where nothing must be done to have one.</summary>
    public required ResourceDraft? Draft { get; init; }

    /// <summary>The points of a resource's life at which the user has something to run.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }

    /// <summary>Whether the user has something to run as one is made.</summary>
    public bool HasMakingHooks => Has(HookStages.Provision) || Has(HookStages.Configure) || Has(HookStages.Concurrency);

    /// <summary>Whether the user has something to run before or after each command.</summary>
    public bool HasRunHooks => Has(HookStages.PreRun) || Has(HookStages.PostRun);

    /// <summary>What it draws from, the preferred first.</summary>
    public required IReadOnlyList<SourcePlan> Layers { get; init; }

    /// <summary>What its configuration says of its resources.</summary>
    public required Facts Labels { get; init; }

    /// <summary>The hosts that its resources are spread over; null where they are in one place.</summary>
    public HostSpread? Hosts { get; init; }

    /// <summary>What is known of one of its resources by its number alone.</summary>
    public Facts LabelsOf(int number) => Hosts is { } hosts ? Labels.With(new Facts([KeyValuePair.Create(HostSpread.Fact, hosts.NameOf(number))])) : Labels;

    /// <summary>What its resources are, where that is known before one is made: they are this machine. Else null.</summary>
    public required Lazy<Facts>? Here { get; init; }

    /// <summary>Whether its resources are what they are layered on, but for what the configuration says.</summary>
    public bool HasFactsOfBase { get; init; }

    /// <summary>Whether what it is layered on is shared, rather than each of its resources having one of its own.</summary>
    public bool SharesLayers => Settings.SharesLayers;

    /// <summary>What is to be kept of its resources.</summary>
    public required KeepRules Rules { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Settings.Name;

    /// <summary>What is bound to its parameters; empty for nothing.</summary>
    public string Binding => Settings.Bindings;

    /// <summary>How it is named with what is bound.</summary>
    public string Reference => Name + Binding;

    /// <summary>The most it can own with the limits of all layers; null for no limit.</summary>
    public int? Maximum => Rules.Most;

    /// <summary>What its resources can be; empty where some of them are not known before they are made.</summary>
    public IReadOnlyList<Facts> Possible()
    {
        if (Hosts is { } hosts)
        {
            return [.. Enumerable.Range(0, hosts.Names.Count).Select(n => LabelsOf(n).Unasked())];
        }

        if (Layers.Count == 0)
        {
            return Here is { } here ? [here.Value.With(Labels)] : [];
        }

        if (!HasFactsOfBase)
        {
            return [];
        }

        var below = Layers.Select(l => l.Possible()).ToList();
        return below.Any(b => b.Count == 0) ? [] : [.. below.SelectMany(b => b).Select(f => f.With(Labels)).Distinct()];
    }

    /// <summary>The layer that a resource below one of these belongs to; null where it is none's any more.</summary>
    public SourcePlan? LayerOf(ResourceRow below) => Layers.FirstOrDefault(l => l.Name == below.Source && l.Binding == below.Binding);

    /// <summary>Whether the user has something to run at a point of a resource's life.</summary>
    public bool Has(string stage) => Hooks.Contains(stage);

    /// <summary>Itself and every source below it.</summary>
    public IEnumerable<SourcePlan> All() => Layers.SelectMany(l => l.All()).Prepend(this);

    /// <summary>Sources and every source below them, each once.</summary>
    public static IEnumerable<SourcePlan> All(IEnumerable<SourcePlan> plans) => plans.SelectMany(p => p.All()).DistinctBy(p => p.Name);

    /// <summary>What is to be kept of sources and of every source below them.</summary>
    public static Dictionary<string, KeepRules> AllRules(IEnumerable<SourcePlan> plans) => All(plans).ToDictionary(p => p.Name, p => p.Rules);
}
