using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Finds what dead processes, dead owners and expired leases left behind, and takes it over, in the caller's transaction.</summary>
internal sealed class Collector(StoreTransaction transaction, Transitions transitions)
{
    /// <summary>What was, or would be, done.</summary>
    public List<CollectedResource> Report { get; } = [];

    /// <summary>Looks, and takes over.</summary>
    /// <param name="apply">False to look only.</param>
    /// <param name="isAsked">Whether somebody asked for just this: what failed is then tried again at once.</param>
    public void Collect(bool apply, bool isAsked = false)
    {
        foreach (var row in transaction.Resources.Changing())
        {
            var (action, reason) = row.State switch
            {
                ResourceState.Dirty when isAsked || IsDue(row.RetryAt) => ("discard", "an earlier discard failed"),
                ResourceState.Quarantined when Strikes.IsOnlyAName(row) && IsDue(row.RetryAt) => ("retest", "its quarantine is over"),
                ResourceState.Quarantined when !Strikes.IsOnlyAName(row) && IsDue(row.RetryAt) => ("discard", "its discard has failed again and again"),
                ResourceState.Provisioning when IsGone(row.Actor) => row.Made is null ? ("discard", "whoever was making it has ended") : ("release", "whoever was testing it has ended"),
                ResourceState.Resetting when IsGone(row.Actor) => ("reset", "whoever was resetting it has ended"),
                ResourceState.Discarding when IsGone(row.Actor) => ("discard", "whoever was discarding it has ended"),
                _ => (null, null),
            };
            if (action is not null)
            {
                Report.Add(new CollectedResource(row.Name, action, reason!));
                if (apply)
                {
                    TakeOver(row, reason!);
                }
            }
        }

        foreach (var row in transaction.Resources.Expired().Where(r => r.Owner!.IsOver(transaction)))
        {
            Release(row, row.State == ResourceState.Held ? $"the time it was held for {row.Owner!.Name} is over" : $"the lease of {row.Owner!.Name} expired", apply);
        }

        foreach (var row in transaction.Resources.Processes().Where(IsGone).SelectMany(transaction.Resources.BoundTo).Where(r => !r.Owner!.IsOver(transaction)))
        {
            Release(row, $"its owner {row.Owner!.Name} has ended", apply);
        }
    }

    /// <summary>Discards what is free and no longer kept, as after the reserve was lowered.</summary>
    /// <param name="apply">False to look only.</param>
    public void Trim(bool apply)
    {
        foreach (var source in transaction.Resources.Sources())
        {
            var idle = transaction.Resources.Idle(source).ToDictionary(r => r.Name);
            var stock = SourceStock.Of(source, transaction, idle.Values.Select(r => IdleResource.Of(r, r.Since)));
            foreach (var (resource, reason) in KeepPolicy.Discards(transitions.RulesOf(source), stock, transaction.Now))
            {
                Report.Add(new CollectedResource(resource, "discard", reason));
                if (apply)
                {
                    transitions.Condemn(idle[resource], reason);
                }
            }
        }
    }

    private void TakeOver(ResourceRow row, string reason)
    {
        switch (row.State)
        {
            case ResourceState.Resetting when row.Problem is null:
                transitions.Reset(row);
                break;
            case ResourceState.Provisioning:
                transitions.GiveBack(row, Transitions.Collected, reason);
                break;
            case ResourceState.Quarantined when Strikes.IsOnlyAName(row):
                transitions.Retest(row, reason);
                break;
            case ResourceState.Dirty or ResourceState.Quarantined:
                // That it can be discarded is the proof that nothing is wrong with it any more.
                transitions.Condemn(row with { Problem = null }, reason);
                break;
            default:
                transitions.Condemn(row, reason);
                break;
        }
    }

    private void Release(ResourceRow row, string reason, bool apply)
    {
        Report.Add(new CollectedResource(row.Name, "release", reason));
        if (apply && transaction.Resources.Find(row.Name) is { IsInUse: true } current && current.Epoch == row.Epoch)
        {
            transitions.GiveBack(current, Transitions.Collected, reason);
        }
    }

    public static bool IsGone(string? process) => ProcessIdentity.Parse(process) is not { } identity || identity.IsGone();

    private bool IsDue(DateTimeOffset? time) => Strikes.IsDue(time, transaction.Now);
}
