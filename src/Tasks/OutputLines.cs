using System.Diagnostics;
using System.Text;

namespace CrCache.MSBuild;

/// <summary>Splits a command's output into lines as it comes.</summary>
internal static class OutputLines
{
    /// <summary>A line longer than this, in characters, is logged in pieces: a log is no place for a gigabyte without a line end.</summary>
    public const int MaximumLength = 32 * 1024;

    /// <summary>How long a stream may be silent after the command's end; longer, and something the command left behind keeps it open.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <summary>How long something that the command left behind may go on writing to the log.</summary>
    private static readonly TimeSpan Leftover = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Reads UTF-8 (what is not becomes U+FFFD) to the stream's end, or, once the command has ended, until it falls silent.
    /// Lines end as in <see cref="TextReader.ReadLine"/>.
    /// </summary>
    /// <param name="stream">The stream; it stays open.</param>
    /// <param name="line">Gets the lines.</param>
    /// <param name="ended">Ends when the command does.</param>
    public static async Task ReadAsync(Stream stream, Action<string> line, Task ended)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        var buffer = new char[4096];
        var pending = new StringBuilder();
        var afterReturn = false;
        long? end = null;
        while (await ReadAsync(reader, buffer, ended) is var count and > 0)
        {
            for (var i = 0; i < count; i++)
            {
                var c = buffer[i];
                if (c == '\n' && afterReturn)
                {
                    afterReturn = false;
                    continue;
                }

                afterReturn = c == '\r';
                if (c is '\n' or '\r')
                    Flush();
                else if (pending.Append(c).Length >= MaximumLength && !char.IsHighSurrogate(c))
                    Flush();
            }

            if (ended.IsCompleted && Stopwatch.GetElapsedTime(end ??= Stopwatch.GetTimestamp()) > Leftover)
                break;
        }

        if (pending.Length > 0)
            Flush();

        void Flush()
        {
            line(pending.ToString());
            pending.Clear();
        }
    }

    private static async Task<int> ReadAsync(StreamReader reader, char[] buffer, Task ended)
    {
        var read = reader.ReadAsync(buffer.AsMemory()).AsTask();
        await Task.WhenAny(read, ended);
        try
        {
            return await read.WaitAsync(Silence);
        }
        catch (TimeoutException)
        {
            // The read is left to itself: not every stream can give up one that has begun.
            return 0;
        }
    }
}
