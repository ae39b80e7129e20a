using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>Gives resources back before the build ends. If one of them is not leased, nothing at all happens.</summary>
[MSBuildMultiThreadableTask]
public sealed class ReleaseResource : ResourceTask
{
    /// <summary>The resources, as AcquireResource gave them or by name; none is fine.</summary>
    public ITaskItem[] Resources { get; set; } = [];

    /// <summary>When true, resources that are not leased any more are passed over.</summary>
    public bool IgnoreMissing { get; set; }

    /// <summary>Those that were given back.</summary>
    [Output]
    public ITaskItem[] Released { get; private set; } = [];

    /// <inheritdoc/>
    protected override async Task ExecuteCoreAsync(CancellationToken cancellationToken)
    {
        var engine = OpenEngine();
        var items = Resources.DistinctBy(ResourceItem.Reference).ToArray();
        if (IgnoreMissing)
            items = [.. items.Where(i => IsLeased(engine, ResourceItem.Reference(i)))];
        var released = await engine.Leases.ReleaseAsync([.. items.Select(ResourceItem.Reference)], force: false, cancellationToken);
        Released = [.. items.Where(i => released.Contains(ResourceItem.Reference(i).Name))];
    }

    private static bool IsLeased(CrCacheEngine engine, ResourceReference resource)
    {
        try
        {
            _ = engine.Leases.Get(resource);
            return true;
        }
        catch (CrCacheException e) when (e.Code is ErrorCodes.NotLeased or ErrorCodes.LeaseLost)
        {
            return false;
        }
    }
}
