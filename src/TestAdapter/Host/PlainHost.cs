using CrCache.Routes;

namespace CrCache.TestAdapter;

/// <summary>The stock test host in this process's place, as vstest would have started it.</summary>
internal static class PlainHost
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="CrCacheException">It cannot be started.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var engine = CrCacheEngine.Open();
        await using var running = await engine.Commands.StartHereAsync(
            new ResourceCommand { Arguments = [Environment.ProcessPath!, .. arguments], InheritStreams = true }, cancellationToken);
        try
        {
            return (await running.WaitAsync(cancellationToken)).ExitCode;
        }
        catch (OperationCanceledException)
        {
            await running.StopAsync(Grace);
            throw;
        }
    }
}
