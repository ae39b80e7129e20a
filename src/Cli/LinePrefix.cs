using System.Text;

namespace CrCache.Cli;

/// <summary>Puts something before each line of what comes in pieces.</summary>
internal sealed class LinePrefix(string prefix, Action<ReadOnlySpan<byte>> write)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);
    private bool _isInLine;

    /// <summary>Writes a piece.</summary>
    public void Write(ReadOnlySpan<byte> piece)
    {
        while (piece.Length > 0)
        {
            if (!_isInLine)
                write(_prefix);
            var end = piece.IndexOf((byte)'\n') is >= 0 and var found ? found + 1 : piece.Length;
            write(piece[..end]);
            _isInLine = piece[end - 1] != '\n';
            piece = piece[end..];
        }
    }

    /// <summary>Ends a line that has no end, so that what follows does not stand in it.</summary>
    public void End()
    {
        if (_isInLine)
            write("\n"u8);
        _isInLine = false;
    }
}
