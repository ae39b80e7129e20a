using System.IO.Pipelines;

namespace CrCache.Copying;

/// <summary>Takes what is read once, and gives it to each of several destinations that needs it.</summary>
/// <param name="lanes">The destinations.</param>
/// <param name="parts">What is read.</param>
internal sealed class FanReceiver(IReadOnlyList<FanLane> lanes, IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts) : CopyReceiver
{
    // What is longer is not kept in memory.
    private const int Small = 64 * 1024;
    private const int Ahead = 4 * 1024 * 1024;

    private Dictionary<CopyEntry, CopyTree>? _trees;

    /// <summary>Whether one that is behind the others can read by itself what it misses.</summary>
    public bool CanRepeat { get; init; }

    public override Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        if (content.File is null && (content.Parts is not null || content.Length > Small))
        {
            await TeeAsync(item, content, cancellationToken).ConfigureAwait(false);
            return;
        }

        var ready = await ReadyAsync(item, cancellationToken).ConfigureAwait(false);

        // Each reads what is long from the kernel's memory at its own pace.
        var bytes = content.Length <= Small && ready.Any(r => content.File is null || !r.Lane.Delivery!.IsDirect) ? await ReadAsync(content, cancellationToken).ConfigureAwait(false) : null;
        foreach (var (lane, own) in ready)
        {
            lane.Add(own, content.File is { } file && (bytes is null || lane.Delivery!.IsDirect)
                ? content with { File = file.Again() }
                : new(null, bytes!.Length, new MemoryStream(bytes, writable: false)));
        }
    }

    public override async Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken)
    {
        foreach (var (lane, own) in await ReadyAsync(item, cancellationToken).ConfigureAwait(false))
            lane.Add(own, null, target);
    }

    public override Task CompleteAsync(IReadOnlyList<string> removed, CancellationToken cancellationToken) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<byte[]> ReadAsync(CopyContent content, CancellationToken cancellationToken)
    {
        var bytes = new byte[content.Length];
        if (content.File is null)
        {
            await content.Stream!.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }

        using var file = content.File.Read();
        for (var at = 0; at < bytes.Length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(at), at);
            at += count > 0 ? count : throw new EndOfStreamException("it became shorter while it was read");
        }

        content.RequireUnchanged();
        return bytes;
    }

    /// <summary>Those that need something, once they have room for it. Who has none while another has nothing to do gets it later.</summary>
    private async Task<IReadOnlyList<(FanLane Lane, CopyItem Item)>> ReadyAsync(CopyItem item, CancellationToken cancellationToken)
    {
        while (true)
        {
            var needing = Needing(item);
            var full = needing.Where(n => !n.Lane.HasRoom).ToArray();
            if (full.Length == 0)
                return needing;
            if (CanRepeat && needing.Any(n => n.Lane.IsIdle))
            {
                foreach (var (lane, own) in full)
                    lane.Postpone(Tree(own.Entry), own);
                return [.. needing.Except(full)];
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(needing.Select(n => n.Lane.MovesAsync(stop.Token))).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private CopyTree Tree(CopyEntry entry)
    {
        if (_trees is null)
        {
            _trees = new(ReferenceEqualityComparer.Instance);
            foreach (var (tree, items) in parts)
                foreach (var item in items)
                    _trees[item.Entry] = tree;
        }

        return _trees[entry];
    }

    /// <summary>Passes on what comes only once, and is too long to be kept, as it comes.</summary>
    private async Task TeeAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        List<PipeWriter> writers = [];
        foreach (var (lane, own) in Needing(item))
        {
            Pipe pipe = new(new(pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2));
            lane.Add(own, content with { Stream = pipe.Reader.AsStream() });
            writers.Add(pipe.Writer);
        }

        var buffer = new byte[Small];
        try
        {
            while (await content.Stream!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                foreach (var writer in writers.ToArray())
                {
                    // One that has failed reads no more.
                    if ((await writer.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false)).IsCompleted)
                        writers.Remove(writer);
                }
            }
        }
        catch (Exception e)
        {
            writers.ForEach(w => w.Complete(e));
            throw;
        }

        writers.ForEach(w => w.Complete());
    }

    private List<(FanLane Lane, CopyItem Item)> Needing(CopyItem item)
    {
        if (lanes.All(l => l.Failure is not null))
            throw lanes[0].Failure!;
        return [.. lanes.Select(l => (l, l.Needs(item.Entry))).Where(n => n.Item2 is not null).Select(n => (n.l, n.Item2!))];
    }
}
