using CrCache.Leasing;

namespace CrCache.Cli.Tests.Stress;

/// <summary>
/// Proves from the events alone that every resource led a lawful life: nobody had it while somebody else did, no source had more than
/// its maximum, none was lost, and nobody who waited was passed over. The events are in the order of the transactions that wrote them.
/// </summary>
internal sealed class EventLogChecker
{
    private readonly Dictionary<string, StressSource> _sources;
    private readonly Dictionary<string, LoggedResource> _resources = new(StringComparer.Ordinal);
    private readonly LoggedLine _line;
    private readonly List<string> _violations = [];
    private long _last;

    private EventLogChecker(IReadOnlyList<StressSource> sources)
    {
        _sources = sources.ToDictionary(s => s.Name);
        _line = new LoggedLine(Available, _violations.Add);
    }

    /// <summary>Checks a log from its first event on.</summary>
    /// <param name="events">The events.</param>
    /// <param name="sources">What was configured.</param>
    /// <param name="left">The resources that there are at the end, and whether somebody has each.</param>
    /// <returns>What was unlawful, a line each; none for a lawful log.</returns>
    public static IReadOnlyList<string> Check(
        IEnumerable<ResourceEvent> events, IReadOnlyList<StressSource> sources, IReadOnlyDictionary<string, bool> left)
    {
        EventLogChecker checker = new(sources);
        foreach (var e in events)
        {
            checker.Add(e);
        }

        checker.End(left);
        return checker._violations;
    }

    private void Add(ResourceEvent e)
    {
        Require(e, e.Number == _last + 1, $"comes after {_last}: events are missing");
        _last = e.Number;
        if (LoggedLine.Has(e.Kind))
        {
            _line.Add(e);
            return;
        }

        var resource = _resources.GetValueOrDefault(e.Resource);
        Require(e, resource is null == (e.Kind == "provisioning"), resource is null ? "is about a resource that there is not" : "begins one that there is");
        resource ??= Begin(e);
        switch (e.Kind)
        {
            case "provisioned":
                Require(e, resource.Phase == LoggedPhase.Making, $"ends a making that was none: {resource}");
                RequireEpoch(e, resource);
                resource.Phase = LoggedPhase.Free;
                break;
            case "acquired":
                Require(e, resource.Phase == LoggedPhase.Free, $"hands out what is not free: {resource}");
                Require(e, resource.User is null, $"hands out what {resource.User} is layered on");
                HandOut(e, resource);
                break;
            case "stolen":
                Require(e, resource.Phase == LoggedPhase.InUse, $"steals what nobody has: {resource}");
                Require(e, resource.User is null, $"steals what {resource.User} is layered on");
                HandOut(e, resource);
                break;
            case "held" or "renewed":
                Require(e, resource.Phase == LoggedPhase.InUse, $"is about a lease that is none: {resource}");
                RequireEpoch(e, resource);
                break;
            case "released" or "collected":
                Require(e, resource.Phase == LoggedPhase.InUse, $"takes back what nobody has: {resource}");
                Require(e, !(resource.User is { } user && _resources.GetValueOrDefault(user) is { Phase: not LoggedPhase.Quarantined }), $"takes back what {resource.User} is layered on");
                RequireEpoch(e, resource);
                (resource.Phase, resource.User) = (LoggedPhase.Free, null);
                break;
            case "discarding":
                Require(e, resource.Phase != LoggedPhase.InUse, $"discards what somebody has: {resource}");
                RequireEpoch(e, resource);
                resource.Phase = LoggedPhase.Going;
                break;
            case "failed":
                Require(e, resource.Phase is not (LoggedPhase.InUse or LoggedPhase.Quarantined), $"is about what somebody has, or nobody touches: {resource}");
                resource.Phase = LoggedPhase.Going;
                break;
            case "quarantined":
                Require(e, resource.Phase == LoggedPhase.Going, $"is about what did not fail: {resource}");
                resource.Phase = LoggedPhase.Quarantined;
                break;
            case "retest":
                Require(e, resource.Phase == LoggedPhase.Quarantined, $"ends a quarantine that was none: {resource}");
                break;
            case "healed":
                Require(e, resource.Phase is LoggedPhase.Quarantined or LoggedPhase.Going, $"is about what nothing is wrong with: {resource}");
                break;
            case "discarded":
                Require(e, resource.Phase is LoggedPhase.Going or LoggedPhase.Quarantined, $"forgets what was not being discarded: {resource}");
                _resources.Remove(e.Resource);
                break;
        }
    }

