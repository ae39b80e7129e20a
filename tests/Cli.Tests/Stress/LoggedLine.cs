using CrCache.Leasing;

namespace CrCache.Cli.Tests.Stress;

/// <summary>
/// The line of those who wait, as the events tell of it. Who is ahead need not be served first: where there is enough for two, both are,
/// and which of them looks first is chance. But whoever is served must leave enough for those ahead who want of the same.
/// </summary>
/// <param name="available">How many resources of a source can be had, at most.</param>
/// <param name="report">Takes what is unlawful.</param>
internal sealed class LoggedLine(Func<string, int> available, Action<string> report)
{
    private readonly SortedDictionary<long, LoggedTicket> _standing = [];
    private readonly HashSet<long> _served = [];
    private long _newest;

    /// <summary>Whether events of this kind are about the line.</summary>
    public static bool Has(string kind) => kind is "waiting" or "served" or "left";

    public void Add(ResourceEvent e)
    {
        if (e.Kind == "waiting")
        {
            Join(e);
        }
        else if (!_standing.Remove(e.Epoch, out var ticket))
        {
            report($"{e.Number}: ticket {e.Epoch} {e.Kind}, and is not in line");
        }
        else if (e.Kind == "served")
        {
            _served.Add(ticket.Number);
            Serve(e, ticket);
        }
    }

    public void End()
    {
        foreach (var ticket in _standing.Values)
        {
            report($"{ticket} was neither served nor left");
        }
    }

    private void Join(ResourceEvent e)
    {
        if (LoggedTicket.Parse(e.Epoch, e.Detail) is not { } ticket)
        {
            report($"{e.Number}: '{e.Detail}' does not say what is waited for");
            return;
        }

        // Who was served with what then turned out not to work has his place again.
        if (ticket.Number <= _newest && !_served.Contains(ticket.Number))
        {
            report($"{e.Number}: {ticket} does not stand at the end, behind {_newest}");
        }

        _newest = Math.Max(_newest, ticket.Number);
        _standing[ticket.Number] = ticket;
    }

    private void Serve(ResourceEvent e, LoggedTicket served)
    {
        var ahead = _standing.Values.Where(t => t.IsAheadOf(served)).ToList();
        foreach (var (source, _) in served.Demands)
        {
            foreach (var passed in ahead)
            {
                foreach (var (_, atLeast) in passed.Demands.Where(d => d.Source == source && d.AtLeast > available(source)))
                {
                    report($"{e.Number}: {served} was served before {passed}, for whom of {atLeast} only {available(source)} are left");
                }
            }

            // Those who want the very same are all to be served before.
            var same = ahead.Where(t => t.Wanted == served.Wanted).ToList();
            var needed = same.Sum(t => t.Demands.First(d => d.Source == source).AtLeast);
            if (same.Count > 1 && needed > available(source))
            {
                report($"{e.Number}: {served} was served before {same.Count} who want the same, for whom of {needed} only {available(source)} are left");
            }
        }
    }
}
