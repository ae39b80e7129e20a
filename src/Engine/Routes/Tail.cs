using System.Text;

namespace CrCache.Routes;

/// <summary>The last bytes of what a program said.</summary>
/// <param name="limit">How many bytes to keep.</param>
internal sealed class Tail(int limit = 16 * 1024)
{
    private readonly Lock _gate = new();
    private byte[] _bytes = [];

    /// <summary>The last line that is not blank; empty where there is none.</summary>
    public string LastLine => Lines() is [.., var last] ? last : "";

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<Tail> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        Tail tail = new();
        await tail.AddAsync(stream, cancellationToken).ConfigureAwait(false);
        return tail;
    }

    /// <summary>Adds a stream to its end.</summary>
    public async Task AddAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            Add(buffer.AsSpan(0, count));
    }

    /// <summary>Adds bytes and forgets the oldest beyond the limit.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            byte[] all = [.. _bytes, .. bytes];
            _bytes = all[Math.Max(0, all.Length - limit)..];
        }
    }

    /// <summary>The lines that are not blank, without what could move a terminal's cursor.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (_gate)
        {
            var text = string.Concat(Encoding.UTF8.GetString(_bytes).Select(c => c != '\n' && char.IsControl(c) ? ' ' : c));
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
    }
}
