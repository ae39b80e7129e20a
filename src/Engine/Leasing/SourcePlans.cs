using CrCache.Configuration;
using CrCache.Hooks;
using CrCache.Leasing.Keeping;
using CrCache.Leasing.Selecting;
using CrCache.Sources;

namespace CrCache.Leasing;

/// <summary>Reads plans from the configuration.</summary>
internal sealed class SourcePlans(SourceCatalog catalog, SourceTypes types, HostEnvironment environment)
{
    /// <summary>A source's plan.</summary>
    /// <param name="reference">Its name, with what is bound to its parameters.</param>
    /// <exception cref="ConfigurationException">It, or one it is layered on, is unknown or wrong, or a parameter is not bound.</exception>
    public SourcePlan Load(string reference) => Load(catalog.Resolve(SourceReference.Parse(reference)));

    /// <summary>The plan of a source as far as it is known while nothing is bound: to look at, not to make anything of.</summary>
    /// <exception cref="ConfigurationException">It, or one it is layered on, is unknown or wrong.</exception>
    public SourcePlan Outline(string name) => Load(catalog.Outline(name));

    /// <summary>Whether a source is configured, rightly or wrongly.</summary>
    public bool IsConfigured(string name) => catalog.Has(name);

    /// <summary>What is to be kept of a source, whatever is bound; null where its configuration is gone or wrong.</summary>
    public KeepRules? TryRules(string name)
    {
        try
        {
            return Outline(name).Rules;
        }
        catch (CrCacheException)
        {
            return null;
        }
    }

    /// <summary>A source's plan; null where its configuration is gone or wrong.</summary>
    public SourcePlan? TryLoad(string reference)
    {
        try
        {
            return Load(reference);
        }
        catch (CrCacheException)
        {
            return null;
        }
    }

    // Whoever sees the files of what it is on sees this machine's only where that does.
    private static IEnumerable<KeyValuePair<string, string>> Capabilities(SourceType type, SourceSettings settings, IReadOnlyList<SourcePlan> layers) =>
        type.Capabilities(settings).Where(c => c.Key != SourceType.SharedFiles || layers.All(SharesFiles));

    private static bool SharesFiles(SourcePlan plan) =>
        plan.Labels[SourceType.SharedFiles] is not null || (plan is { HasFactsOfBase: true, Layers.Count: > 0 } && plan.Layers.All(SharesFiles));

    private SourcePlan Load(ResolvedSource source)
    {
        var settings = source.Settings;
        var type = types.Find(settings.Type) ?? throw new InvalidOperationException($"a checked source has the unknown type {settings.Type}");
        var draft = settings.IsTemplate ? null : type.Draft(settings);
        IReadOnlyList<SourcePlan> layers = [.. source.Layers.Select(Load)];
        var hooks = settings.Directory is { } directory ? HookRunner.Stages(directory) : [];

        var isMachine = !settings.IsTemplate && type.HasFactsOfMachine(settings);

        // What a pool draws from stays its own while it is kept, and is reset with it. What is shared is others' as well.
        var resets = type.Resets(settings) || hooks.Contains(HookStages.Release) || hooks.Contains(HookStages.Reset)
            || (!settings.SharesLayers && layers.Any(l => l.Rules.Resets));
        return new SourcePlan
        {
            Settings = settings,
            Remembered = StoredJson.Of(settings),
            Type = type,
            Draft = draft,
            Labels = settings.IsTemplate ? Facts.None : new Facts(Capabilities(type, settings, layers)).With(FactLabels.Of(settings)),
            Here = layers.Count == 0 && (isMachine || (draft is not null && FactProbe.IsHere(draft.Route))) ? new(() => LocalFacts.Read(environment)) : null,
            Hosts = settings.IsTemplate ? null : type.Hosts(settings),
            HasFactsOfBase = layers.Count > 0 && (isMachine || draft is not null),
            Hooks = hooks,
            Layers = layers,
            Rules = KeepRules.Of(settings, resets, layers.DistinctBy(l => l.Name).Select(l => l.Rules)),
        };
    }
}
