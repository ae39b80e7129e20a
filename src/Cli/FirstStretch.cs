namespace CrCache.Cli;

/// <summary>
/// The stretch of some work before its first wait: it reads configuration and waits for the store, and hears of no cancel. A signal
/// that comes then ends the process all the same, after a while in which the work may come to its end by itself.
/// </summary>
internal sealed class FirstStretch
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private volatile bool _isOver;

    /// <summary>Begins the work.</summary>
    public Task<T> Begin<T>(Func<Task<T>> work)
    {
        try
        {
            return work();
        }
        finally
        {
            _isOver = true;
        }
    }

    /// <summary>Ends the process unless the stretch is over soon. What was half done, the next command finishes or undoes.</summary>
    public void End(EndingSignal signal) => _ = EndAsync(signal);

    private async Task EndAsync(EndingSignal signal)
    {
        await Task.Delay(Grace);
        if (!_isOver)
            Environment.Exit(InterruptedException.ExitCodeOf(signal.Number));
    }
}
