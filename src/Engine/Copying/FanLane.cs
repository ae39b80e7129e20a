using System.Threading.Channels;

namespace CrCache.Copying;

/// <summary>One of several destinations: it works off what it is given at its own pace.</summary>
/// <param name="destination">The destination.</param>
internal sealed class FanLane(CopyPath destination) : IAsyncDisposable
{
    // What waits for it in memory is no more than this, in bytes; each piece of work counts a little by itself.
    private const long Most = 8 * 1024 * 1024;
    private const long Least = 4 * 1024;

    private readonly Channel<(CopyItem Item, CopyContent? Content, string Target, long Weight)> _work =
        Channel.CreateUnbounded<(CopyItem, CopyContent?, string, long)>(new() { SingleReader = true });

    private readonly Dictionary<CopyEntry, CopyItem> _items = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CopyTree, List<CopyItem>> _left = new(ReferenceEqualityComparer.Instance);
    private readonly SemaphoreSlim _moved = new(0);
    private CopyReceiver? _receiver;
    private CopyReport? _report;
    private long _waiting;

    /// <summary>What it has to do; null where that could not be found out.</summary>
    public CopyDelivery? Delivery { get; set; }

    /// <summary>Why it has failed; null where it has not.</summary>
    public CrCacheException? Failure { get; private set; }

    /// <summary>Whether it may be given more.</summary>
    public bool HasRoom => Interlocked.Read(ref _waiting) < Most;

    /// <summary>Whether it has nothing to do.</summary>
    public bool IsIdle => Interlocked.Read(ref _waiting) == 0;

    /// <summary>Does something; what goes wrong is this destination's alone.</summary>
    public async Task GuardAsync(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (CrCacheException e)
        {
            Failure ??= e;
            _moved.Release();
        }
    }

    /// <summary>Begins.</summary>
    public async Task BeginAsync(CopyMeter meter, CancellationToken cancellationToken)
    {
        foreach (var item in Delivery!.Plan.Parts.SelectMany(p => p.Items).Where(i => i.Changed))
            _items.TryAdd(item.Entry, item);
        _receiver = await Delivery.BeginAsync(meter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Its step for an entry; null where it needs none.</summary>
    public CopyItem? Needs(CopyEntry entry) => Failure is null ? _items.GetValueOrDefault(entry) : null;

    /// <summary>Gives it work; a file that is held with it becomes its own.</summary>
    public void Add(CopyItem item, CopyContent? content, string target = "")
    {
        var weight = Least + (content?.File is null ? content?.Length ?? 0 : Most / 8);
        Interlocked.Add(ref _waiting, weight);
        if (!_work.Writer.TryWrite((item, content, target, weight)))
            Drop(content);
    }

    /// <summary>Leaves something to it to read by itself, later.</summary>
    public void Postpone(CopyTree tree, CopyItem item)
    {
        if (!_left.TryGetValue(tree, out var items))
            _left[tree] = items = [];
        items.Add(item);
    }

    /// <summary>Waits until it has done some of its work, or has failed.</summary>
    public Task MovesAsync(CancellationToken cancellationToken) => _moved.WaitAsync(cancellationToken);

    /// <summary>There is no more work.</summary>
    /// <param name="why">Why there is not all of it; null where there is.</param>
    public void End(Exception? why) => _work.Writer.TryComplete(why);

    /// <summary>Works off all of it, to the end.</summary>
    public async Task WorkAsync(CopySources sources, bool? compresses, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (item, content, target, weight) in _work.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    var put = content is null ? _receiver!.PutLinkAsync(item, target, cancellationToken) : _receiver!.PutFileAsync(item, content, cancellationToken);
                    await put.ConfigureAwait(false);
                }
                finally
                {
                    Drop(content);
                }

                Interlocked.Add(ref _waiting, -weight);
                _moved.Release();
            }

            await sources.SendAsync([.. _left.Select(l => (l.Key, (IReadOnlyList<CopyItem>)l.Value))], _receiver!, compresses, cancellationToken).ConfigureAwait(false);
            _report = await Delivery!.CompleteAsync(_receiver!, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _work.Writer.TryComplete();
            while (_work.Reader.TryRead(out var rest))
                Drop(rest.Content);
        }
    }

    /// <summary>What became of it.</summary>
    public CopyOutcome Outcome() => new(destination, Failure is null ? _report ?? Delivery!.Report(0) : null, Failure);

    public async ValueTask DisposeAsync()
    {
        if (_receiver is not null)
            await _receiver.DisposeAsync().ConfigureAwait(false);
        if (Delivery is not null)
            await Delivery.DisposeAsync().ConfigureAwait(false);
        _moved.Dispose();
    }

    // Whoever fills a stream that nobody reads any more would wait for ever.
    private static void Drop(CopyContent? content)
    {
        content?.File?.Dispose();
        content?.Stream?.Dispose();
    }
}
