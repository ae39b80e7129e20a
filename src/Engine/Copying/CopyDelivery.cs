namespace CrCache.Copying;

/// <summary>A copy to one destination: what it has to do, and doing it.</summary>
internal sealed class CopyDelivery : IAsyncDisposable
{
    private readonly CopyPlace _place;
    private readonly CopySources _sources;
    private readonly CopyTarget _target;
    private readonly CopyOptions _options;
    private CopyPlan _plan;

    private CopyDelivery(CopyPlace place, CopySources sources, CopyTarget target, CopyPlan plan, CopyOptions options) =>
        (_place, _sources, _target, _plan, _options) = (place, sources, target, plan, options);

    /// <summary>How many files and links are to be sent.</summary>
    public int AllFiles => Files.Count(i => i.Changed);

    /// <summary>How many bytes they have.</summary>
    public long AllBytes => Files.Where(i => i.Changed && i.Entry.Kind == CopyKind.File).Sum(i => i.Entry.Size);

    private IEnumerable<CopyItem> Files => _plan.Parts.SelectMany(p => p.Items).Where(i => i.Entry.Kind != CopyKind.Directory);

    /// <summary>Finds out what there is to do.</summary>
    /// <exception cref="UsageException">Several sources and no directory, or sources that cannot be together.</exception>
    /// <exception cref="ResourceException">There is no directory to put it in, or something is in the way.</exception>
    public static async Task<CopyDelivery> PrepareAsync(
        EarlyLook look, CopySources sources, CopyOptions options, CancellationToken cancellationToken)
    {
        var (trees, destination) = (sources.Trees, look.Destination);
        var target = await look.TakeAsync([.. trees.SelectMany(t => Names(t, options.Delete))], cancellationToken).ConfigureAwait(false);
        try
        {
            if (target.Name is not null && trees.Count > 1)
                throw new UsageException(FileName.Show($"{destination} is not a directory, and there are {trees.Count} sources"));
            if (target.Name is not null && destination.Path.EndsWith('/') && trees.Any(t => t.Root.Kind != CopyKind.Directory))
                throw CopyFailure.Of($"to {destination}", "there is no such directory");
            CopyDelivery delivery = new(look.Place, sources, target, CopyPlan.Make(trees, target, options.Delete), options);
            if (options.Checksum)
                await delivery.CompareAsync(cancellationToken).ConfigureAwait(false);
            return delivery;
        }
        catch
        {
            await target.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What it has to do.</summary>
    public CopyPlan Plan => _plan;

    /// <summary>Whether this process puts it there itself: files by its own ways.</summary>
    public bool IsDirect => _target.Held is not null;

    /// <summary>Whether there is nothing to do, or nothing is to be done.</summary>
    public bool IsOver => _plan.IsEmpty || _options.DryRun;

    /// <summary>Copies.</summary>
    public async Task<CopyReport> RunAsync(CopyMeter meter, CancellationToken cancellationToken)
    {
        if (IsOver)
            return Report(0);
        var receiver = await BeginAsync(meter, cancellationToken).ConfigureAwait(false);
        await using (receiver.ConfigureAwait(false))
        {
            await _sources.SendAsync(_plan, receiver, _options.Compress, cancellationToken).ConfigureAwait(false);
            return await CompleteAsync(receiver, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins to put things there: the directories.</summary>
    public async Task<CopyReceiver> BeginAsync(CopyMeter meter, CancellationToken cancellationToken)
    {
        var compresses = _options.Compress ?? await PaysAsync(cancellationToken).ConfigureAwait(false);
        var receiver = await _place.ReceiveAsync(_target, meter, compresses, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var item in _plan.Parts.SelectMany(p => p.Items).Where(i => i.Entry.Kind == CopyKind.Directory))
                await receiver.PutDirectoryAsync(item, cancellationToken).ConfigureAwait(false);
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All has been put.</summary>
    public async Task<CopyReport> CompleteAsync(CopyReceiver receiver, CancellationToken cancellationToken)
    {
        await receiver.CompleteAsync(_plan.Removed, cancellationToken).ConfigureAwait(false);
        return Report(receiver.Bytes);
    }

    /// <summary>What has been done.</summary>
    public CopyReport Report(long bytes) => new(Files.Count(), AllFiles, bytes)
    {
        Deleted = _plan.Removed.Count,
        Changes = _options.DryRun ? Changes() : [],
    };

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task<bool> PaysAsync(CancellationToken cancellationToken) =>
        _target.Session is { } session && AllBytes >= Compression.Least && await session.PaysToAsync(_sources.Sample(_plan), cancellationToken).ConfigureAwait(false);

    /// <summary>What a tree would replace in a directory; a dot for all that is there.</summary>
    private static IEnumerable<string> Names(CopyTree tree, bool delete) => tree.Name.Length > 0
        ? [tree.Name]
        : delete ? ["."] : tree.Entries.Skip(1).Select(e => e.Path).Where(p => !p.Contains('/', StringComparison.Ordinal));

    private IReadOnlyList<CopyChange> Changes() =>
    [
        .. _plan.Removed.Select(r => new CopyChange(CopyChangeKind.Delete, FileName.Show(_target.Show(r)))),
        .. _plan.Parts.SelectMany(p => p.Items).Where(i => i.Changed).Select(i => new CopyChange(
            _target.Existing.ContainsKey(i.Target) ? CopyChangeKind.Update : CopyChangeKind.Create, FileName.Show(_target.Show(i.Target)))),
    ];

    /// <summary>Takes files that seem to be unchanged, and hold something else, for changed.</summary>
    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        List<(CopyTree, IReadOnlyList<CopyItem>)> parts = [];
        foreach (var (tree, items) in _plan.Parts)
        {
            CopyItem[] same = [.. items.Where(i => !i.Changed && i.Entry is { Kind: CopyKind.File, Size: > 0 })];
            if (same.Length == 0)
            {
                parts.Add((tree, items));
                continue;
            }

            var here = _sources.Of(tree).SumAsync(tree, [.. same.Select(i => i.Entry.Path)], cancellationToken);
            var there = await _place.SumAsync(_target, [.. same.Select(i => i.Target)], cancellationToken).ConfigureAwait(false);
            var sums = await here.ConfigureAwait(false);
            var other = same.Where((_, i) => sums[i] != there[i]).ToHashSet(ReferenceEqualityComparer.Instance);
            parts.Add((tree, [.. items.Select(i => other.Contains(i) ? i with { Changed = true } : i)]));
        }

        _plan = _plan with { Parts = parts };
    }
}
