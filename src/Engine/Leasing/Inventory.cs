using CrCache.Configuration;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>What there is and what happened: reads, and changes nothing.</summary>
public sealed class Inventory
{
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
            Availability availability = new(t, Availability.Lapsed(t));
            return (IReadOnlyList<SourceStatus>)[.. names.Select(n => Status(t, n, loaded[n], availability))];
        });
    }

    /// <summary>
    /// A demand for all that a source has free, at least one. A source without a limit has as many as one asks for: as many as this machine can drive at once.
    /// </summary>
    /// <param name="source">The source, with what is bound to its parameters.</param>
    /// <param name="atMost">At most so many, from 1 up; null for all.</param>
    /// <returns>The demand.</returns>
    /// <exception cref="ConfigurationException">The source is unknown.</exception>
    public ResourceDemand AllFree(string source, int? atMost = null)
    {
        var limit = Sources([SourceReference.Parse(source).Name]) is [{ Maximum: { } maximum }] ? maximum : Environment.ProcessorCount;
        return new(source, Math.Max(1, Math.Min(limit, atMost ?? limit))) { AtLeast = 1 };
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

    private static SourceStatus Status(
        StoreTransaction transaction, string name, (SourcePlan? Plan, CrCacheException? Problem) loaded, Availability availability)
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
            Available = loaded.Plan is { } plan ? availability.Of(plan) : 0,
            Concurrency = loaded.Plan is { } known ? Concurrency(transaction, known) : null,
            Problem = loaded.Problem,
            Refill = loaded.Plan is not null && transaction.Sources.Find(name) is { Problem: { } problem } row ? new(row.Failures, row.RetryAt, problem, row.Stopped is not null) : null,
        };
    }

    private static ResourceStatus Status(StoreTransaction transaction, ResourceRow row) => new()
    {
        Resource = row.Name,
        State = row.State.ToString().ToLowerInvariant(),
        Binding = row.Binding,
        Epoch = row.Epoch,
        Concurrency = row.Concurrency,
        Owner = row.IsInUse ? LeaseRows.Holder(row, transaction) : null,
        Since = row.Since,
        Expires = row is { IsInUse: true, Owner: { } owner } && !EndsWithProcess(row, owner) ? owner.Ends(transaction) : null,
        Note = row.Owner?.Note ?? row.Problem,
        Uses = row.Uses,
        Made = row.Made,
        Base = row.Base,
        Host = row.Route is { } route ? StoredJson.Route(route).Ssh?.Host : null,
    };

    // While the process is seen to run, the time does not count.
    private static bool EndsWithProcess(ResourceRow row, OwnerRow owner) => row.State == ResourceState.Leased && owner.IsAlive();

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