    private LoggedResource Begin(ResourceEvent e)
    {
        LoggedResource resource = new(e.Resource, Source(e.Resource)) { Epoch = e.Epoch, Base = e.Detail?.Split(' ') is ["on", var below] ? below : null };
        _resources[e.Resource] = resource;
        Require(e, e.Epoch == e.Number, "begins a resource with an old epoch");
        if (_sources.TryGetValue(resource.Source, out var source))
        {
            var own = _resources.Values.Count(r => r.Source == source.Name);
            Require(e, own <= source.Maximum, $"makes {own} of '{source.Name}', whose maximum is {source.Maximum}");
        }

        return resource;
    }

    private void HandOut(ResourceEvent e, LoggedResource resource)
    {
        Require(e, e.Epoch == e.Number && e.Epoch > resource.Epoch, $"hands out with an old epoch: {resource}");
        var holder = e.Detail?.Split(' ', ':') is ["by", var name, ..] ? name : null;
        resource.Phase = LoggedPhase.InUse;
        resource.Epoch = e.Epoch;
        resource.User = holder is not null && _sources.ContainsKey(Source(holder)) ? holder : null;
    }

    private void End(IReadOnlyDictionary<string, bool> left)
    {
        foreach (var resource in _resources.Values.Where(r => !left.ContainsKey(r.Name)))
        {
            _violations.Add($"{resource} was lost: nothing says that it was discarded");
        }

        foreach (var (name, isInUse) in left)
        {
            var phase = _resources.GetValueOrDefault(name)?.Phase;
            if (phase != (isInUse ? LoggedPhase.InUse : LoggedPhase.Free))
            {
                _violations.Add($"{name} is {(isInUse ? "in use" : "free")} at the end, and the events say {phase?.ToString() ?? "that it is gone"}");
            }
        }

        _line.End();
    }

    // What can be had at most: resources that are being reset count as free, because no event tells.
    private int Available(string name)
    {
        var source = _sources[name];
        var own = _resources.Values.Where(r => r.Source == name).ToList();
        var room = Math.Max(0, source.Maximum - own.Count);
        var below = source.Layers.Count == 0 ? room : source.IsGuest ? Shares(source.Layers[0]) : source.Layers.Sum(Available);
        return own.Count(r => r.Phase == LoggedPhase.Free) + Math.Min(room, below);
    }

    // Of what is shared there are as many more as its users leave, and of what is free, or could be made, as many as may share one.
    private int Shares(string layer) => (Available(layer) * StressSource.Guests) + _resources.Values
        .Where(r => r.Base is { } name && _sources[r.Source].IsGuest && Source(name) == layer)
        .GroupBy(r => r.Base)
        .Sum(g => Math.Max(0, StressSource.Guests - g.Count()));

    private void RequireEpoch(ResourceEvent e, LoggedResource resource) =>
        Require(e, e.Epoch == resource.Epoch, $"is about another hand-out than {resource}");

    private void Require(ResourceEvent e, bool isLawful, string otherwise)
    {
        if (!isLawful)
        {
            _violations.Add($"{e.Number}: {e.Resource}@{e.Epoch} {e.Kind} {e.Detail} by {e.Actor}: {otherwise}");
        }
    }

    private static string Source(string resource) => resource.LastIndexOf('-') is > 0 and var end ? resource[..end] : "";
}
