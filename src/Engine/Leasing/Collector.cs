using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Finds what dead processes, dead owners and expired leases left behind, and takes it over, in the caller's transaction.</summary>
internal sealed class Collector(StoreTransaction transaction, Transitions transitions, IReadOnlyDictionary<string, int> reserves)
{
    /// <summary>Sources whose reserve has to be known before their resources can be collected: to be looked up, and asked again.</summary>
    public HashSet<string> Unknown { get; } = new(StringComparer.Ordinal);

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
                ResourceState.Provisioning when IsGone(row.Actor) => ("discard", "whoever was making it has ended"),
                ResourceState.Resetting when IsGone(row.Actor) => ("reset", "whoever was resetting it has ended"),
                ResourceState.Discarding when IsGone(row.Actor) => ("discard", "whoever was discarding it has ended"),
                _ => (null, null),
            };
            if (action is not null)
            {
                Report.Add(new CollectedResource(row.Name, action, reason!));
                if (apply && row.State == ResourceState.Resetting)
                {
                    transitions.Reset(row);
                }
                else if (apply)
                {
                    transitions.Condemn(row, reason);
                }
            }
        }

        foreach (var row in transaction.Resources.Expired().Where(r => r.Owner!.IsOver(transaction)))
        {
            Release(row, row.State == ResourceState.Held ? $"the time it was held for {row.Owner!.Name} is over" : $"the lease of {row.Owner!.Name} expired", apply);
        }

        foreach (var row in transaction.Resources.Bound().Where(r => !r.Owner!.IsOver(transaction) && IsGone(r.Owner!.Process)))
        {
            Release(row, $"its owner {row.Owner!.Name} has ended", apply);
        }
    }

    /// <summary>Discards what is cached beyond a source's reserve, as after the reserve was lowered.</summary>
    /// <param name="apply">False to look only.</param>
    public void Trim(bool apply)
    {
        foreach (var source in transaction.Resources.Sources())
        {
            if (!reserves.TryGetValue(source, out var reserve))
            {
                Unknown.Add(source);
                continue;
            }

            var rows = transaction.Resources.Of(source);
            var surplus = transaction.Resources.Tally(source).Lasting() - reserve;
            foreach (var row in rows.Where(r => r.State == ResourceState.Idle).Reverse().Take(Math.Max(0, surplus)))
            {
                Report.Add(new CollectedResource(row.Name, "discard", $"cached beyond the reserve of {reserve}"));
                if (apply)
                {
                    transitions.Condemn(row, "beyond the reserve");
                }
            }
        }
    }

    private void Release(ResourceRow row, string reason, bool apply)
    {
        if (apply && !reserves.ContainsKey(row.Source))
        {
            Unknown.Add(row.Source);
            return;
        }

        Report.Add(new CollectedResource(row.Name, "release", reason));
        if (apply && transaction.Resources.Find(row.Name) is { IsInUse: true } current && current.Epoch == row.Epoch)
        {
            transitions.GiveBack(current, "collected", reason);
        }
    }

    public static bool IsGone(string? process) => ProcessIdentity.Parse(process) is not { } identity || identity.IsGone();

    // No try is put off for longer than that: a time that is further away was written before the clock was set back.
    private bool IsDue(DateTimeOffset? time) =>
        time is null || time <= transaction.Now || time > transaction.Now + Transitions.LongestWait;
}
