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
    /// <exception cref="ConfigurationException">It, or one it is layered on, is unknown or wrong.</exception>
    public SourcePlan Load(string name) => Load(catalog.Get(name));

    /// <summary>Whether a source is configured, rightly or wrongly.</summary>
    public bool IsConfigured(string name) => catalog.Has(name);

    /// <summary>A source's plan; null where its configuration is gone or wrong.</summary>
    public SourcePlan? TryLoad(string name)
    {
        try
        {
            return Load(name);
        }
        catch (CrCacheException)
        {
            return null;
        }
    }

    private SourcePlan Load(SourceSettings settings)
    {
        var type = types.Find(settings.Type) ?? throw new InvalidOperationException($"a checked source has the unknown type {settings.Type}");
        var draft = type.Draft(settings);
        IReadOnlyList<SourcePlan> layers = [.. settings.Layers.Select(l => Load(catalog.Read(l, settings)))];
        return new SourcePlan
        {
            Settings = settings,
            Remembered = StoredJson.Of(settings),
            Type = type,
            Draft = draft,
            Labels = FactLabels.Of(settings),
            Here = draft is not null && FactProbe.IsHere(draft.Route) ? new(() => LocalFacts.Read(environment)) : null,
            HasProvisionHooks = settings.Directory is { } directory && HookRunner.HasHooks(directory, HookStages.Provision),
            Layers = layers,
            Rules = KeepRules.Of(settings, layers.Select(l => l.Rules)),
        };
    }
}
