using CrCache.Configuration;
using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>What is to be kept of a source's resources, and of what it is layered on.</summary>
internal sealed record KeepRules
{
    private const char Separator = ',';

    /// <summary>The source.</summary>
    public required string Source { get; init; }

    /// <summary>Where it is configured; null where that does not matter.</summary>
    public string? Directory { get; init; }

    /// <summary>How many resources it says to keep, from 0.</summary>
    public required int Reserve { get; init; }

    /// <summary>The most it may own; null for no limit.</summary>
    public int? Maximum { get; init; }

    /// <summary>After how many uses one is discarded, from 1; null for never.</summary>
    public int? MaxUseCount { get; init; }

    /// <summary>How old one may get; null for any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How long one beyond the floor is kept; null for not at all.</summary>
    public TimeSpan? IdleTime { get; init; }

    /// <summary>Whether something is to be done with one that was given back, or with what it is layered on.</summary>
    public bool Resets { get; init; }

    /// <summary>Whether what it is layered on is shared by any number of its resources, rather than each having one of its own.</summary>
    public bool SharesLayers { get; init; }

    /// <summary>How many may share one, from 1; null for any number.</summary>
    public int? BaseUsers { get; init; }

    /// <summary>What it is layered on, the preferred first.</summary>
    public IReadOnlyList<KeepRules> Layers { get; init; } = [];

    /// <summary>
    /// How many resources are kept: as many as it says, and a pool not less than what it draws from keeps anyway (what is shared is there all the same); never more than the
    /// limits of all layers allow.
    /// </summary>
    public int Floor => Math.Min(Most ?? int.MaxValue, Math.Max(Reserve, SharesLayers ? 0 : Sum(Layers.Select(l => l.Floor))));

    /// <summary>The most it can own with the limits of all layers; null for no limit.</summary>
    public int? Most => Layers.Count > 0 && Layers.All(l => l.Most is not null) && UsersOfOne is { } users
        ? (int)Math.Min(Maximum ?? int.MaxValue, Sum(Layers.Select(l => l.Most!.Value)) * (long)users)
        : Maximum;

    /// <summary>Whether anything is kept, or only for a time: else whatever is given back is discarded at once, and there is nothing to do ahead of time.</summary>
    public bool KeepsAnything => Floor > 0 || IdleTime is not null;

    /// <summary>Itself and everything below it, each once, from the top down.</summary>
    public IEnumerable<KeepRules> All() => Layers.SelectMany(l => l.All()).Prepend(this).DistinctBy(r => r.Source);

    /// <summary>Those of a source that keeps nothing.</summary>
    public static KeepRules Nothing(string source) => new() { Source = source, Reserve = 0 };

    /// <summary>As configured.</summary>
    public static KeepRules Of(SourceSettings settings, bool resets, IEnumerable<KeepRules> layers) => new()
    {
        Source = settings.Name,
        Directory = settings.Directory,
        Reserve = settings.Reserve,
        Maximum = settings.Maximum,
        MaxUseCount = settings.MaxUseCount,
        MaxAge = settings.MaxAge,
        IdleTime = settings.IdleTime,
        Resets = resets,
        SharesLayers = settings.SharesLayers,
        BaseUsers = settings.BaseUsers,
        Layers = [.. layers],
    };

    /// <summary>As the store has them; of a source that is not there, that it keeps nothing.</summary>
    public static KeepRules Of(string source, SourceTable sources) => Of(source, sources, []);

    /// <summary>For the store, over what it had.</summary>
    public SourceRow Over(SourceRow? row, SourceSettings settings)
    {
        var layers = string.Join(Separator, Layers.Select(l => l.Source));
        row ??= new() { Name = Source, Directory = null, Layers = "", Binding = "", Reserve = 0, Maximum = null, MaxUseCount = null, MaxAge = null, IdleTime = null, Resets = false };
        return row with
        {
            Directory = settings.Directory,
            Layers = layers,
            Binding = settings.Bindings,
            Reserve = Reserve,
            Maximum = Maximum,
            MaxUseCount = MaxUseCount,
            MaxAge = MaxAge,
            IdleTime = IdleTime,
            Resets = Resets,
            SharesLayers = SharesLayers,
            BaseUsers = BaseUsers,
        };
    }

    // Two configurations that were never seen together may make a circle.
    private static KeepRules Of(string source, SourceTable sources, IReadOnlyList<string> above) =>
        above.Contains(source) || sources.Find(source) is not { } row ? Nothing(source) : new()
        {
            Source = row.Name,
            Reserve = row.Reserve,
            Maximum = row.Maximum,
            MaxUseCount = row.MaxUseCount,
            MaxAge = row.MaxAge,
            IdleTime = row.IdleTime,
            Resets = row.Resets,
            SharesLayers = row.SharesLayers,
            BaseUsers = row.BaseUsers,
            Layers = [.. row.Layers.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Select(l => Of(l, sources, [.. above, source]))],
        };

    private int? UsersOfOne => SharesLayers ? BaseUsers : 1;

    private static int Sum(IEnumerable<int> numbers) => (int)Math.Min(int.MaxValue, numbers.Sum(n => (long)n));
}
