using System.Text;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A script at the other end of a copy.</summary>
internal sealed class FarCommand : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly RunningCommand _running;
    private readonly CopyPath _about;
    private readonly Task<Tail> _error;

    private FarCommand(RunningCommand running, CopyPath about)
    {
        (_running, _about) = (running, about);
        _error = Tail.ReadAsync(running.StandardError, CancellationToken.None);
    }

    public Stream Input => _running.StandardInput;

    public Stream Output => _running.StandardOutput;

    /// <summary>Starts a script.</summary>
    /// <param name="route">The way there.</param>
    /// <param name="about">What is copied, for messages.</param>
    /// <param name="script">The script, its name and its arguments.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FarCommand> StartAsync(
        ResolvedRoute route, CopyPath about, IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        // Messages and names alike in every country; a resource need not have env(1).
        ResourceCommand command = new() { Arguments = ["/bin/sh", "-c", $"LC_ALL=C; export LC_ALL\n{script[0]}", .. script.Skip(1)] };
        return new(await route.StartAsync(command, cancellationToken).ConfigureAwait(false), about);
    }

    /// <summary>Gives it all it reads. One that ends early says why itself.</summary>
    public async Task FeedAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await Input.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // RequireSuccessAsync tells.
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="tolerates">An exit code that is none of failure besides 0.</param>
    /// <exception cref="ResourceException">It failed; what it said is shown.</exception>
    public async Task RequireSuccessAsync(CancellationToken cancellationToken, int tolerates = 0)
    {
        var result = await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0 || result.ExitCode == tolerates)
            return;
        var lines = (await _error.WaitAsync(cancellationToken).ConfigureAwait(false)).Lines();
        throw CopyFailure.Of(_about.ToString(), lines.Count > 0 ? Clean(lines[0]) : $"its other side ended with exit code {result.ExitCode}");
    }

    public async ValueTask DisposeAsync()
    {
        // It may have a temporary directory to remove. A tar that was just being started may miss the signal, and reads on until
        // its input ends; the script around it has had the signal by then.
        _running.Signal(Terminate);
        try
        {
            await Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads what was still to be written.
        }

        await _running.StopAsync(Grace).ConfigureAwait(false);
        await _running.DisposeAsync().ConfigureAwait(false);
        await ((Task)_error).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static string Clean(string line) => line
        .Replace(": f/", ": ", StringComparison.Ordinal)
        .Replace(": Cannot", ": cannot", StringComparison.Ordinal);
}
