using System.Runtime.InteropServices;

namespace CrCache.Scheduling;

/// <summary>What earlier runs say of how long work takes, and how fast resources are.</summary>
public sealed class WorkEstimates
{
    /// <summary>Where nothing is known.</summary>
    public static WorkEstimates None { get; } = new([], new Dictionary<string, double>());

    private readonly Dictionary<WorkName, TimeSpan> _known;
    private readonly IReadOnlyDictionary<string, double> _paces;
    private readonly Dictionary<WorkName, (double Sum, int Count)> _means = [];
    private readonly TimeSpan? _mean;

    /// <summary>Estimates from times.</summary>
    /// <param name="known">The time of each unit on a resource of pace 1.</param>
    /// <param name="paces">The pace of each resource.</param>
    internal WorkEstimates(Dictionary<WorkName, TimeSpan> known, IReadOnlyDictionary<string, double> paces)
    {
        (_known, _paces) = (known, paces);
        foreach (var (name, time) in known)
            foreach (var wider in name.Wider())
            {
                ref var mean = ref CollectionsMarshal.GetValueRefOrAddDefault(_means, wider, out _);
                mean = (mean.Sum + time.TotalSeconds, mean.Count + 1);
            }

        _mean = known.Count == 0 ? null : TimeSpan.FromSeconds(known.Values.Average(t => t.TotalSeconds));
    }

    /// <summary>True where no run is known.</summary>
    public bool IsEmpty => _mean is null;

    /// <summary>
    /// How long a unit takes on a resource of pace 1: what it took itself; else the mean of what the nearest wider name has; else the mean of all. Null where
    /// nothing is known.
    /// </summary>
    public TimeSpan? Of(WorkName name)
    {
        if (_known.TryGetValue(name, out var time))
            return time;
        foreach (var wider in name.Wider())
            if (_means.TryGetValue(wider, out var mean))
                return TimeSpan.FromSeconds(mean.Sum / mean.Count);
        return _mean;
    }

    /// <summary>How long a resource takes for what takes another one second, in seconds; 1 where it is not known.</summary>
    public double PaceOf(string resource) => _paces.GetValueOrDefault(resource, 1);

    /// <summary>What a unit itself took; null where it has not run.</summary>
    internal TimeSpan? Known(WorkName name) => _known.TryGetValue(name, out var time) ? time : null;
}
