using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>
/// What one does without CrCache to have what a source gives: scripts with the underlying tool, as short as they can be and still leave nothing
/// behind. <c>$1</c> is a directory of their own, and the home of whoever runs them.
/// </summary>
internal abstract class ByHand : IDisposable
{
    /// <summary>Our source's type.</summary>
    public abstract string Type { get; }

    /// <summary>The tool, as the table names it.</summary>
    public abstract string Tool { get; }

    /// <summary>How its way in is named.</summary>
    public abstract string Prefix { get; }

    /// <summary>How many times as long as by hand ours may take to make, to reset and to discard; null where the comparison only informs.</summary>
    public abstract double? Limit { get; }

    /// <summary>How many times as long as the way in by hand, and a process of ours, ours may take to run a command.</summary>
    public virtual double RunLimit => 1.5;

    /// <summary>One in how many of the pairs is timed: slow things less often.</summary>
    public virtual int Share => 2;

    /// <summary>Makes a place and writes the words before a command in it.</summary>
    public abstract string Make { get; }

    /// <summary>Discards it; when this ends nothing of it is left.</summary>
    public abstract string Discard { get; }

    /// <summary>Gets ready what one has anyway: an image, a base container, an engine that runs.</summary>
    /// <param name="home">Where.</param>
    /// <returns>The settings of our source that gives the same.</returns>
    public abstract Task<string> PrepareAsync(TestHome home);

    /// <summary>Whether it cannot be measured here.</summary>
    /// <param name="reason">Why.</param>
    public abstract bool IsMissing(out string reason);

    /// <summary>Takes back what <see cref="PrepareAsync"/> did.</summary>
    public virtual void Dispose()
    {
    }
}
