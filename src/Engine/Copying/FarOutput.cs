namespace CrCache.Copying;

/// <summary>What a script at the other end says: records first, and perhaps an archive behind them.</summary>
/// <param name="output">Its standard output.</param>
internal sealed class FarOutput(Stream output) : ReadStream
{
    private const int LongestRecord = 64 * 1024;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <summary>Whether the next byte is this one.</summary>
    public async ValueTask<bool> StartsWithAsync(byte first, CancellationToken cancellationToken) =>
        (_start < _end || await FillAsync(cancellationToken).ConfigureAwait(false)) && _buffer[_start] == first;

    /// <summary>Reads a record.</summary>
    /// <param name="end">What ends one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null at the end, also in the middle of one.</returns>
    /// <exception cref="InvalidDataException">It is longer than any name is.</exception>
    public async ValueTask<string?> RecordAsync(ReadOnlyMemory<byte> end, CancellationToken cancellationToken)
    {
        for (var seen = 0; ;)
        {
            var at = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf(end.Span);
            if (at >= 0)
            {
                var record = FileName.Decode(_buffer.AsSpan(_start, seen + at));
                _start += seen + at + end.Length;
                return record;
            }

            seen = Math.Max(0, _end - _start - end.Length + 1);
            if (seen > LongestRecord)
                throw new InvalidDataException("a name is too long");
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                return null;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Much goes past the buffer.
        if (_start == _end && buffer.Length >= _buffer.Length)
            return await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            return 0;
        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = await output.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }
}
