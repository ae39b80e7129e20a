using System.Buffers;
using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace CrCache.MSBuild;

/// <summary>Between MSBuild's items and the engine's names.</summary>
internal static class ResourceItem
{
    private const string LeaseMetadata = "Lease";

    private static readonly SearchValues<char> Special = SearchValues.Create(@"%*?@$();'\");

    /// <summary>An item for a lease: the resource's name, with what a project may want to know of it.</summary>
    public static ITaskItem FromLease(Lease lease) =>
        new TaskItem(lease.Resource, new Dictionary<string, string>
        {
            ["Source"] = lease.Source,
            ["Concurrency"] = lease.Concurrency.ToString(CultureInfo.InvariantCulture),
            [LeaseMetadata] = lease.Reference.ToString(),
        });

    /// <summary>The resource an item means: the very hand-out where it came from AcquireResource, else whoever has that name.</summary>
    /// <exception cref="UsageException">It is not a resource's name.</exception>
    public static ResourceReference Reference(ITaskItem item) =>
        ResourceReference.Parse(item.GetMetadata(LeaseMetadata) is { Length: > 0 } lease ? lease : item.ItemSpec);

    /// <summary>The resources that items mean, each once, at least one: MSBuild takes an empty list for a required one.</summary>
    /// <exception cref="UsageException">There are none, or one is not a resource's name.</exception>
    public static IReadOnlyList<ResourceReference> References(ITask task, IReadOnlyList<ITaskItem> items) =>
        items.Count > 0
            ? [.. items.Select(Reference).Distinct()]
            : throw new UsageException($"{task.GetType().Name} got no resources: its list of Resources is empty");

    /// <summary>
    /// A path as MSBuild itself takes it: relative ones count from the project's directory. MSBuild's own items know that
    /// directory in every mode; the process's current directory is another project's under <c>-mt</c>.
    /// </summary>
    /// <param name="path">The path; null or empty for the project's directory.</param>
    public static string FullPath(string? path) =>
        new TaskItem(string.IsNullOrEmpty(path) ? "." : Escape(path)).GetMetadata("FullPath");

    /// <summary>An item whose identity is exactly a text, whatever characters are in it.</summary>
    public static ITaskItem FromText(string text, IDictionary<string, string> metadata)
    {
        var item = new TaskItem(Escape(text));
        foreach (var (name, value) in metadata)
            item.SetMetadata(name, Escape(value));
        return item;
    }

    /// <summary>Escapes what MSBuild would read as its own syntax, and the backslash, which it would turn into a slash.</summary>
    private static string Escape(string text) =>
        text.AsSpan().ContainsAny(Special)
            ? string.Concat(text.Select(c => Special.Contains(c) ? $"%{(int)c:x2}" : c.ToString()))
            : text;
}
