using CrCache.Routes;

namespace CrCache.Scheduling;

/// <summary>Hears of a run of work while it goes. Calls for several attempts come at the same time.</summary>
public abstract class WorkListener
{
    /// <summary>
    /// An attempt has started: reads what its command writes, both streams to their ends. It runs while the command does, and is waited for before
    /// <see cref="Ended"/>; a command that is ended closes its streams.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="output">The command's standard output.</param>
    /// <param name="error">The command's standard error.</param>
    public abstract Task FollowAsync(WorkAttempt attempt, Stream output, Stream error);

    /// <summary>An attempt has ended, or an item that had none will have none.</summary>
    /// <param name="attempt">The attempt; null where there was none.</param>
    /// <param name="result">How.</param>
    /// <param name="isFinal">False where the item is tried again.</param>
    public virtual void Ended(WorkAttempt? attempt, WorkResult result, bool isFinal)
    {
    }

    /// <summary>A resource takes no more work.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="problem">Why, for people.</param>
    public virtual void Lost(ResourceReference resource, string problem)
    {
    }
}
