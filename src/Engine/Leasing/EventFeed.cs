using System.Runtime.CompilerServices;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The events as they are committed, whoever commits them: each once, in order.</summary>
internal sealed class EventFeed(StateStore store)
{
    // So few at a time that nobody waits long for the store, however far behind the reader is.
    private const int MostAtOnce = 500;

    // Two writes within one tick of a file system's clock look like one: a look now and then finds what that hid.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Goes on for ever; nothing is locked while the reader thinks.</summary>
    public async IAsyncEnumerable<ResourceEvent> FollowAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EventRow? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stamp = store.Stamp();
            var rows = Next(after, ref last);
            foreach (var row in rows)
            {
                (last, after) = (row, row.Number);
                yield return row.ToEvent();
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (rows.Count == 0)
            {
                await store.WaitForChangeAsync(stamp, LongestWait, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private List<EventRow> Next(long after, ref EventRow? last)
    {
        // One that is moved away is not begun anew by somebody who only looks: its parts may be moved one after another.
        if (!File.Exists(store.File))
        {
            return [];
        }

        var seen = last;
        var (rows, anchor) = store.Read(t =>
        {
            var rows = t.Events.From(after, MostAtOnce + 1);
            var anchor = rows is [{ } first, ..] && first.Number == after ? first : null;
            var isAnother = seen is not null && (anchor is not null ? anchor != seen : t.Events.Newest() < after);
            return isAnother
                ? (t.Events.From(1, MostAtOnce), null)
                : (rows[(anchor is null ? 0 : 1)..], anchor);
        });
        last ??= anchor;
        return rows;
    }
}
