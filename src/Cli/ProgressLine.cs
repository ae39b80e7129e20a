using System.Globalization;

namespace CrCache.Cli;

/// <summary>A line on a person's terminal that says what takes so long; it appears after two seconds, and goes again.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly string _what;
    private readonly object? _far;
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Timer? _timer;
    private bool _shown;
    private bool _ended;

    public ProgressLine(string what, bool quiet, object? far = null)
    {
        (_what, _far) = (Printable.Line(what), far);
        if (!quiet && Terminal.IsWatched)
            _timer = new Timer(_ => Show(), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
    }

    /// <summary>Takes the line away until it is time for the next: something else is about to be written.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_shown)
                Talk.Write("\r\e[K");
            _shown = false;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _ended = true;
        Clear();

        _timer?.Dispose();
    }

    private void Show()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            var seconds = (int)TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
            Talk.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[Kcrcache: {_what} ... {seconds} s{(_far?.ToString() is { Length: > 0 } far ? $", {far}" : "")}"));
            _shown = true;
        }
    }
}
