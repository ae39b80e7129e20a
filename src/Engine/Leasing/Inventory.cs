using CrCache.Configuration;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>What there is and what happened: reads, and changes nothing.</summary>
public sealed class Inventory
{
    // Of more than that it is not counted which are in the way: there are enough.
    private const int MostKept = 1000;

    private readonly StateStore _store;
    private readonly SourceCatalog _catalog;
    private readonly SourcePlans _plans;

    internal Inventory(StateStore store, SourceCatalog catalog, SourcePlans plans)
    {
        _store = store;
        _catalog = catalog;
        _plans = plans;
    }

    /// <summary>The state of sources.</summary>
    /// <param name="sources">Their names; none for every configured one, and every one that still has resources.</param>
    /// <returns>Each once, in the order asked for, else sorted by name.</returns>
    /// <exception cref="ConfigurationException">A source that was named is neither configured nor has resources.</exception>
    /// <exception cref="UsageException">One is named with something bound: limits are the source's.</exception>
    public IReadOnlyList<SourceStatus> Sources(IReadOnlyList<string> sources)
    {
        if (sources.FirstOrDefault(s => s.Contains('{', StringComparison.Ordinal)) is { } bound)
        {
            var name = Shown.Cut(bound[..bound.IndexOf('{', StringComparison.Ordinal)]);
            throw new UsageException($"'{Shown.Cut(bound)}' has no status of its own: limits are the source's, whatever is bound to its parameters; ask for {name}, with --verbose for each resource's binding");
        }

        var owning = _store.Read(t => t.Resources.Sources());
        var names = sources.Count > 0 ? sources.Distinct() : _catalog.Names().Union(owning).Order(StringComparer.Ordinal);
        var loaded = names.ToDictionary(n => n, n => Load(n, mustExist: sources.Count > 0 && !owning.Contains(n)));
        return _store.Read(t =>
        {
            var lapsed = Lapsed(t);
            var kept = t.Resources.IdleLayered(MostKept);
            return (IReadOnlyList<SourceStatus>)[.. names.Select(n => Status(t, n, loaded[n], lapsed, kept))];
        });
    }

    /// <summary>The resources of a source, by number.</summary>
    /// <param name="source">Its name.</param>
    /// <returns>The resources; none for a source that nobody has used.</returns>
    public IReadOnlyList<ResourceStatus> Resources(string source) =>
        _store.Read(t => (IReadOnlyList<ResourceStatus>)[.. t.Resources.Of(source).Select(r => Status(t, r))]);

    /// <summary>The requests that wait, the next to be served first.</summary>
    /// <returns>The requests.</returns>
    public IReadOnlyList<WaitingRequest> Waiting() => _store.Read(t => (IReadOnlyList<WaitingRequest>)[.. t.Tickets.InOrder()
        .Where(r => ProcessIdentity.Parse(r.Process) is { } process && !process.IsGone())
        .Select(r => new WaitingRequest(StoredJson.Demands(r.Demands), r.Owner, r.Since, r.Priority, r.Note))]);

    /// <summary>The names of all resources there are, in any state, sorted.</summary>
    /// <returns>The names.</returns>
    public IReadOnlyList<string> Names() =>
        _store.Read(t => (IReadOnlyList<string>)[.. t.Resources.Names().Order(StringComparer.Ordinal)]);

    /// <summary>What happened, oldest first.</summary>
    /// <param name="after">Only events with a greater number; 0 for all that are kept.</param>
    /// <param name="limit">At most the newest so many, from 1 up.</param>
    /// <returns>The events.</returns>
    /// <exception cref="UsageException"><paramref name="limit"/> is below 1.</exception>
    public IReadOnlyList<ResourceEvent> Events(long after, int limit)
    {
        if (limit < 1)
        {
            throw new UsageException("ask for at least one event");
        }

        return _store.Read(t => (IReadOnlyList<ResourceEvent>)
            [.. t.Events.After(after, limit).Select(e => e.ToEvent())]);
    }

    /// <summary>
    /// What happens, oldest first, each event once and as soon as it is committed by whichever process. It goes on until it is cancelled,
    /// and holds nothing while its reader is busy. A number that does not follow on the one before says that those in between are no
    /// longer kept; one that is not greater, that the store was replaced by another, whose events follow.
    /// </summary>
    /// <param name="after">Only events with a greater number; 0 for all that are kept.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The events.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public IAsyncEnumerable<ResourceEvent> FollowAsync(long after, CancellationToken cancellationToken) => new EventFeed(_store).FollowAsync(after, cancellationToken);

