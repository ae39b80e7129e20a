using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// Makes what is to be kept and discards what is not, until there is nothing to do; what fails is left for later. Of one configuration
/// one process does it at a time.
/// </summary>
internal sealed class RefillRun(
    StateStore store, SourcePlans plans, Provisioner provisioner, Clearance clearance, Caller caller, Func<string> lockFile)
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks after sources.</summary>
    /// <param name="sources">
    /// Their names: what has failed is then tried again at once, and another process that is at it is waited for. None for all that were
    /// acquired from and are configured.
    /// </param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <returns>What was done, a line a resource, and what could not be.</returns>
    public async Task<IReadOnlyList<CollectedResource>> RunAsync(IReadOnlyList<string> sources, CancellationToken cancellationToken)
    {
        List<CollectedResource> report = [];
        foreach (var source in sources)
        {
            // What is wrong with it is the caller's to hear.
            var plan = plans.Load(source);
            store.Transact(t =>
            {
                new Transitions(t, caller).Learn(plan);
                t.Sources.Put(t.Sources.Find(plan.Name)! with { RetryAt = null, Stopped = null });
                return true;
            });
        }

        // It was started beside a command, and may come when the store has been taken away: it must not make another.
        while (sources.Count > 0 || File.Exists(store.File))
        {
            object? stamp;
            using (var turn = await EnterAsync(waits: sources.Count > 0, cancellationToken).ConfigureAwait(false))
            {
                if (turn is null)
                {
                    return report;
                }

                do
                {
                    stamp = store.Stamp();
                }
                while (await StepAsync(sources, report, cancellationToken).ConfigureAwait(false));
            }

            // Whoever found this one at it has left the rest to it, perhaps after its last look.
            if (Equals(stamp, store.Stamp()))
            {
                break;
            }
        }

        return report;
    }

    private async Task<StoreGate?> EnterAsync(bool waits, CancellationToken cancellationToken)
    {
        var path = lockFile();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        while (true)
        {
            if (StoreGate.TryEnter(path) is { } gate)
            {
                return gate;
            }

            if (!waits)
            {
                return null;
            }

            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> StepAsync(IReadOnlyList<string> sources, List<CollectedResource> report, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IReadOnlyList<string> names = sources.Count > 0 ? sources : store.Transact(t => t.Sources.All().ConvertAll(s => s.Name + s.Binding));
        Dictionary<string, SourcePlan?> known = names.ToDictionary(n => n, plans.TryLoad);
        var step = store.Transact(t => Decide(t, [.. names.Select(n => known[n]).OfType<SourcePlan>()], known));
        while (step.Unknown.Count > 0)
        {
            foreach (var source in step.Unknown)
            {
                known.TryAdd(source, plans.TryLoad(source));
            }

            step = store.Transact(t => Decide(t, [.. names.Select(n => known[n]).OfType<SourcePlan>()], known));
        }

        report.AddRange(step.Report);
        var rules = SourcePlan.AllRules(known.Values.OfType<SourcePlan>());
        var making = step.Made.Select(a => MakeAsync(a, rules, cancellationToken)).ToList();
        var failures = await clearance.ClearAsync(step.ToClear, cancellationToken).ConfigureAwait(false);
        report.AddRange(failures.Select(f => new CollectedResource("-", "failed", f.Message)));
        report.AddRange(await Task.WhenAll(making).ConfigureAwait(false));
        return step.ToClear.Count > 0 || step.Made.Count > 0;
    }

    private Step Decide(StoreTransaction transaction, IReadOnlyList<SourcePlan> wanted, IReadOnlyDictionary<string, SourcePlan?> known)
    {
        Transitions transitions = new(transaction, caller, SourcePlan.AllRules(wanted));
        Collector collector = new(transaction, transitions);
        collector.Collect(apply: true);

        // Whoever waits is served before anything is laid by.
        WaitingLine line = new(transaction, caller, known);
        var earmarks = line.Earmark(line.Ahead(int.MinValue, ticket: null));
        Step step = new(transitions.ToClear, [], [.. collector.Report], line.Unknown);
        if (line.Unknown.Count > 0)
        {
            transaction.IsTrial = true;
            return step;
        }

        Allocator allocator = new(transaction, transitions, earmarks);
        foreach (var plan in wanted)
        {
            transitions.Learn(plan);
            Decide(transaction, transitions, allocator, plan, step);
        }

        return step;
    }

    private static void Decide(StoreTransaction transaction, Transitions transitions, Allocator allocator, SourcePlan plan, Step step)
    {
        Dictionary<string, ResourceRow> idle = plan.Rules.All().SelectMany(r => transaction.Resources.Idle(r.Source)).ToDictionary(r => r.Name);
        var stocks = plan.Rules.All().ToDictionary(r => r.Source, r => SourceStock.Of(
            r.Source, transaction, idle.Values.Where(i => i.Source == r.Source).Select(i => IdleResource.Of(i, i.Since))));
        var decision = KeepPolicy.Decide(plan.Rules, stocks, transaction.Now, AtOnce);
        foreach (var (resource, reason) in decision.Discard)
        {
            transitions.Condemn(idle[resource], reason);
            step.Report.Add(new CollectedResource(resource, "discard", reason));
        }

        foreach (var row in idle.Values.Where(r => r.Due <= transaction.Now && decision.Discard.All(d => d.Resource != r.Name)))
        {
            transitions.Keep(row);
        }

        foreach (var (source, count) in decision.Make)
        {
            var layer = plan.All().First(p => p.Name == source);
            if (transaction.Sources.Find(source) is { } row && (row.Stopped == layer.Remembered || row.RetryAt > transaction.Now))
            {
                continue;
            }

            for (var i = 0; i < count && allocator.Make(layer, owner: null, fits: null) is { } allocation; i++)
            {
                step.Made.Add(allocation);
            }
        }
    }

    private async Task<CollectedResource> MakeAsync(Allocation allocation, IReadOnlyDictionary<string, KeepRules> rules, CancellationToken cancellationToken)
    {
        var name = allocation.Row.Name;
        try
        {
            var row = await provisioner.ProvisionAsync(allocation, cancellationToken).ConfigureAwait(false);
            if (row.State == ResourceState.Discarding)
            {
                await clearance.ClearAsync([row], cancellationToken).ConfigureAwait(false);
            }

            return new(name, "make", $"kept of {allocation.Plan.Name}");
        }
        catch (Exception e) when (e is CrCacheException or HealthException)
        {
            await UndoAsync(allocation, rules, e, CancellationToken.None).ConfigureAwait(false);
            return new(name, "failed", e.Message);
        }
        catch
        {
            await UndoAsync(allocation, rules, null, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task UndoAsync(Allocation allocation, IReadOnlyDictionary<string, KeepRules> rules, Exception? failure, CancellationToken cancellationToken)
    {
        var discards = store.Transact(t =>
        {
            Transitions transitions = new(t, caller, rules);
            if (t.Resources.Find(allocation.Row.Name) is { State: ResourceState.Provisioning } row && row.Epoch == allocation.Row.Epoch)
            {
                transitions.Condemn(row, row.Problem);
            }

            // One that was there and does not work is no reason to wait with the next.
            if (failure is CrCacheException && t.Sources.Find(allocation.Plan.Name) is { } source)
            {
                var failures = source.Failures + 1;
                t.Sources.Put(source with
                {
                    Failures = failures,
                    Problem = failure.Message,
                    RetryAt = t.Now + Strikes.Refill(failures),
                    Stopped = failure is ConfigurationException ? allocation.Plan.Remembered : null,
                });
            }

            return transitions.ToClear;
        });
        await clearance.ClearAsync(discards, cancellationToken).ConfigureAwait(false);

    }

    private sealed record Step(
        List<ResourceRow> ToClear, List<Allocation> Made, List<CollectedResource> Report, IReadOnlyCollection<string> Unknown);
}
