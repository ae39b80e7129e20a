using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>What is kept for those who wait ahead of a request, although it is free.</summary>
internal sealed class Earmarks
{
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _new = new(StringComparer.Ordinal);

    /// <summary>Nothing is kept.</summary>
    public static Earmarks None { get; } = new();

    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _shares = new(StringComparer.Ordinal);

    /// <summary>How many resources are kept, those that are yet to be made included.</summary>
    public int Count => _resources.Count + _new.Values.Sum();

    /// <summary>Whether a resource is kept.</summary>
    public bool Keeps(string resource) => _resources.Contains(resource);

    /// <summary>How many resources of a source are kept that are not made yet.</summary>
    public int NewOf(string source) => _new.GetValueOrDefault(source);

    /// <summary>How many of those are to share a resource that others share already.</summary>
    public int SharesOf(string resource) => _shares.GetValueOrDefault(resource);

    /// <summary>Whether nobody is to join those who share resources of a source, because somebody who is ahead wants one alone.</summary>
    public bool IsClosed(string source) => _closed.Contains(source);

    /// <summary>Lets nobody join those who share resources of a source, or of one it draws from: they are to be free one day.</summary>
    public void Close(SourcePlan plan)
    {
        _closed.Add(plan.Name);
        if (!plan.SharesLayers)
        {
            foreach (var layer in plan.Layers)
            {
                Close(layer);
            }
        }
    }

    /// <summary>Keeps what is free and is to make room for somebody.</summary>
    public void Keep(ResourceRow row) => _resources.Add(row.Name);

    /// <summary>Keeps what somebody would be given, and all that it is layered on, or its share of it.</summary>
    public void Keep(Allocation allocation)
    {
        for (var at = allocation; at is not null; at = at.Base)
        {
            if (at.IsAwaited)
            {
                _shares[at.Row.Name] = SharesOf(at.Row.Name) + 1;
            }
            else if (at.IsNew)
            {
                _new[at.Plan.Name] = NewOf(at.Plan.Name) + 1;
            }
            else
            {
                _resources.Add(at.Row.Name);
            }
        }
    }
}
