using CrCache.Copying;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>Copies files and trees from resources to this machine.</summary>
[MSBuildMultiThreadableTask]
public sealed class CopyFromResource : ResourceTask
{
    /// <summary>The resources, as AcquireResource gave them or by name.</summary>
    [Required]
    public ITaskItem[] Resources { get; set; } = [];

    /// <summary>The files and directories on the resource; a directory is taken whole. None is fine, as for Copy.</summary>
    [Required]
    public string[] Files { get; set; } = [];

    /// <summary>
    /// Where to on this machine: into it where it is a directory, ends in a slash or takes several, else to that name. With
    /// several resources each has its own directory in it, named after the resource. Directories that are missing are made.
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
        var destination = ResourceItem.FullPath(Destination);
        _ = await OnEachAsync(resources, r =>
        {
            var place = Place(r.Name);
            MakeDirectory(ResourceDirectory.Needed(place, Files.Length));
            return engine.Files.CopyAsync([.. Files.Select(f => new CopyPath(r, f))], new CopyPath(Resource: null, place), cancellationToken);
        });
        CopiedFiles = CopiedFile.Items(Resources, [.. Files.Select(f => ResourceItem.FromText(f, new Dictionary<string, string>()))], Place);

        string Place(string resource) => resources.Count == 1 ? destination : Path.Combine(destination, resource) + "/";
    }

    private static void MakeDirectory(string? directory)
    {
        try
        {
            if (directory is not null)
                Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResourceException(ErrorCodes.CopyFailed, $"the directory {directory} cannot be made: {e.Message}", e);
        }
    }
}
