using System.Globalization;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>The ends of a copy, each opened once.</summary>
/// <param name="resolver">Finds the ways there.</param>
/// <param name="mode">How files are put on a resource; null for what its route says.</param>
internal sealed class CopyPlaces(RouteResolver resolver, CopyMode? mode)
{
    private readonly Dictionary<(ResourceReference?, bool), CopyPlace> _places = [];

    /// <summary>The place that a path is in.</summary>
    /// <exception cref="UsageException">A resource that nobody acquired.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    public CopyPlace Of(CopyPath path)
    {
        var key = (path.Resource, path.Resource is not null && !path.Path.StartsWith('/'));
        return _places.TryGetValue(key, out var place)
            ? place
            : _places[key] = path.Resource is { } resource ? Open(resolver.Resolve(resource), mode, key.Item2) : new DirectPlace(DirectView.Machine, CopyMode.Copy);
    }

    /// <summary>Its files are this process's to read and write where no other machine or user stands between.</summary>
    /// <param name="route">The way there.</param>
    /// <param name="mode">How files are put there; null for what the route says.</param>
    /// <param name="relative">Whether a path counts from where commands start.</param>
    public static CopyPlace Open(ResolvedRoute route, CopyMode? mode = null, bool relative = false)
    {
        if (route.Steps.Any(s => s.Ssh is not null || s.User is not null))
            return new FarPlace(route);
        Route[] prefixes = [.. route.Steps.Where(s => s.Prefix.Count > 0).Select(ProcessFile.Read)];
        if (prefixes.Any(s => s.BaseDirectory is null))
            return new FarPlace(route);
        string[] roots = [.. prefixes.Select(s => s.BaseDirectory!.TrimEnd('/')).Where(r => r.Length > 0)];
        var inside = route.Steps.Reverse().TakeWhile(s => s.Prefix.Count == 0).Concat(prefixes.TakeLast(1));
        var start = inside.Select(s => s.WorkingDirectory).FirstOrDefault(d => d is not null);
        var holders = prefixes.Where(s => s.BaseProcessStart is not null).ToArray();

        // What processes there are in another root is not this process's to see; and only a command there knows where it starts.
        if (holders.Length > 0 && (holders.Length > 1 || holders[0] != prefixes[0] || (relative && start is null)))
            return new FarPlace(route);
        DirectView view = new(roots, start ?? (roots.Length > 0 ? "/" : route.CallerDirectory ?? ""), holders.Length > 0 ? Holder(holders[0]) : null);

        // What only draws from another, as a pool does, is copied to as that is.
        mode ??= route.Steps.LastOrDefault(s => !s.IsPlain || s.CopyMode != CopyMode.Copy)?.CopyMode ?? CopyMode.Copy;

        // A way that is closed to this process says itself why, if it is to a command's.
        return holders.Length > 0 && !view.IsOpen() ? new FarPlace(route) : new DirectPlace(view, mode.Value);
    }

    private static ProcessStatus Holder(Route step) => new()
    {
        Id = step.BaseDirectory!.Split('/') is ["", "proc", var id, "root", ..] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
        Started = step.BaseProcessStart!.Value,
    };
}
