using System.Globalization;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// Decides what to make, keep and discard: a function of the rules, what there is, and the time, and of nothing else. Carried out again
/// and again it comes to rest; in no step does it both make and discard, and no maximum is exceeded on any layer.
/// </summary>
internal static class KeepPolicy
{
    /// <summary>Decides for a source and all it is layered on.</summary>
    /// <param name="rules">The source.</param>
    /// <param name="stocks">What each of the sources has; one that is not in it has nothing.</param>
    /// <param name="now">The time.</param>
    /// <param name="atOnce">How many to make in one step at most.</param>
    public static KeepDecision Decide(KeepRules rules, IReadOnlyDictionary<string, SourceStock> stocks, DateTimeOffset now, int atOnce)
    {
        var discard = rules.All().Where(r => stocks.ContainsKey(r.Source)).SelectMany(r => Discards(r, stocks[r.Source], now)).ToList();
        return discard.Count > 0 ? new(discard, []) : new([], new Shelves(stocks).Fill(rules, atOnce));
    }

    /// <summary>Why a resource that is free is not handed out again; null where it is.</summary>
    /// <param name="rules">Its source.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="now">The time.</param>
    public static string? WornOut(KeepRules rules, IdleResource resource, DateTimeOffset now) =>
        resource.Uses >= rules.MaxUseCount ? string.Create(CultureInfo.InvariantCulture, $"used {resource.Uses} times (max_use_count)")
        : now - resource.Made >= rules.MaxAge ? "too old (max_age)"
        : null;

    /// <summary>What to discard of one source alone, each with the reason.</summary>
    /// <param name="rules">The source.</param>
    /// <param name="stock">What it has.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<(string Resource, string Reason)> Discards(KeepRules rules, SourceStock stock, DateTimeOffset now)
    {
        var worn = stock.Idle.Select(r => (r.Name, Reason: WornOut(rules, r, now)!)).Where(r => r.Reason is not null).ToList();
        var surplus = stock.Lasting - worn.Count - rules.Floor;
        var names = worn.Select(r => r.Name).ToHashSet();

        // Those that were not needed for the longest first: whatever was used last is the warmest. Of equal ones the last.
        var beyond = stock.Idle
            .Reverse()
            .Where(r => !names.Contains(r.Name) && (rules.IdleTime is null || now - r.Since >= rules.IdleTime))
            .OrderBy(r => r.Since)
            .Take(Math.Max(0, surplus))
            .Select(r => (r.Name, string.Create(CultureInfo.InvariantCulture, $"beyond the reserve of {rules.Floor}")));
        return worn.Concat(beyond);
    }

    /// <summary>What there would be if something were made: counted, to see how far the limits allow it.</summary>
    private sealed class Shelves(IReadOnlyDictionary<string, SourceStock> stocks)
    {
        private readonly Dictionary<string, int> _owned = stocks.ToDictionary(s => s.Key, s => s.Value.Owned);
        private readonly Dictionary<string, int> _lasting = stocks.ToDictionary(s => s.Key, s => s.Value.Lasting);
        private readonly Dictionary<string, int> _idle = stocks.ToDictionary(s => s.Key, s => s.Value.Free);

        /// <summary>Fills up from the top down, because what is made for a pool counts for what the pool draws from.</summary>
        public List<(string Source, int Count)> Fill(KeepRules rules, int atOnce)
        {
            List<(string Source, int Count)> made = [];
            foreach (var source in rules.All())
            {
                var count = 0;
                while (atOnce > 0 && _lasting.GetValueOrDefault(source.Source) < source.Floor && TryMake(source))
                {
                    (count, atOnce) = (count + 1, atOnce - 1);
                }

                if (count > 0)
                {
                    made.Add((source.Source, count));
                }
            }

            return made;
        }

        // What was counted for a layer and then not used does no harm: the attempt that found no room is the last one.
        private bool TryMake(KeepRules rules)
        {
            if (_owned.GetValueOrDefault(rules.Source) >= rules.Maximum || (rules.Layers.Count > 0 && !Preferred(rules.Layers).Any(l => rules.SharesLayers ? TryShare(rules, l) : TryTake(l))))
            {
                return false;
            }

            Add(_owned, rules.Source, 1);
            Add(_lasting, rules.Source, 1);
            return true;
        }

        // Whether one that lasts is in fact shared, and by whom else, is for the allocator to see.
        private bool TryShare(KeepRules rules, KeepRules layer)
        {
            var (bases, users) = ((long)_lasting.GetValueOrDefault(layer.Source), _lasting.GetValueOrDefault(rules.Source));
            return (rules.BaseUsers is { } most ? users < bases * most : bases > 0) || TryMake(layer);
        }

        private bool TryTake(KeepRules rules)
        {
            if (_idle.GetValueOrDefault(rules.Source) > 0)
            {
                Add(_idle, rules.Source, -1);
                return true;
            }

            return TryMake(rules);
        }

        // As the allocator does it: what is there first, then what is kept anyway.
        private IEnumerable<KeepRules> Preferred(IReadOnlyList<KeepRules> layers) =>
            [.. layers.OrderByDescending(HasIdle).ThenByDescending(l => l.Reserve > 0)];

        private bool HasIdle(KeepRules rules) => _idle.GetValueOrDefault(rules.Source) > 0 || rules.Layers.Any(HasIdle);

        private static void Add(Dictionary<string, int> counts, string source, int count) => counts[source] = counts.GetValueOrDefault(source) + count;
    }
}
