using System.Globalization;
using CrCache.Copying;

namespace CrCache.Cli;

/// <summary>How far a copy is, as a person reads it: how much of it, how fast, how long still.</summary>
internal sealed class CopyProgressText : IProgress<CopyProgress>
{
    // The rate is that of the last few seconds, not of all of it.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private CopyProgress _last;
    private (long At, long Bytes) _begin;
    private (long At, long Bytes) _next;
    private double _rate;

    public CopyProgressText(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _begin = _next = (_time.GetTimestamp(), 0);
    }

    /// <inheritdoc/>
    public void Report(CopyProgress value)
    {
        lock (_lock)
        {
            _last = value;
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_next.At, now) >= Window)
                (_begin, _next) = (_next, (now, value.Bytes));
            if (_time.GetElapsedTime(_begin.At, now).TotalSeconds is > 0 and var seconds)
                _rate = (value.Bytes - _begin.Bytes) / seconds;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_lock)
        {
            if (_last.AllFiles == 0)
                return "";
            var text = string.Create(CultureInfo.InvariantCulture, $"{_last.Files}/{_last.AllFiles} files, {Size(_last.Bytes)} of {Size(_last.AllBytes)}");
            if (_rate <= 0)
                return text;
            var left = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, _last.AllBytes - _last.Bytes) / _rate));
            var time = left.TotalHours >= 1 ? left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : left.ToString(@"m\:ss", CultureInfo.InvariantCulture);
            return $"{text}, {Size((long)_rate)}/s, {time} left";
        }
    }

    private static string Size(long bytes)
    {
        double size = bytes;
        var unit = 0;
        for (; size >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {Units[unit]}");
    }
}
