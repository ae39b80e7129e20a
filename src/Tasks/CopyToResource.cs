using CrCache.Copying;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>Copies files and trees to resources, to all of them at once. What is there unchanged is not sent.</summary>
[MSBuildMultiThreadableTask]
public sealed class CopyToResource : ResourceTask
{
    /// <summary>The resources, as AcquireResource gave them or by name.</summary>
    [Required]
    public ITaskItem[] Resources { get; set; } = [];

    /// <summary>The files and directories; a directory is taken whole. None is fine, as for Copy.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>
    /// Where to on the resource: into it where it is a directory, ends in a slash or takes several, else to that name.
    /// Directories that are missing are made.
    /// </summary>
    [Required]
    public string Destination { get; set; } = "";

    /// <summary>The files once a resource, with the metadata Resource and Destination.</summary>
    [Output]
    public ITaskItem[] CopiedFiles { get; private set; } = [];

    /// <inheritdoc/>
    protected override async Task ExecuteCoreAsync(CancellationToken cancellationToken)
    {
        var resources = ResourceItem.References(this, Resources);
        if (Files.Length == 0)
            return;
        var engine = OpenEngine();
        CopyPath[] files = [.. Files.Select(f => new CopyPath(Resource: null, f.GetMetadata("FullPath")))];
        var directory = ResourceDirectory.Needed(Destination, files.Length);
        var ready = await OnEachAsync(resources, r => MakeAsync(engine, r, directory, cancellationToken));
        CopyPath[] destinations = [.. ready.Where(r => r.Failure is null).Select(r => new CopyPath(r.Resource, Destination))];
        var outcomes = destinations.Length > 0 ? await engine.Files.CopyAsync(files, destinations, new CopyOptions(), cancellationToken) : [];
        CrCacheException[] failures = [.. ready.Select(r => r.Failure).Concat(outcomes.Select(o => o.Failure)).OfType<CrCacheException>()];
        if (failures.Length > 0)
            throw new AggregateException(failures);
        CopiedFiles = CopiedFile.Items(Resources, Files, _ => Destination);
    }

    /// <summary>Makes the directory on one of them; that it fails there is no reason for the others.</summary>
    private static async Task<(ResourceReference Resource, CrCacheException? Failure)> MakeAsync(
        CrCacheEngine engine, ResourceReference resource, string? directory, CancellationToken cancellationToken)
    {
        try
        {
            await ResourceDirectory.MakeAsync(engine.Commands, resource, directory, cancellationToken);
            return (resource, null);
        }
        catch (CrCacheException e)
        {
            return (resource, e);
        }
    }
}
