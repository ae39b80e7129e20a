using CrCache.Configuration;
using CrCache.Hooks;
using CrCache.Leasing.Selecting;
using CrCache.Sources;

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

    /// <summary>Whether the user has scripts to run as one is made.</summary>
    public required bool HasProvisionHooks { get; init; }

    /// <summary>What it draws from, the preferred first.</summary>
    public required IReadOnlyList<SourcePlan> Layers { get; init; }

    /// <summary>What its configuration says of its resources.</summary>
    public required Facts Labels { get; init; }

    /// <summary>What its resources are, where that is known before one is made: they are this machine. Else null.</summary>
    public required Lazy<Facts>? Here { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Settings.Name;

    /// <summary>The most it can own with the limits of all layers; null for no limit.</summary>
    public int? Maximum
    {
        get
        {
            int? below = null;
            if (Layers.Count > 0 && Layers.All(l => l.Maximum is not null))
            {
                below = (int)Math.Min(int.MaxValue, Layers.Sum(l => (long)l.Maximum!.Value));
            }

            return Settings.Maximum is { } own && below is { } sum ? Math.Min(own, sum) : Settings.Maximum ?? below;
        }
    }

    /// <summary>What its resources can be; empty where some of them are not known before they are made.</summary>
    public IReadOnlyList<Facts> Possible()
    {
        if (Layers.Count == 0)
        {
            return Here is { } here ? [here.Value.With(Labels)] : [];
        }

        var below = Layers.Select(l => l.Possible()).ToList();
        return below.Any(b => b.Count == 0) ? [] : [.. below.SelectMany(b => b).Select(f => f.With(Labels)).Distinct()];
    }

    /// <summary>Itself and every source below it.</summary>
    public IEnumerable<SourcePlan> All() => Layers.SelectMany(l => l.All()).Prepend(this);
}
