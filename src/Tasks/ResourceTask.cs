using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace CrCache.MSBuild;

/// <summary>What the tasks share: the engine, cancelling, and errors that carry a code and a place.</summary>
[SuppressMessage("Design", "CA1001", Justification = "MSBuild disposes no task; a token source without a timer holds nothing that needs it.")]
public abstract class ResourceTask : Microsoft.Build.Utilities.Task, ICancelableTask
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>
    /// The directory whose <c>.crcache</c>, and whose parents' <c>.crcache</c>, configure the sources; the project's
    /// directory unless said otherwise.
    /// </summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>The environment the engine reads; null for the process's own, which MSBuild sets to the build's.</summary>
    internal IReadOnlyDictionary<string, string>? EngineEnvironment { get; init; }

    /// <summary>Stops what is running. MSBuild may call it any number of times, before, during and after the task.</summary>
    public void Cancel() => _ = _cancellation.CancelAsync();

    /// <summary>Runs the task; every error ends here, as a line of the build's log.</summary>
    /// <returns>False where an error was logged or the task was cancelled.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The head of a front end: what nobody foresaw is shown with its stack, once.")]
    public sealed override bool Execute()
    {
        try
        {
            ExecuteCoreAsync(_cancellation.Token).GetAwaiter().GetResult();
            _cancellation.Token.ThrowIfCancellationRequested();
        }
        catch (Exception e)
        {
            foreach (var error in (e as AggregateException)?.Flatten().InnerExceptions ?? [e])
                Report(error);
            return false;
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>The task's own work.</summary>
    /// <param name="cancellationToken">Cancelled when the build is.</param>
    /// <returns>A task that ends when it is done.</returns>
    protected abstract System.Threading.Tasks.Task ExecuteCoreAsync(CancellationToken cancellationToken);

    private protected CrCacheEngine OpenEngine() => CrCacheEngine.Open(new EngineOptions
    {
        Directory = ResourceItem.FullPath(ProjectDirectory),
        SearchParents = true,
        CommandDirectory = ResourceItem.FullPath(path: null),
        Environment = EngineEnvironment,
    });

    /// <summary>Logs an error with its code, at the task's own place in the project.</summary>
    private protected void LogError(string code, string message) =>
        Log.LogError(subcategory: null, code, helpKeyword: null, file: null, 0, 0, 0, 0, message);

    /// <summary>Does something with several resources at once, to the end on each; then throws all that went wrong.</summary>
    private protected static async Task<TResult[]> OnEachAsync<T, TResult>(IEnumerable<T> items, Func<T, Task<TResult>> action)
    {
        var all = System.Threading.Tasks.Task.WhenAll(items.Select(action));
        await ((System.Threading.Tasks.Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return all.Exception is { } errors ? throw errors : await all;
    }

    private void Report(Exception error)
    {
        switch (error)
        {
            case OperationCanceledException when _cancellation.IsCancellationRequested:
                break;
            case CrCacheException { Location: { } location } known:
                Log.LogError(subcategory: null, known.Code, helpKeyword: null, location.File, location.Line, 0, 0, 0, known.Message);
                break;
            case NothingAvailableException { Holders.Count: > 0 } exhausted:
                LogError(exhausted.Code, $"{exhausted.Message} ({string.Join("; ", exhausted.Holders)})");
                break;
            case CrCacheException known:
                LogError(known.Code, known.Message);
                break;
            default:
                Log.LogErrorFromException(error, showStackTrace: true, showDetail: true, file: null);
                break;
        }
    }
}
