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
        _ = await OnEachAsync(resources, async r =>
        {
            await ResourceDirectory.MakeAsync(engine.Commands, r, directory, cancellationToken);
            return true;
        });
        var outcomes = await engine.Files.CopyAsync(files, [.. resources.Select(r => new CopyPath(r, Destination))], new CopyOptions(), cancellationToken);
        CrCacheException[] failures = [.. outcomes.Select(o => o.Failure).OfType<CrCacheException>()];
        if (failures.Length > 0)
            throw new AggregateException(failures);
        CopiedFiles = CopiedFile.Items(Resources, Files, _ => Destination);
    }
}
