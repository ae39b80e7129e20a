using System.Globalization;
using CrCache.Scheduling;

namespace CrCache.Cli;

/// <summary>How far a map is, as a person reads it.</summary>
internal sealed class MapProgress(int all)
{
    private readonly long _begin = TimeProvider.System.GetTimestamp();
    private int _done;
    private int _failed;

    /// <summary>Counts an input that is done with.</summary>
    public void Add(WorkEnd end)
    {
        _ = Interlocked.Increment(ref _done);
        if (end != WorkEnd.Passed)
            _ = Interlocked.Increment(ref _failed);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var (done, failed) = (_done, _failed);
        var text = string.Create(CultureInfo.InvariantCulture, $"{done} of {all} done{(failed > 0 ? $", {failed} failed" : "")}");
        if (done == 0)
            return text;
        var left = TimeProvider.System.GetElapsedTime(_begin).TotalSeconds / done * (all - done);
        return string.Create(CultureInfo.InvariantCulture, $"{text}, about {Math.Ceiling(left):0} s left");
    }
}
