using CrCache.Routes;

namespace CrCache.Scheduling;

/// <summary>Runs many commands over leased resources: the one fan-out behind every front end.</summary>
public sealed class WorkRunner
{
    private readonly CommandRunner _commands;
    private readonly WorkHistory _history;
    private readonly TimeProvider _time;

    internal WorkRunner(CommandRunner commands, WorkHistory history, TimeProvider time) => (_commands, _history, _time) = (commands, history, time);

    /// <summary>
    /// Runs each item once, or until it passes as far as its retries go. Idle slots take the longest that is left. An item whose resource is lost runs
    /// elsewhere, and the resource takes no more.
    /// </summary>
    /// <param name="items">The items.</param>
    /// <param name="places">The resources; their leases are the caller's to keep and to give back.</param>
    /// <param name="options">How.</param>
    /// <param name="listener">Reads the output.</param>
    /// <param name="cancellationToken">Ends every command's process group, and then this.</param>
    /// <returns>What became of each, in the order of <paramref name="items"/>.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing of it runs any more.</exception>
    public async Task<IReadOnlyList<WorkResult>> RunAsync(
        IReadOnlyList<WorkItem> items, IReadOnlyList<WorkPlace> places, WorkOptions options, WorkListener listener, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return [];
        var history = options.Series is { } series ? _history.Read(series) : WorkEstimates.None;
        using WorkRun run = new(_commands, items, places, options, listener, history, _time);
        try
        {
            return await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (options.Series is { } name)
                _history.Record(name, run.Passed);
        }
    }
}
