using CrCache.Leasing.Keeping;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>A request on its way.</summary>
internal sealed class Attempt
{
    public Attempt(AcquireRequest request, IReadOnlyList<PlannedDemand> demands, OwnerRow owner)
    {
        (Request, Owner) = (request, owner);
        Plan(demands);
    }

    public AcquireRequest Request { get; }

    public OwnerRow Owner { get; }

    public IReadOnlyList<PlannedDemand> Demands { get; private set; } = [];

    /// <summary>The sources that were read, for judging the line.</summary>
    public Dictionary<string, SourcePlan?> Plans { get; private set; } = [];

    /// <summary>What each source keeps.</summary>
    public Dictionary<string, KeepRules> Rules { get; private set; } = [];

    /// <summary>When the configuration was last read anew.</summary>
    public long Read { get; set; } = TimeProvider.System.GetTimestamp();

    /// <summary>Its place in the line, once it has one.</summary>
    public long? Ticket { get; set; }

    /// <summary>The place that it has or had; 0 for none.</summary>
    public long Place { get; set; }

    /// <summary>When it last said that it stands there.</summary>
    public long Touched { get; set; }

    /// <summary>How many hosts could not be used for it.</summary>
    public int FailedHosts { get; set; }

    /// <summary>Takes its sources as they are configured now, and forgets what it knows of others.</summary>
    public void Plan(IReadOnlyList<PlannedDemand> demands)
    {
        Demands = PlannedDemand.InOrder(demands);
        Plans = demands.ToDictionary(d => d.Demand.Source, SourcePlan? (d) => d.Plan);
        Rules = SourcePlan.AllRules(demands.Select(d => d.Plan));
    }
}
