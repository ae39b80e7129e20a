using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Asks a container engine of this machine whether it answers.</summary>
/// <param name="engine">The engine: <c>docker</c> or <c>podman</c>.</param>
/// <param name="program">The words that call its program.</param>
internal sealed class EngineQuestion(string engine, IReadOnlyList<string> program)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What only the engine itself can answer: its program is there without it.
    private IReadOnlyList<string> Words => engine == "docker" ? ["version", "--format", "{{.Server.Version}}"] : ["info", "--format", "{{.Version.Version}}"];

    /// <summary>Asks.</summary>
    /// <returns>What it said instead of an answer, or that it said nothing; null where it answers.</returns>
    public string? Ask() => Task.Run(AskAsync).GetAwaiter().GetResult();

    private async Task<string?> AskAsync()
    {
        using CancellationTokenSource limit = new(Patience);
        try
        {
            var running = await new ResolvedRoute(new(engine, [])).StartAsync(new() { Arguments = [.. program, .. Words] }, limit.Token).ConfigureAwait(false);
            await using (running.ConfigureAwait(false))
            {
                running.StandardInput.Close();
                var talk = Tail.ReadAsync(running.StandardError, limit.Token);
                await Tail.ReadAsync(running.StandardOutput, limit.Token).ConfigureAwait(false);
                var said = await talk.ConfigureAwait(false);
                var result = await running.WaitAsync(limit.Token).ConfigureAwait(false);
                return result.ExitCode == 0 ? null : $"{engine} does not answer: {Shown.Cut(said.Lines().LastOrDefault(l => l.Length > 0) ?? $"exit code {result.ExitCode}")}";
            }
        }
        catch (OperationCanceledException)
        {
            return $"{engine} has not answered for {Patience.TotalSeconds} seconds: is its engine in order?";
        }
        catch (CrCacheException e)
        {
            return $"{engine}: {e.Message}";
        }
    }
}
