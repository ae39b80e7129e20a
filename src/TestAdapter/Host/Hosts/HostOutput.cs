using System.Text;
using System.Threading.Channels;
using CrCache.Routes;

namespace CrCache.TestAdapter.Hosts;

/// <summary>The lines a host writes to its standard streams, as one sequence, blank ones left out as vstest does.</summary>
internal sealed class HostOutput
{
    private const int RememberedErrors = 3;

    // A process of the tests' own may outlive the host and hold its streams open.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Queue<string> _errors = new();
    private readonly Task _reading;
    private Task? _listening;

    public HostOutput(RunningCommand command)
    {
        _reading = Task.WhenAll(ReadAsync(command.StandardOutput, false), ReadAsync(command.StandardError, true));
        _ = _reading.ContinueWith(_ => _lines.Writer.TryComplete(), TaskScheduler.Default);
    }

    /// <summary>Hands every line on, from the first, until the streams end.</summary>
    public void Listen(Func<string, Task> line) => _listening = ListenAsync(line);

    /// <summary>The last lines of its standard error, in one: a crash's own words, without its stack.</summary>
    public async Task<string> LastErrorAsync()
    {
        await DrainAsync();
        lock (_errors)
            return string.Join(" / ", _errors);
    }

    /// <summary>Waits until all that was written has been handed on.</summary>
    public async Task DrainAsync()
    {
        _ = await Task.WhenAny(_reading, Task.Delay(DrainLimit));
        _ = _lines.Writer.TryComplete();
        if (_listening is { } listening)
            await listening;
    }

    private async Task ListenAsync(Func<string, Task> line)
    {
        await foreach (var text in _lines.Reader.ReadAllAsync())
            await line(text);
    }

    private async Task ReadAsync(Stream stream, bool isError)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 32 * 1024, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                if (!string.IsNullOrWhiteSpace(line))
                    Take(line, isError);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The host was ended: what it had written is here.
        }
    }

    private void Take(string line, bool isError)
    {
        _ = _lines.Writer.TryWrite(line);
        if (!isError || line.TrimStart().StartsWith("at ", StringComparison.Ordinal))
            return;
        lock (_errors)
        {
            _errors.Enqueue(line.Trim());
            if (_errors.Count > RememberedErrors)
                _ = _errors.Dequeue();
        }
    }
}
