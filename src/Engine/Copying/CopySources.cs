namespace CrCache.Copying;

/// <summary>All that is to be copied, listed once however many get it.</summary>
internal sealed class CopySources : IAsyncDisposable
{
    private readonly List<CopySource> _sources = [];

    /// <summary>The files and trees, those of one place behind each other.</summary>
    public IReadOnlyList<CopyTree> Trees { get; private set; } = [];

    /// <summary>Whether somebody chose by a pattern: then there may be nothing.</summary>
    public bool MayBeEmpty { get; private init; }

    /// <summary>Finds it.</summary>
    /// <exception cref="UsageException">Nothing was asked for.</exception>
    public static async Task<CopySources> ListAsync(CopyPlaces places, IReadOnlyList<CopyPath> paths, CopyOptions options, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            throw new UsageException("there is nothing to copy: name a source and a destination");
        CopySources all = new() { MayBeEmpty = options.Exclude.Count > 0 };
        var exclusion = Exclusion.Of(options.Exclude);
        try
        {
            foreach (var group in paths.GroupBy(places.Of))
                all._sources.Add(await group.Key.ListAsync([.. group], exclusion, cancellationToken).ConfigureAwait(false));
            all.Trees = [.. all._sources.SelectMany(s => s.Trees).Where(t => t.Name.Length == 0 || !exclusion.LeavesOutSource(t.Name, t.Root.Kind == CopyKind.Directory))];
            return all;
        }
        catch
        {
            await all.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a tree is.</summary>
    public CopySource Of(CopyTree tree) => _sources.First(s => s.Trees.Contains(tree, ReferenceEqualityComparer.Instance));

    /// <summary>Hands over what has changed.</summary>
    public Task SendAsync(CopyPlan plan, CopyReceiver receiver, bool? compresses, CancellationToken cancellationToken) => SendAsync(
        [.. plan.Parts.Select(p => (p.Tree, (IReadOnlyList<CopyItem>)[.. p.Items.Where(i => i.Changed && i.Entry.Kind != CopyKind.Directory)]))],
        receiver,
        compresses,
        cancellationToken);

    /// <summary>Hands files and links over.</summary>
    public async Task SendAsync(
        IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CopyReceiver receiver, bool? compresses, CancellationToken cancellationToken)
    {
        foreach (var group in parts.Where(p => p.Items.Count > 0).GroupBy(p => Of(p.Tree)))
            await group.Key.SendAsync([.. group], receiver, compresses, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a little of what has changed, of the part that is most.</summary>
    public byte[] Sample(CopyPlan plan)
    {
        var (tree, items) = plan.Parts.MaxBy(p => p.Items.Sum(Size));
        return Of(tree).Sample(tree, [.. items.Where(i => Size(i) > 0)]);

        static long Size(CopyItem item) => item is { Changed: true, Entry.Kind: CopyKind.File } ? item.Entry.Size : 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
            await source.DisposeAsync().ConfigureAwait(false);
    }
}
