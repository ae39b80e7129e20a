using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The only room that changes a resource's state: acquire, renew, release, collect.</summary>
public sealed class LeaseService
{
    private static readonly TimeSpan LeastTimeToLive = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTimeToLive = TimeSpan.FromDays(10_000);

    private readonly StateStore _store;
    private readonly RuleBook _rules;
    private readonly Refill _refill;
    private readonly RefillRun _refillRun;
    private readonly Acquisition _acquisition;
    private readonly Clearance _clearance;
    private readonly Releaser _releaser;
    private readonly Surrender _surrender;
    private readonly RouteBook _book;
    private readonly Caller _caller;

    internal LeaseService(
        StateStore store, RuleBook rules, Acquisition acquisition, Clearance clearance, Refill refill, RefillRun refillRun, Surrender surrender, RouteBook book, Caller caller)
    {
        _store = store;
        _rules = rules;
        (_refill, _refillRun) = (refill, refillRun);
        _acquisition = acquisition;
        _clearance = clearance;
        _releaser = new Releaser(store, rules, clearance, refill, book, caller);
        _surrender = surrender;
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
        NoteText.Check(request.Note);
        return _acquisition.AcquireAsync(request, cancellationToken);
    }

    /// <summary>Says of each candidate for a request whether it would be given, and why not. Changes nothing.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The candidates: each demand's resources, and a new one.</returns>
    /// <exception cref="UsageException">The request is malformed.</exception>
    /// <exception cref="ConfigurationException">A source is unknown or its configuration wrong.</exception>
    public IReadOnlyList<Candidate> Explain(AcquireRequest request) => _acquisition.Explain(request);

    /// <inheritdoc cref="ReleaseAsync(IReadOnlyList{ResourceReference}, string, bool, CancellationToken)"/>
    public Task<IReadOnlyList<string>> ReleaseAsync(IReadOnlyList<ResourceReference> resources, bool force, CancellationToken cancellationToken) =>
        ReleaseAsync(resources, owner: null, force, cancellationToken);

