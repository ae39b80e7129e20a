using CrCache.Configuration;
using CrCache.Store;

namespace CrCache.Leasing.Keeping;

/// <summary>
/// Makes what is to be kept and discards what is not, until there is nothing to do; what fails is left for later. Of one configuration
/// one process does it at a time.
/// </summary>
internal sealed class RefillRun(
    StateStore store, SourcePlans plans, Provisioner provisioner, Clearance clearance, Caller caller, HostEnvironment environment, Func<string> lockFile)
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
        sources = [.. sources.Select(s => SourceReference.Parse(s).ToString()).Distinct()];

        // What is wrong with one of them is the caller's to hear.
        var named = SourcePlan.All(sources.Select(plans.Load)).ToList();
        // A hook that the other one runs must not wait for it.
        var waits = sources.Count > 0 && environment.Get(HookCalls.LeaseVariable) is null;

        // It was started beside a command, and may come when the store has been taken away: it must not make another.
        while (sources.Count > 0 || File.Exists(store.File))
        {
            object? stamp;
            using (var turn = await EnterAsync(waits, cancellationToken).ConfigureAwait(false))
            {
                if (turn is null)
                {
                    return report;
                }

                Resume(named);
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

    // Once, and only when it is this one's turn: what the one before it has put off is tried again as well.
    private void Resume(List<SourcePlan> named)
    {
        if (named.Count > 0)
        {
            store.Transact(t =>
            {
                named.ForEach(new Transitions(t, caller).Resume);
                return true;
            });
            named.Clear();
        }
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
        Dictionary<string, SourcePlan?> known = new(StringComparer.Ordinal);
        var wanted = sources.Count > 0 ? [.. sources.Select(plans.Load)] : Known();
        wanted.ForEach(p => known[p.Reference] = p);
        Step step;
        while ((step = store.Transact(t => Decide(t, wanted, known))).Unknown.Count > 0)
        {
            foreach (var source in step.Unknown)
            {
                known.TryAdd(source, plans.TryLoad(source));
            }
        }

        report.AddRange(step.Report);
        var rules = SourcePlan.AllRules(wanted);
        var making = Task.WhenAll(step.Made.Select(a => MakeAsync(a, rules, cancellationToken)));
        try
        {
            var failures = await Task.WhenAll(step.ToClear.Select(r => ClearAsync(r, cancellationToken))).ConfigureAwait(false);
            report.AddRange(failures.SelectMany(f => f));
        }
        finally
        {
            // Also where this is given up: what was begun is undone before anybody is told so.
            await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        report.AddRange(await making.ConfigureAwait(false));
        return step.ToClear.Count > 0 || step.Made.Count > 0;
    }

    // Of a source that another directory has under the same name nothing is known here.
    private List<SourcePlan> Known() => [.. store.Transact(t => t.Sources.All())
        .Select(s => (Row: s, Plan: plans.TryLoad(s.Name + s.Binding)))
        .Where(s => s.Plan is not null && s.Plan.Settings.Directory == s.Row.Directory)
        .Select(s => s.Plan!)];

    private async Task<IEnumerable<CollectedResource>> ClearAsync(ResourceRow row, CancellationToken cancellationToken) =>
        (await clearance.ClearAsync([row], cancellationToken).ConfigureAwait(false)).Select(f => CollectedResource.Failure(row.Name, f.Message));

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
        foreach (var plan in SourcePlan.All(wanted))
        {
            transitions.Learn(plan);
        }

        foreach (var plan in wanted)
        {
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
            if (transaction.Sources.Find(source) is { } row && (row.Stopped == layer.Remembered || !Strikes.IsDue(row.RetryAt, transaction.Now)))
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
            if (row.State != ResourceState.Discarding)
            {
                return new(name, "make", $"kept of {allocation.Plan.Name}");
            }

            // Meanwhile there are enough.
            var failures = await clearance.ClearAsync([row], cancellationToken).ConfigureAwait(false);
            return failures.Count == 0 ? new(name, "discard", "no longer needed") : CollectedResource.Failure(name, failures[0].Message);
        }
        catch (Exception e) when (e is CrCacheException or HealthException)
        {
            await UndoAsync(allocation, rules, e as CrCacheException).ConfigureAwait(false);
            return CollectedResource.Failure(name, e.Message);
        }
        catch
        {
            await UndoAsync(allocation, rules, failure: null).ConfigureAwait(false);
            throw;
        }
    }

    // That what is below was there and does not work is no reason to wait with the next: it is not a failure of this one.
    private async Task UndoAsync(Allocation allocation, IReadOnlyDictionary<string, KeepRules> rules, CrCacheException? failure)
    {
        var discards = store.Transact(t =>
        {
            Transitions transitions = new(t, caller, rules);
            if (t.Resources.Find(allocation.Row.Name) is { State: ResourceState.Provisioning } row && row.Epoch == allocation.Row.Epoch)
            {
                transitions.Condemn(row, row.Problem);
            }

            if (failure is not null)
            {
                transitions.PutOff(allocation.Plan, failure.Message, stops: failure is ConfigurationException);
            }

            return transitions.ToClear;
        });
        await clearance.ClearAsync(discards, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed record Step(
        List<ResourceRow> ToClear, List<Allocation> Made, List<CollectedResource> Report, IReadOnlyCollection<string> Unknown);
}
