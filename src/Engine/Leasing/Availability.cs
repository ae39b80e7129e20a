using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>How many resources an acquire could get, over all layers: what is free, what could be made, and what would be given up for it.</summary>
/// <param name="transaction">The transaction.</param>
/// <param name="lapsed">How many more of each source count as free.</param>
internal sealed class Availability(StoreTransaction transaction, Dictionary<string, int> lapsed)
{
    // Of more than that it is not counted which are in the way: there are enough.
    private const int MostKept = 1000;

    private readonly List<ResourceRow> _kept = transaction.Resources.IdleLayered(MostKept);

    /// <summary>How many resources of each source the next acquire will find given back, because their leases or owners have ended.</summary>
    public static Dictionary<string, int> Lapsed(StoreTransaction transaction)
    {
        Dictionary<string, int> lapsed = new(StringComparer.Ordinal);
        var ended = transaction.Resources.Expired().Where(r => r.Owner!.IsOver(transaction)).Concat(transaction.Resources.Processes().Where(Collector.IsGone).SelectMany(transaction.Resources.BoundTo));
        foreach (var row in ended.DistinctBy(r => r.Name))
        {
            for (var at = row; at is not null; at = at.Base is { } name && transaction.Resources.Find(name) is { Owner.IsShared: false } below ? below : null)
            {
                lapsed[at.Source] = lapsed.GetValueOrDefault(at.Source) + 1;
            }
        }

        return lapsed;
    }

    /// <summary>How many of a source; null for no limit.</summary>
    public int? Of(SourcePlan plan) => Of(plan, Freed(plan));

    /// <summary>What would be free for a source as well, were something above it given up that is free: what is only kept is in nobody's way.</summary>
    private Dictionary<string, int> Freed(SourcePlan plan)
    {
        var own = plan.All().Select(p => p.Name).ToHashSet();
        Dictionary<string, int> freed = new(lapsed, StringComparer.Ordinal);
        HashSet<string> counted = new(StringComparer.Ordinal);
        foreach (var row in _kept.Where(r => !own.Contains(r.Source)))
        {
            for (var at = Below(row); at is not null; at = Below(at))
            {
                if (at.Owner?.IsShared is true && (!counted.Add(at.Name) || transaction.Resources.On(at.Name).Any(u => u.State != ResourceState.Idle)))
                {
                    break;
                }

                freed[at.Source] = freed.GetValueOrDefault(at.Source) + 1;
            }
        }

        return freed;
    }

    private ResourceRow? Below(ResourceRow row) => row.Base is { } name ? transaction.Resources.Find(name) : null;

    private int? Of(SourcePlan plan, Dictionary<string, int> freed)
    {
        var tally = transaction.Resources.Tally(plan.Name);
        long? room = plan.Settings.Maximum is { } maximum ? Math.Max(0, maximum - tally.All() + freed.GetValueOrDefault(plan.Name)) : null;
        if (plan.Layers.Count > 0 && RoomBelow(plan, freed) is { } below)
        {
            room = Math.Min(room ?? below, below);
        }

        return room is { } more ? (int)Math.Min(int.MaxValue, more + tally.GetValueOrDefault(ResourceState.Idle)) : null;
    }

    private long? RoomBelow(SourcePlan plan, Dictionary<string, int> freed)
    {
        var layers = plan.Layers.DistinctBy(l => l.Name).Select(l => (Plan: l, Free: Of(l, freed))).ToList();
        if (!plan.SharesLayers)
        {
            return layers.Any(l => l.Free is null) ? null : layers.Sum(l => (long)l.Free!.Value);
        }

        var (layer, free) = layers[0];
        var shared = transaction.Resources.Shared(layer.Name, layer.Binding);
        return plan.Settings.BaseUsers is { } most
            ? (free * (long)most) + shared.Sum(r => Math.Max(0, most - transaction.Resources.On(r.Name).Count(u => u.State != ResourceState.Idle || u.Source == plan.Name)))
            : free == 0 && shared.Count == 0 ? 0 : null;
    }
}
