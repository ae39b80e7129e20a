using System.Globalization;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Copies files and trees to and from leased resources.</summary>
public sealed class FileCopier
{
    private readonly RouteResolver _resolver;

    internal FileCopier(RouteResolver resolver) => _resolver = resolver;

    /// <summary>
    /// Copies as <c>cp -a</c> would: into the destination where that is a directory, else to that name. Trees are taken
    /// whole, modes, times and links kept, what is unchanged is not sent, and nothing half-written is left in place.
    /// What arrives belongs to the user that commands run as there.
    /// </summary>
    /// <param name="sources">What to copy, at least one.</param>
    /// <param name="destination">Where to; a directory where there are several sources.</param>
    /// <param name="cancellationToken">Gives up; each file is the old one or the new one.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="UsageException">A resource nobody acquired, or several sources and no directory.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A file that cannot be read or written; it is named.</exception>
    public Task<CopyReport> CopyAsync(IReadOnlyList<CopyPath> sources, CopyPath destination, CancellationToken cancellationToken) =>
        CopyAsync(sources, destination, null, cancellationToken);

    private async Task<CopyReport> CopyAsync(IReadOnlyList<CopyPath> sources, CopyPath destination, CopyMode? mode, CancellationToken cancellationToken)
    {
        if (sources.Count == 0)
            throw new UsageException("there is nothing to copy: name a source and a destination");
        Dictionary<(ResourceReference, bool), CopyPlace> places = [];
        var to = Place(destination);
        List<CopyTree> trees = [];
        foreach (var source in sources)
            trees.Add(await Place(source).ListAsync(source, cancellationToken).ConfigureAwait(false));

        using var target = await to.LookAsync(destination, [.. trees.SelectMany(Names)], cancellationToken).ConfigureAwait(false);
        if (target.Name is not null && trees.Count > 1)
            throw new UsageException($"{destination} is not a directory, and there are {trees.Count} sources");
        if (target.Name is not null && destination.Path.EndsWith('/') && trees[0].Root.Kind != CopyKind.Directory)
            throw CopyFailure.Of($"to {destination}", "there is no such directory");

        var plan = CopyPlan.Make(trees, target);
        var items = plan.Parts.SelectMany(p => p.Items).ToArray();
        var files = items.Where(i => i.Entry.Kind != CopyKind.Directory).ToArray();
        if (!items.Any(i => i.Changed))
            return new(files.Length, 0, 0);

        var receiver = await to.ReceiveAsync(target, cancellationToken).ConfigureAwait(false);
        await using (receiver.ConfigureAwait(false))
        {
            foreach (var (tree, steps) in plan.Parts)
            {
                foreach (var item in steps.Where(i => i.Entry.Kind == CopyKind.Directory))
                    await receiver.PutDirectoryAsync(item, cancellationToken).ConfigureAwait(false);
                CopyItem[] changed = [.. steps.Where(i => i.Changed && i.Entry.Kind != CopyKind.Directory)];
                if (changed.Length > 0)
                    await Place(tree.Origin).SendAsync(tree, changed, receiver, cancellationToken).ConfigureAwait(false);
            }

            await receiver.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return new(files.Length, files.Count(f => f.Changed), receiver.Bytes);
        }

        CopyPlace Place(CopyPath path)
        {
            if (path.Resource is not { } resource)
                return new DirectPlace(DirectView.Machine, CopyMode.Copy);
            var relative = !path.Path.StartsWith('/');
            return places.TryGetValue((resource, relative), out var place) ? place : places[(resource, relative)] = Open(_resolver.Resolve(resource), mode, relative);
        }
    }

    /// <summary>
    /// Puts files of this machine at the same paths on a resource, for a command that is given their names. Directories are made
    /// for them where they are missing. Where the resource's files are this machine's own they are there already, and nothing is done.
    /// </summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <param name="files">The files; relative paths count from the current directory.</param>
    /// <param name="cancellationToken">Gives up, and takes away what was put.</param>
    /// <returns>What was put, to be taken away afterwards.</returns>
    /// <exception cref="UsageException">A resource nobody acquired.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">There is no such file, it cannot be read, or not be put there.</exception>
    public async Task<PushedFiles> PushAsync(ResourceReference resource, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var route = _resolver.Resolve(resource);
        string[] paths = [.. files.Select(f => f.Length > 0 ? Path.GetFullPath(f) : throw new UsageException("a file to push has no name")).Distinct()];
        foreach (var path in paths.Where(p => !File.Exists(p)))
            throw CopyFailure.Of(path, Directory.Exists(path) ? "it is a directory: 'crcache cp' copies trees" : "no such file or directory");
        CopyPath about = new(resource, paths.FirstOrDefault(""));
        if (paths.Length == 0 || Open(route) is DirectPlace { IsThisMachine: true })
            return PushedFiles.None(route, about);

        // What a link leads to is what the command would have read here. A file that is taken away again is one of its own.
        return await PushedFiles.PutAsync(
            route,
            paths,
            path => CopyAsync([new(null, FileSystem.RealPath(path))], new(resource, path), CopyMode.Copy, cancellationToken),
            about,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a tree would replace in a directory.</summary>
    private static IEnumerable<string> Names(CopyTree tree) => tree.Name.Length > 0
        ? [tree.Name]
        : tree.Entries.Skip(1).Select(e => e.Path).Where(p => !p.Contains('/', StringComparison.Ordinal));

    /// <summary>Its files are this process's to read and write where no other machine or user stands between.</summary>
    /// <param name="route">The way there.</param>
    /// <param name="mode">How files are put there; null for what the route says.</param>
    /// <param name="relative">Whether a path counts from where commands start.</param>
    private static CopyPlace Open(ResolvedRoute route, CopyMode? mode = null, bool relative = false)
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