    /// <summary>How many resources of each source the next acquire will find given back, because their leases or owners have ended.</summary>
    private static Dictionary<string, int> Lapsed(StoreTransaction transaction)
    {
        Dictionary<string, int> lapsed = new(StringComparer.Ordinal);
        var ended = transaction.Resources.Expired().Where(r => r.Owner!.IsOver(transaction)).Concat(transaction.Resources.Processes().Where(Collector.IsGone).SelectMany(transaction.Resources.BoundTo));
        foreach (var row in ended.DistinctBy(r => r.Name))
        {
            for (var at = row; at is not null; at = at.Base is { } below ? transaction.Resources.Find(below) : null)
            {
                lapsed[at.Source] = lapsed.GetValueOrDefault(at.Source) + 1;
            }
        }

        return lapsed;
    }

    private static SourceStatus Status(
        StoreTransaction transaction, string name, (SourcePlan? Plan, CrCacheException? Problem) loaded, Dictionary<string, int> lapsed, List<ResourceRow> kept)
    {
        var tally = transaction.Resources.Tally(name);
        return new SourceStatus
        {
            Source = name,
            Type = loaded.Plan?.Settings.Type,
            Cached = tally.GetValueOrDefault(ResourceState.Idle),
            InUse = tally.InUse(),
            Changing = tally.All() - tally.GetValueOrDefault(ResourceState.Idle) - tally.InUse(),
            Maximum = loaded.Plan?.Maximum,
            Available = loaded.Plan is { } plan ? Available(transaction, plan, Freed(transaction, plan, kept, lapsed)) : 0,
            Concurrency = loaded.Plan is { } known ? Concurrency(transaction, known) : null,
            Problem = loaded.Problem,
            Refill = transaction.Sources.Find(name) is { Problem: { } problem } row ? new(row.Failures, row.RetryAt, problem, row.Stopped is not null) : null,
        };
    }

    /// <summary>What would be free for a source as well, were something above it given up that is free: what is only kept is in nobody's way.</summary>
    private static Dictionary<string, int> Freed(StoreTransaction transaction, SourcePlan plan, List<ResourceRow> kept, Dictionary<string, int> lapsed)
    {
        var own = plan.All().Select(p => p.Name).ToHashSet();
        Dictionary<string, int> freed = new(lapsed, StringComparer.Ordinal);
        foreach (var row in kept.Where(r => !own.Contains(r.Source)))
        {
            for (var at = row.Base is { } name ? transaction.Resources.Find(name) : null; at is not null; at = at.Base is { } below ? transaction.Resources.Find(below) : null)
            {
                freed[at.Source] = freed.GetValueOrDefault(at.Source) + 1;
            }
        }

        return freed;
    }

    private static ResourceStatus Status(StoreTransaction transaction, ResourceRow row) => new()
    {
        Resource = row.Name,
        State = row.State.ToString().ToLowerInvariant(),
        Binding = row.Binding,
        Epoch = row.Epoch,
        Concurrency = row.Concurrency,
        Owner = row.IsInUse ? row.Owner?.Name : null,
        Since = row.Since,
        Expires = row is { IsInUse: true, Owner: { } owner } && !EndsWithProcess(row, owner) ? owner.Ends(transaction) : null,
        Note = row.Owner?.Note ?? row.Problem,
        Uses = row.Uses,
        Made = row.Made,
        Base = row.Base,
    };

    // While the process is seen to run, the time does not count.
    private static bool EndsWithProcess(ResourceRow row, OwnerRow owner) => row.State == ResourceState.Leased && owner.IsAlive();

    private static int? Available(StoreTransaction transaction, SourcePlan plan, Dictionary<string, int> lapsed)
    {
        var tally = transaction.Resources.Tally(plan.Name);
        long? room = plan.Settings.Maximum is { } maximum ? Math.Max(0, maximum - tally.All() + lapsed.GetValueOrDefault(plan.Name)) : null;
        if (plan.Layers.Count > 0)
        {
            var layers = plan.Layers.DistinctBy(l => l.Name).Select(l => Available(transaction, l, lapsed)).ToList();
            long? below = layers.Contains(null) ? null : layers.Sum(l => (long)l!.Value);
            room = room is { } own && below is { } sum ? Math.Min(own, sum) : room ?? below;
        }

        return room is { } more ? (int)Math.Min(int.MaxValue, more + tally.GetValueOrDefault(ResourceState.Idle)) : null;
    }

    private static int? Concurrency(StoreTransaction transaction, SourcePlan plan) =>
        plan.Settings.Concurrency
        ?? transaction.Resources.AnyConcurrency(plan.Name)
        ?? plan.Draft?.Concurrency
        ?? plan.Layers.Select(l => Concurrency(transaction, l)).FirstOrDefault(c => c is not null);

    private (SourcePlan? Plan, CrCacheException? Problem) Load(string name, bool mustExist)
    {
        // Of a project's source, seen from elsewhere, only its resources are known: nothing is wrong with it.
        if (!mustExist && !_catalog.Has(name))
        {
            return (null, null);
        }

        try
        {
            return (_plans.Outline(name), null);
        }
        catch (ConfigurationException e) when (!mustExist || e.Code != ErrorCodes.UnknownSource)
        {
            return (null, e);
        }
    }
}
