using System.Globalization;
using CrCache.Configuration;
using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>
/// Gets a request's resources: decided in one transaction over all sources and layers, then made, all or nothing. Whoever waits stands in
/// line meanwhile, and holds nothing.
/// </summary>
internal sealed class Acquisition(
    StateStore store, SourcePlans plans, Fulfilment fulfilment, Clearance clearance, Refill refill, Caller caller, TimeProvider time)
{
    private const int MostAtOnce = 10_000;
    private const int MostPriority = 1000;

    // What ends without anybody writing, such as a lease or its owner, is looked for so often.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="LeaseService.AcquireAsync"/>
    public async Task<IReadOnlyList<Lease>> AcquireAsync(AcquireRequest request, CancellationToken cancellationToken)
    {
        request = Canonical(request);
        Check(request);
        Attempt attempt = new(request, [.. request.Demands.Select(d => new PlannedDemand(d, plans.Load(d.Source)))], Caller.Owner(request));
        RequirePossible(attempt);
        try
        {
            return await AcquireAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (attempt.Ticket is { } ticket)
            {
                store.Transact(t =>
                {
                    new WaitingLine(t, caller, attempt.Plans).Leave(ticket, why: null);
                    return true;
                });
            }
        }
    }

    /// <inheritdoc cref="LeaseService.Explain"/>
    public IReadOnlyList<Candidate> Explain(AcquireRequest request)
    {
        request = Canonical(request);
        Check(request);
        Attempt attempt = new(request, [.. request.Demands.Select(d => new PlannedDemand(d, plans.Load(d.Source)))], Caller.Owner(request));
        while (true)
        {
            var (candidates, unknown) = store.Transact(t =>
            {
                t.IsTrial = true;
                WaitingLine line = new(t, caller, attempt.Plans);
                var earmarks = line.Earmark(line.Ahead(request.Priority, ticket: null));
                Allocator allocator = new(t, new Transitions(t, caller), earmarks);
                return (attempt.Demands.SelectMany(new Explanation(t, allocator, earmarks).Of).ToList(), line.Unknown);
            });
            if (unknown.Count == 0)
            {
                return candidates;
            }

            foreach (var source in unknown)
            {
                attempt.Plans.TryAdd(source, plans.TryLoad(source));
            }
        }
    }

    private async Task<IReadOnlyList<Lease>> AcquireAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = attempt.Request.Wait == Timeout.InfiniteTimeSpan
                ? TimeSpan.MaxValue
                : attempt.Request.Wait - time.GetElapsedTime(begin);
            var stamp = store.Stamp();
            var decision = store.Transact(t => Decide(t, attempt, waits: left > TimeSpan.Zero));
            attempt.Ticket = decision.Ticket;
            if (decision.Taken is { } taken)
            {
                try
                {
                    var leases = await fulfilment.ProvisionAsync(taken, decision.ToClear, cancellationToken).ConfigureAwait(false);
                    refill.Consider(attempt.Rules.Values);
                    return leases;
                }
                catch (HealthException e) when (e.Hosts == 0 || ++attempt.FailedHosts < e.Hosts)
                {
                    // It is discarded by now, and another one is taken.
                    continue;
                }
                catch (HealthException e) when (e.InnerException is ResourceException problem)
                {
                    throw new ResourceException(problem.Code, problem.Message, problem);
                }
            }

            // Failures of others' leftovers are kept in the store for a later try; they are not this caller's business.
            await ClearAsync(attempt, decision.ToClear, cancellationToken).ConfigureAwait(false);
            foreach (var source in decision.Unknown)
            {
                attempt.Plans.TryAdd(source, plans.TryLoad(source));
            }

            if (decision.ToClear.Count > 0 || decision.Unknown.Count > 0)
            {
                continue;
            }

            // Nothing was in the way but the others.
            if (left <= TimeSpan.Zero)
            {
                var problem = decision.Problem ?? throw new InvalidOperationException("nothing was taken, and for no reason");
                throw attempt.Request.Wait == TimeSpan.Zero ? problem : problem.After(attempt.Request.Wait);
            }

            await store.WaitForChangeAsync(stamp, left < LongestSleep ? left : LongestSleep, cancellationToken).ConfigureAwait(false);
            Reread(attempt);
        }
    }

    /// <summary>Clears up, and says meanwhile that it still waits: who helps others is not passed over for it.</summary>
    private async Task ClearAsync(Attempt attempt, IReadOnlyList<ResourceRow> rows, CancellationToken cancellationToken)
    {
        var clearing = clearance.ClearAsync(rows, cancellationToken);
        while (attempt.Ticket is { } ticket && await Task.WhenAny(clearing, Task.Delay(WaitingLine.Heartbeat, cancellationToken)).ConfigureAwait(false) != clearing)
        {
            store.Transact(t => t.Tickets.Touch(ticket));
        }

        await clearing.ConfigureAwait(false);
    }

    /// <summary>Who waits is served by what is configured by then; where that cannot be read just now, by what was.</summary>
    private void Reread(Attempt attempt)
    {
        if (TimeProvider.System.GetElapsedTime(attempt.Read) >= LongestSleep)
        {
            attempt.Plan([.. attempt.Demands.Select(d => new PlannedDemand(d.Demand, plans.TryLoad(d.Demand.Source) ?? d.Plan))]);
            attempt.Read = TimeProvider.System.GetTimestamp();
            RequirePossible(attempt);
        }
    }

    private static void RequirePossible(Attempt attempt)
    {
        if (attempt.Demands.FirstOrDefault(d => !d.CanEverBeMet) is { } impossible)
        {
            var (demand, plan) = impossible;
            throw new UsageException(
                ErrorCodes.BeyondMaximum,
                impossible.Unfit is { } unfit
                    ? $"no resource of '{plan.Reference}' can be what was asked for: {unfit}"
                    : string.Create(CultureInfo.InvariantCulture, $"'{plan.Reference}' never has more than {plan.Maximum} resources, and {demand.AtLeast} were asked for"));
        }
    }

    /// <summary>Of two ways to write one demand only one is compared, kept and shown.</summary>
    private static AcquireRequest Canonical(AcquireRequest request) =>
        request with { Demands = [.. request.Demands.Select(d => d with { Source = SourceReference.Parse(d.Source).ToString() })] };

    private static void Check(AcquireRequest request)
    {
        if (request.Demands.Count == 0)
        {
            throw new UsageException("a request for no source at all");
        }

        foreach (var demand in request.Demands)
        {
            if (demand.Count is < 1 or > MostAtOnce)
            {
                throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{demand.Count} resources cannot be acquired; ask for 1 to {MostAtOnce}"));
            }

            if (demand.AtLeast < 1 || demand.AtLeast > demand.Count)
            {
                throw new UsageException(string.Create(
                    CultureInfo.InvariantCulture, $"{demand.AtLeast}..{demand.Count} is no range of numbers of resources: the first is from 1 to the second"));
            }
        }

        if (request.Demands.GroupBy(d => d.Source).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new UsageException($"'{Shown.Cut(twice.Key)}' is asked for twice; say once how many");
        }

        if (request.Priority is < -MostPriority or > MostPriority)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{request.Priority} is no priority; give one from {-MostPriority} to {MostPriority}"));
        }

        if (request.Wait < TimeSpan.Zero && request.Wait != Timeout.InfiniteTimeSpan)
        {
            throw new UsageException("a wait cannot be shorter than nothing");
        }
    }

    private Decision Decide(StoreTransaction transaction, Attempt attempt, bool waits)
    {
        var transitions = new Transitions(transaction, caller, attempt.Rules);
        var collector = new Collector(transaction, transitions);
        collector.Collect(apply: true);
        var collected = collector.Report.Count > 0;

        WaitingLine line = new(transaction, caller, attempt.Plans);
        var ahead = line.Ahead(attempt.Request.Priority, attempt.Ticket);
        var earmarks = line.Earmark(ahead);
        if (line.Unknown.Count > 0)
        {
            return new Decision(null, null, transitions.ToClear, line.Unknown, attempt.Ticket);
        }

        transaction.Execute("SAVEPOINT request;");
        var condemned = transitions.ToClear.Count;
        Allocator allocator = new(transaction, transitions, earmarks);
        var taken = Take(allocator, attempt, out var unmet);
        if (unmet is null)
        {
            if (attempt.Ticket is { } served)
            {
                line.Serve(served);
            }

            foreach (var plan in SourcePlan.All(attempt.Demands.Select(d => d.Plan)))
            {
                transitions.Learn(plan);
            }

            return new Decision(taken, null, transitions.ToClear, [], null);
        }

        // Too few: what was taken goes back, but what has to be discarded anyway, which may make room, goes on.
        transaction.Execute("ROLLBACK TO request;");
        transitions.ToClear.RemoveRange(condemned, transitions.ToClear.Count - condemned);
        allocator.Condemned.ForEach(c => transitions.Condemn(c.Row, c.Why));

        var ticket = Stand(transaction, line, attempt, waits, out var stood);
        transaction.IsTrial = !collected && !line.HasChanged && !stood && transitions.ToClear.Count == 0;
        return new Decision(null, waits ? null : Exhaustion.Explain(transaction, unmet, earmarks, ahead), transitions.ToClear, [], ticket);
    }

    private static List<Allocation> Take(Allocator allocator, Attempt attempt, out PlannedDemand? unmet)
    {
        List<Allocation> taken = [];
        unmet = null;

        // First what each must have, then what each would like.
        foreach (var planned in attempt.Demands)
        {
            for (var i = 0; i < planned.Demand.AtLeast; i++)
            {
                if (allocator.Take(planned.Plan, attempt.Owner, planned.Fits) is not { } allocation)
                {
                    unmet = planned;
                    allocator.MakeRoom(planned.Plan, attempt.Owner, planned.Fits, planned.Demand.AtLeast - i);
                    return taken;
                }

                taken.Add(allocation with { Where = planned.Where });
            }
        }

        foreach (var planned in attempt.Demands)
        {
            for (var i = planned.Demand.AtLeast; i < planned.Demand.Count; i++)
            {
                if (allocator.Take(planned.Plan, attempt.Owner, planned.Fits) is { } allocation)
                {
                    taken.Add(allocation with { Where = planned.Where });
                    continue;
                }

                // What is discarded for it is discarded first, and then all is taken anew.
                unmet = allocator.MakeRoom(planned.Plan, attempt.Owner, planned.Fits, missing: 1) is null ? null : planned;
                if (unmet is not null)
                {
                    return taken;
                }

                break;
            }
        }

        return taken;
    }

    /// <summary>Stands in line, if it is to wait, and says now and then that it still does.</summary>
    private long? Stand(StoreTransaction transaction, WaitingLine line, Attempt attempt, bool waits, out bool wrote)
    {
        wrote = false;
        if (!waits)
        {
            return attempt.Ticket;
        }

        if (attempt.Ticket is not null && time.GetElapsedTime(attempt.Touched) < WaitingLine.Heartbeat)
        {
            return attempt.Ticket;
        }

        wrote = true;
        attempt.Touched = time.GetTimestamp();
        if (attempt.Ticket is { } ticket && transaction.Tickets.Touch(ticket))
        {
            return ticket;
        }

        // Who was served with what does not work any more, or was taken for dead, has the place that it had.
        return attempt.Place = line.Join(new(
            attempt.Place, attempt.Request.Priority, transaction.Now, transaction.Now, caller.Process, attempt.Owner.Name, attempt.Owner.Note, StoredJson.Of(attempt.Request.Demands)));
    }
}