    /// <summary>
    /// Gives resources back: resets them and keeps them as far as the source's reserve goes, or discards them. If any is
    /// unknown, not leased or held by somebody else, nothing at all happens. What is held for a person stays so where the hand-out is
    /// named: whoever acquired it has done with it, the person has not.
    /// </summary>
    /// <param name="resources">The resources; none is fine.</param>
    /// <param name="owner">
    /// Who the caller says to be; null for nobody in particular. What was acquired under a name is released by its name only by whoever
    /// says the same one, and whoever says one releases nothing of others.
    /// </param>
    /// <param name="force">Also release what somebody else holds; never what another resource is layered on.</param>
    /// <param name="cancellationToken">Gives up; the next command finishes what was begun.</param>
    /// <returns>The names of what was released, which is all but what stays held.</returns>
    /// <exception cref="UsageException">One is unknown or not leased (<see cref="ErrorCodes.NotLeased"/>), with the nearest name, or is held by another (<see cref="ErrorCodes.HeldByAnother"/>).</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A reset, discard or hook failed. All resources are out of the caller's hands nevertheless.</exception>
    public async Task<IReadOnlyList<string>> ReleaseAsync(
        IReadOnlyList<ResourceReference> resources, string? owner, bool force, CancellationToken cancellationToken)
    {
        if (owner is not null)
        {
            Caller.CheckName(owner);
        }

        return resources.Count == 0
            ? []
            : await _releaser.ReleaseAsync(resources, owner, force, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives back all that an owner has, what is held for it included.</summary>
    /// <param name="owner">The owner's name, as it was said when the resources were acquired, or as status shows it.</param>
    /// <param name="force">Also what a process has that still runs, where the owner was not named.</param>
    /// <param name="cancellationToken">Gives up; the next command finishes what was begun.</param>
    /// <returns>The names of what was released; none where the owner has nothing.</returns>
    /// <exception cref="UsageException">That is no owner's name, or what it has belongs to a process that still runs: then nothing was released.</exception>
    /// <exception cref="ResourceException">A reset, discard or hook failed. All resources are out of the owner's hands nevertheless.</exception>
    public Task<IReadOnlyList<string>> ReleaseOwnedAsync(string owner, bool force, CancellationToken cancellationToken)
    {
        Caller.CheckName(owner);
        return _releaser.ReleaseOwnedAsync(owner, force, cancellationToken);
    }

    /// <summary>Makes leases, and holds, last longer from now on, or shorter.</summary>
    /// <param name="resources">The resources.</param>
    /// <param name="timeToLive">From one second up; null for as long as each was acquired for.</param>
    /// <returns>The leases, in the same order.</returns>
    /// <exception cref="UsageException">One of them is unknown, not leased, or another resource is layered on it; none was renewed.</exception>
    /// <exception cref="LeaseLostException">One of them has ended; none was renewed.</exception>
    public IReadOnlyList<Lease> Renew(IReadOnlyList<ResourceReference> resources, TimeSpan? timeToLive)
    {
        CheckTime(timeToLive);
        return Change(resources, "renew", (transitions, row) => transitions.RenewOnRequest(row, timeToLive ?? row.Owner!.TimeToLive!.Value));
    }

    /// <summary>
    /// Says that leases are in use, and makes them last <paramref name="timeToLive"/> from now on: the heartbeat of whoever holds them,
    /// of which no event is written. A hold has its own time and is left as it is.
    /// </summary>
    /// <param name="resources">The hand-outs.</param>
    /// <param name="timeToLive">From one second up.</param>
    /// <exception cref="UsageException">One of them is unknown, not leased, or another resource is layered on it; none was renewed.</exception>
    /// <exception cref="LeaseLostException">One of them has ended; none was renewed.</exception>
    public void KeepAlive(IReadOnlyList<ResourceReference> resources, TimeSpan timeToLive)
    {
        CheckTime(timeToLive);
        Change(resources, "renew", (transitions, row) => row.State == ResourceState.Held ? row : transitions.Renew(row, timeToLive));
    }

    /// <summary>
    /// Takes resources over from whoever has them, as they are: each is handed out anew, and whoever names the former hand-out to run,
    /// copy or release is told that it has ended. What runs on them is ended.
    /// </summary>
    /// <param name="resources">The resources.</param>
    /// <param name="terms">For whom and for how long.</param>
    /// <param name="cancellationToken">Gives up ending what runs there; the resources are taken over nevertheless.</param>
    /// <returns>The new leases, in the same order.</returns>
    /// <exception cref="UsageException">One of them is unknown, not leased, or another resource is layered on it; none was taken.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended; none was taken.</exception>
    /// <exception cref="ResourceException">What runs on one of them cannot be ended; they are taken over nevertheless.</exception>
    public async Task<IReadOnlyList<Lease>> StealAsync(
        IReadOnlyList<ResourceReference> resources, LeaseTerms terms, CancellationToken cancellationToken)
    {
        CheckTime(terms.TimeToLive);
        var owner = Caller.Owner(terms);
        var leases = Change(resources, "steal", (transitions, row) => transitions.Steal(row, owner));

        // Whoever starts one now finds that the hand-out has ended.
        await Task.WhenAll(leases.Select(l => _caller.Commands.EndAsync(l.Resource, cancellationToken))).ConfigureAwait(false);
        await Task.WhenAll(leases.Select(l => _caller.Temporaries.RemoveAsync(l.Resource, l.Epoch, _book.StartOn(l.Resource), cancellationToken))).ConfigureAwait(false);
        return leases;
    }

    /// <summary>
    /// Keeps resources that somebody has for a person to look at: neither the end of the process that acquired them nor its release gives
    /// them back, only the person's own release, or the end of the time. Until then whoever uses them can go on.
    /// </summary>
    /// <param name="resources">The resources.</param>
    /// <param name="terms">For whom and for how long; a person, not a process.</param>
    /// <returns>The leases, which are still the same hand-outs, in the same order.</returns>
    /// <exception cref="UsageException">One of them is unknown, not leased, or another resource is layered on it; none is held.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended; none is held.</exception>
    public IReadOnlyList<Lease> Hold(IReadOnlyList<ResourceReference> resources, LeaseTerms terms)
    {
        CheckTime(terms.TimeToLive);
        if (terms.Owner is LeaseOwner.Process)
        {
            throw new UsageException("a resource is held for a person, not for a process: lease it for a process");
        }

        var owner = Caller.Owner(terms);
        return Change(resources, "hold", (transitions, row) => transitions.Hold(row, owner));
    }

    /// <summary>
    /// Makes a directory on a resource, for its user alone, that goes with the lease: however that ends, it is removed with all that is in it before
    /// anybody else gets the resource.
    /// </summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <param name="cancellationToken">Gives up; what was made goes with the lease all the same.</param>
    /// <returns>Its absolute path on the resource.</returns>
    /// <exception cref="UsageException">Nobody has acquired the resource.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">The way there failed, or it cannot be made.</exception>
    public Task<string> MakeDirectoryAsync(ResourceReference resource, CancellationToken cancellationToken) => MakeAsync(resource, isFile: false, cancellationToken);

    /// <summary>Makes an empty file on a resource that goes with the lease.</summary>
    /// <inheritdoc cref="MakeDirectoryAsync"/>
    public Task<string> MakeFileAsync(ResourceReference resource, CancellationToken cancellationToken) => MakeAsync(resource, isFile: true, cancellationToken);

    /// <summary>The lease a resource is under.</summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <returns>The lease.</returns>
    /// <exception cref="UsageException">There is none of that name, or nobody has acquired it.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    public Lease Get(ResourceReference resource) => _store.Read(t => _book.Require(t, resource).ToLease(t));

    /// <summary>
    /// Takes back what dead owners and expired leases hold, finishes or undoes what dead processes left half-done, and
    /// discards what is no longer kept.
    /// </summary>
    /// <param name="apply">False to say what would be done, and do nothing.</param>
    /// <param name="cancellationToken">Gives up; what is left is left for the next command.</param>
    /// <returns>One line a resource: what was (or would be) done and why.</returns>
    /// <exception cref="ResourceException">Something could not be discarded; the rest was done.</exception>
    public async Task<IReadOnlyList<CollectedResource>> CollectAsync(bool apply, CancellationToken cancellationToken)
    {
        var rules = _rules.Read(_store.Transact(t => t.Resources.Sources()));
        var (report, discards) = _store.Transact(t =>
        {
            Transitions transitions = new(t, _caller, rules);
            Collector collector = new(t, transitions);
            collector.Collect(apply, isAsked: true);
            collector.Trim(apply);
            t.IsTrial = !apply;
            return (collector.Report, transitions.ToClear);
        });
        var failures = await _clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
        return failures.Count == 0 ? report : throw failures[0];
    }

    /// <summary>
    /// Makes ahead of time what sources are to keep, and discards what they are not to keep any longer. What cannot be made is tried again
    /// later, each time later; status says so.
    /// </summary>
    /// <param name="sources">
    /// The sources' names: what failed is then tried again at once. None for all that resources were ever acquired from and that are
    /// configured here; where another process is at that already, it is left to it.
    /// </param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <returns>What was done, a line a resource, and what failed.</returns>
    /// <exception cref="ConfigurationException">A source that was named is unknown or its configuration wrong.</exception>
    public Task<IReadOnlyList<CollectedResource>> RefillAsync(IReadOnlyList<string> sources, CancellationToken cancellationToken) =>
        _refillRun.RunAsync(sources, cancellationToken);

    /// <summary>
    /// Lets resources that are in quarantine, or dirty, be tried again at once: what is left of them is discarded, and what they failed
    /// with is forgiven.
    /// </summary>
    /// <param name="resources">Their names; none for all.</param>
    /// <param name="cancellationToken">Gives up; the next command finishes what was begun.</param>
    /// <returns>The names of what can be made anew.</returns>
    /// <exception cref="UsageException">One is unknown, or nothing is wrong with it: then nothing was done.</exception>
    /// <exception cref="ResourceException">One still cannot be discarded.</exception>
    public async Task<IReadOnlyList<string>> HealAsync(IReadOnlyList<string> resources, CancellationToken cancellationToken)
    {
        // What a dead process left may be in quarantine once it is cleared up.
        var left = _store.Transact(t =>
        {
            Transitions transitions = new(t, _caller);
            new Collector(t, transitions).Collect(apply: true);
            return transitions.ToClear;
        });
        await _clearance.ClearAsync(left, cancellationToken).ConfigureAwait(false);
        var (names, discards) = _store.Transact(t =>
        {
            Transitions transitions = new(t, _caller);
            List<ResourceRow> rows = resources.Count > 0 ? [.. resources.Distinct().Select(r => RouteBook.RequireSick(t, r))] : t.Resources.Changing().FindAll(RouteBook.IsSick);
            rows.ForEach(transitions.Heal);
            return (rows.ConvertAll(r => r.Name), transitions.ToClear);
        });
        var failures = await _clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);
        _refill.Consider([.. _rules.Read(names.Select(ResourceName.SourceOf)).Values]);
        return failures.Count == 0 ? names : throw failures[0];
    }

    /// <summary>
    /// Gives up resources whose discard can never succeed, because a command of it is wrong or their host is gone for ever: they do not count any more, and
    /// what is left of them is for somebody else to remove.
    /// </summary>
    /// <param name="resources">Their names.</param>
    /// <param name="force">Also those with which nothing is known to be wrong, whoever has them.</param>
    /// <param name="cancellationToken">Gives up ending what runs on them.</param>
    /// <returns>They, with what may be left of each.</returns>
    /// <exception cref="UsageException">One is unknown, in use, at work on, or layered on: then none was forgotten.</exception>
    /// <exception cref="ResourceException">What runs on one cannot be ended, or what it was layered on not be discarded; they are forgotten nevertheless.</exception>
    public async Task<IReadOnlyList<ForgottenResource>> ForgetAsync(IReadOnlyList<string> resources, bool force, CancellationToken cancellationToken)
    {
        var forgotten = await _surrender.ForgetAsync(resources, force, cancellationToken).ConfigureAwait(false);
        _refill.Consider([.. _rules.Read(resources.Select(ResourceName.SourceOf)).Values]);
        return forgotten;
    }

    private Task<string> MakeAsync(ResourceReference resource, bool isFile, CancellationToken cancellationToken)
    {
        var lease = Get(resource);
        ResourceReference handOut = new(lease.Resource, lease.Epoch);
        return _caller.Temporaries.MakeAsync(handOut, _book.Resolve(handOut), isFile, cancellationToken);
    }

    private static void CheckTime(TimeSpan? time)
    {
        if (time < LeastTimeToLive || time > MostTimeToLive)
        {
            throw new UsageException("a lease lasts at least one second and at most 10000 days");
        }
    }

    /// <summary>Changes resources that somebody has, all or none.</summary>
    private IReadOnlyList<Lease> Change(
        IReadOnlyList<ResourceReference> resources, string what, Func<Transitions, ResourceRow, ResourceRow> change) => _store.Transact(t =>
    {
        var rows = resources.Select(r => _book.Require(t, r)).DistinctBy(r => r.Name).ToList();
        rows.ForEach(r => Ownership.RequireTop(r, what));
        Transitions transitions = new(t, _caller);
        return (IReadOnlyList<Lease>)[.. rows.Select(r => change(transitions, r).ToLease(t))];
    });
}
