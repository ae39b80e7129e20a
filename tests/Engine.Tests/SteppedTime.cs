using Microsoft.Extensions.Time.Testing;

namespace CrCache;

/// <summary>
/// A time that a test moves, of which it can also set the clock alone, as a person or a time server does: what counts the time since the
/// boot is not touched by that. (The base class's AdjustTime sets both.)
/// </summary>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _step;

    /// <summary>Sets the clock forwards or backwards.</summary>
    public void Step(TimeSpan step) => _step += step;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _step;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
