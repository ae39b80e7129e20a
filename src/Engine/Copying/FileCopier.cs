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
        CopyAsync(sources, destination, new CopyOptions(), cancellationToken);

    /// <param name="sources">What to copy, at least one. On a resource, one that is not there and holds <c>*</c>, <c>?</c> or <c>[</c> is all that fits.</param>
    /// <param name="destination">Where to; a directory where there are several sources.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up; each file is the old one or the new one.</param>
    /// <inheritdoc cref="CopyAsync(IReadOnlyList{CopyPath}, CopyPath, CancellationToken)"/>
    public Task<CopyReport> CopyAsync(IReadOnlyList<CopyPath> sources, CopyPath destination, CopyOptions options, CancellationToken cancellationToken) =>
        CopyAsync(sources, destination, options, null, cancellationToken);

    /// <summary>
    /// Copies the same to several places at once: it is listed and read once, and each gets what it needs. One that is slow does not hold
    /// the others up, and one that fails does not stop them.
    /// </summary>
    /// <param name="sources">What to copy, at least one.</param>
    /// <param name="destinations">Where to, each as for one alone; at least one.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up; each file is the old one or the new one.</param>
    /// <returns>What became of each, in their order.</returns>
    /// <exception cref="UsageException">A resource nobody acquired, or nothing to copy.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A source that cannot be found; it is named.</exception>
    public async Task<IReadOnlyList<CopyOutcome>> CopyAsync(
        IReadOnlyList<CopyPath> sources, IReadOnlyList<CopyPath> destinations, CopyOptions options, CancellationToken cancellationToken)
    {
        if (destinations.Count == 0)
            throw new UsageException("there is nowhere to copy to: name a destination");
        CopyPlaces places = new(_resolver, null);
        CopyPlace[] to = [.. destinations.Select(places.Of)];
        EarlyLook[] looks = [.. to.Zip(destinations, (place, path) => EarlyLook.Begin(place, path, sources, options, cancellationToken))];
        try
        {
            var from = await CopySources.ListAsync(places, sources, options, cancellationToken).ConfigureAwait(false);
            await using (from.ConfigureAwait(false))
            {
                return await new CopyFan(from, options).RunAsync(looks, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var look in looks)
                await look.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<CopyReport> CopyAsync(
        IReadOnlyList<CopyPath> sources, CopyPath destination, CopyOptions options, CopyMode? mode, CancellationToken cancellationToken)
    {
        CopyPlaces places = new(_resolver, mode);
        var look = EarlyLook.Begin(places.Of(destination), destination, sources, options, cancellationToken);
        await using (look.ConfigureAwait(false))
        {
            var from = await CopySources.ListAsync(places, sources, options, cancellationToken).ConfigureAwait(false);
            await using (from.ConfigureAwait(false))
            {
                var delivery = await CopyDelivery.PrepareAsync(look, from, options, cancellationToken).ConfigureAwait(false);
                await using (delivery.ConfigureAwait(false))
                {
                    CopyMeter meter = new(options.Progress, TimeProvider.System) { AllFiles = delivery.AllFiles, AllBytes = delivery.AllBytes };
                    return await delivery.RunAsync(meter, cancellationToken).ConfigureAwait(false);
                }
            }
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
        if (paths.Length == 0 || CopyPlaces.Open(route) is DirectPlace { IsThisMachine: true })
            return PushedFiles.None(route, about);

        // What a link leads to is what the command would have read here. A file that is taken away again is one of its own.
        return await PushedFiles.PutAsync(
            route,
            paths,
            path => CopyAsync([new(null, FileSystem.RealPath(path))], new(resource, path), new CopyOptions(), CopyMode.Copy, cancellationToken),
            about,
            cancellationToken).ConfigureAwait(false);
    }
}
