using System.Globalization;
using System.IO.Pipelines;

namespace CrCache.Routes;

/// <summary>Reads an ssh program's standard error: takes out the marks of the <see cref="SshWatch"/>, passes on the rest.</summary>
internal sealed class SshTalk
{
    private const int ReadSize = 16 * 1024;
    private const int Bound = 1024 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Bound, resumeWriterThreshold: Bound / 2));
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SshTalk(Stream error, string? mark) => Completed = PumpAsync(error, mark);

    /// <summary>What is not a mark.</summary>
    public PipeReader Output => _pipe.Reader;

    /// <summary>Its last part.</summary>
    public Tail Tail { get; } = new(4096);

    /// <summary>Gives the command's process group once it starts; never ends where it does not.</summary>
    public Task<int> Started => _started.Task;

    /// <summary>Gives the command's exit code; never ends where nobody could say it.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Ends at the end of the stream.</summary>
    public Task Completed { get; }

    private async Task PumpAsync(Stream error, string? mark)
    {
        MarkReader? marks = mark is null ? null : new(mark, OnMark);
        System.Buffers.ArrayBufferWriter<byte> rest = new();
        try
        {
            var buffer = new byte[ReadSize];
            while (await error.ReadAsync(buffer).ConfigureAwait(false) is var count and > 0)
            {
                Pass(buffer.AsSpan(0, count));
                await _pipe.Writer.WriteAsync(rest.WrittenMemory).ConfigureAwait(false);
                rest.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command was given up.
        }

        marks?.End(rest);
        await _pipe.Writer.WriteAsync(rest.WrittenMemory).ConfigureAwait(false);
        await _pipe.Writer.CompleteAsync().ConfigureAwait(false);

        void Pass(ReadOnlySpan<byte> bytes)
        {
            if (marks is null)
                System.Buffers.BuffersExtensions.Write(rest, bytes);
            else
                marks.Read(bytes, rest);
            Tail.Add(rest.WrittenSpan);
        }
    }

    private void OnMark(string value)
    {
        if (value.Length < 2 || !int.TryParse(value.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return;
        if (value[0] == '+' && number > 1)
            _started.TrySetResult(number);
        else if (value[0] == '=' && number is >= 0 and <= 255)
            _exited.TrySetResult(number);
    }
}
