using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The only room that changes a resource's state: acquire, renew, release, collect.</summary>
public sealed class LeaseService
{
    private static readonly TimeSpan LeastTimeToLive = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTimeToLive = TimeSpan.FromDays(3650);

    private readonly StateStore _store;
    private readonly SourcePlans _plans;
    private readonly Acquisition _acquisition;
    private readonly Clearance _clearance;
    private readonly RouteBook _book;
    private readonly Caller _caller;

    internal LeaseService(StateStore store, SourcePlans plans, Acquisition acquisition, Clearance clearance, RouteBook book, Caller caller)
    {
        _store = store;
        _plans = plans;
        _acquisition = acquisition;
        _clearance = clearance;
        _book = book;
        _caller = caller;
    }

    /// <summary>
    /// Leases resources, making them where none is cached: all demands, or nothing. First finishes or undoes what dead processes left
    /// behind. Who is to wait stands in line: greater priorities first, then in the order they came; what is free is kept for who is
    /// ahead, so that nobody is overtaken for ever.
    /// </summary>
    /// <param name="request">What to lease.</param>
    /// <param name="cancellationToken">Gives up; what was made for the request is undone.</param>
    /// <returns>The leases, sorted by source and resource number.</returns>
    /// <exception cref="NothingAvailableException">Too few are free, or became free in time; the holders are named.</exception>
    /// <exception cref="UsageException">More were asked for than the limits ever allow, or the request is malformed.</exception>
    /// <exception cref="ConfigurationException">The source is unknown or its configuration wrong.</exception>
    /// <exception cref="ResourceException">A resource could not be made, or a hook failed.</exception>
    public Task<IReadOnlyList<Lease>> AcquireAsync(AcquireRequest request, CancellationToken cancellationToken)
    {
        CheckTime(request.TimeToLive);
        return _acquisition.AcquireAsync(request, cancellationToken);
    }

    /// <summary>
    /// Gives resources back: resets them and keeps them as far as the source's reserve goes, or discards them. If any is
    /// unknown, not leased or held by somebody else, nothing at all happens.
    /// </summary>
    /// <param name="resources">The resources; none is fine.</param>
    /// <param name="force">Also release what another live process holds; never what another resource is layered on.</param>
    /// <param name="cancellationToken">Gives up; the next command finishes what was begun.</param>
    /// <returns>A task that ends when all are given back.</returns>
    /// <exception cref="UsageException">One is unknown or not leased (<see cref="ErrorCodes.NotLeased"/>), with the nearest name, or is held by another (<see cref="ErrorCodes.HeldByAnother"/>).</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A reset, discard or hook failed. All resources are out of the caller's hands nevertheless.</exception>
    public async Task ReleaseAsync(IReadOnlyList<ResourceReference> resources, bool force, CancellationToken cancellationToken)
    {
        if (resources.Count == 0)
        {
            return;
        }

        var reserves = resources.Select(r => ResourceName.SourceOf(r.Name)).Distinct().ToDictionary(s => s, _plans.Reserve);
        var discards = _store.Transact(t =>
        {
            var rows = resources.DistinctBy(r => r.Name).Select(r => _book.Require(t, r)).ToList();
            foreach (var row in rows)
            {
                RequireOwn(row, resources.First(r => r.Name == row.Name), force);
            }

            var transitions = new Transitions(t, _caller, reserves);
            rows.ForEach(r => transitions.GiveBack(r, "released", null));
            return transitions.ToClear;
        });
        var failures = await _clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
        if (failures.Count > 0)
        {
            throw failures.Count == 1 ? failures[0] : new ResourceException(
                failures[0].Code, string.Join("; ", failures.Select(f => f.Message)), new AggregateException(failures));
        }
    }

    /// <summary>Makes leases last <paramref name="timeToLive"/> from now on.</summary>
    /// <param name="resources">The hand-outs.</param>
    /// <param name="timeToLive">From one second up.</param>
    /// <exception cref="LeaseLostException">One of them has ended; none was renewed.</exception>
    public void Renew(IReadOnlyList<ResourceReference> resources, TimeSpan timeToLive)
    {
        CheckTime(timeToLive);
        _store.Transact(t =>
        {
            var transitions = new Transitions(t, _caller, new Dictionary<string, int>());
            foreach (var row in resources.Select(r => _book.Require(t, r)).ToList())
            {
                transitions.Renew(row, timeToLive);
            }

            return true;
        });
    }

    /// <summary>The lease a resource is under.</summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <returns>The lease.</returns>
    /// <exception cref="UsageException">There is none of that name, or nobody has acquired it.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    public Lease Get(ResourceReference resource) => _store.Transact(t => _book.Require(t, resource).ToLease());

    /// <summary>
    /// Takes back what dead owners and expired leases hold, finishes or undoes what dead processes left half-done, and
    /// discards what is cached beyond the reserve.
    /// </summary>
    /// <param name="apply">False to say what would be done, and do nothing.</param>
    /// <param name="cancellationToken">Gives up; what is left is left for the next command.</param>
    /// <returns>One line a resource: what was (or would be) done and why.</returns>
    /// <exception cref="ResourceException">Something could not be discarded; the rest was done.</exception>
    public async Task<IReadOnlyList<CollectedResource>> CollectAsync(bool apply, CancellationToken cancellationToken)
    {
        var report = new List<CollectedResource>();
        var failures = new List<ResourceException>();
        var reserves = new Dictionary<string, int>(StringComparer.Ordinal);
        HashSet<string> unknown;
        do
        {
            var (collector, discards) = _store.Transact(t =>
            {
                var transitions = new Transitions(t, _caller, reserves);
                var collector = new Collector(t, transitions, reserves);
                collector.Collect(apply, isAsked: reserves.Count == 0 || !apply);
                collector.Trim(apply);
                return (collector, transitions.ToClear);
            });
            failures.AddRange(await _clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false));
            report = apply ? [.. report, .. collector.Report] : collector.Report;
            unknown = collector.Unknown;
            foreach (var source in unknown)
            {
                reserves.Add(source, _plans.Reserve(source));
            }
        }
        while (unknown.Count > 0);
        return failures.Count == 0 ? report : throw failures[0];
    }

    private static void CheckTime(TimeSpan time)
    {
        if (time < LeastTimeToLive || time > MostTimeToLive)
        {
            throw new UsageException("a lease lasts at least one second and at most ten years");
        }
    }

    private static void RequireOwn(ResourceRow row, ResourceReference reference, bool force)
    {
        if (row.Owner?.Resource is { } above)
        {
            throw new UsageException(ErrorCodes.HeldByAnother, $"{above} is layered on {row.Name}; release {above} instead");
        }

        // Whoever names the epoch was given it when the resource was handed out, and so is its holder.
        if (!force && reference.Epoch is null && ProcessIdentity.Parse(row.Owner?.Process) is { } process
            && !process.IsThisOrAbove() && !process.IsGone())
        {
            throw new UsageException(
                ErrorCodes.HeldByAnother,
                $"{row.Name} is held by {row.Owner!.Name}, which is still running; release -f takes it away all the same");
        }
    }
}
