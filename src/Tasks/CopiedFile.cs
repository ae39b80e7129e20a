using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace CrCache.MSBuild;

/// <summary>The items that say what was copied.</summary>
internal static class CopiedFile
{
    /// <summary>Each file once a resource, with the metadata Resource and Destination on top of its own.</summary>
    public static ITaskItem[] Items(IEnumerable<ITaskItem> resources, IReadOnlyList<ITaskItem> files, Func<string, string> destination) =>
        [.. resources.Select(r => ResourceItem.Reference(r).Name).Distinct().SelectMany(name => files.Select(file =>
        {
            var item = new TaskItem(file);
            item.SetMetadata("Resource", name);
            item.SetMetadata("Destination", destination(name));
            return item;
        }))];
}
