namespace CrCache.Routes;

/// <summary>A command after which something is to be run: it has ended once that has.</summary>
/// <param name="command">The command.</param>
/// <param name="words">What it was asked for as.</param>
/// <param name="hooks">What is to be run.</param>
internal sealed class HookedCommand(RunningCommand command, ResourceCommand words, RunHooks hooks) : RunningCommand
{
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private Task<CommandResult>? _ended;
    private volatile bool _isOver;

    public override Stream StandardInput => command.StandardInput;

    public override Stream StandardOutput => command.StandardOutput;

    public override Stream StandardError => command.StandardError;

    public override string? NotStarted => command.NotStarted;

    public override Task<CommandResult> WaitAsync(CancellationToken cancellationToken) => Ended().WaitAsync(cancellationToken);

    public override void Signal(int signal)
    {
        command.Signal(signal);

        // What is run after it is asked to end as the command was.
        if (_isOver && signal is Libc.SigTerm or Libc.SigKill or Libc.SigInterrupt or Libc.SigQuit or Libc.SigHangUp)
            _end.Cancel();
    }

    public override async Task StopAsync(TimeSpan grace)
    {
        await command.StopAsync(grace).ConfigureAwait(false);
        await ((Task)Ended()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override async ValueTask DisposeAsync()
    {
        var ended = Ended();
        await command.DisposeAsync().ConfigureAwait(false);

        // A command that hangs in the kernel cannot be waited for, and nothing is run after it.
        if (!_isOver)
            await ((Task)ended).WaitAsync(KillTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_isOver)
            await ((Task)ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private Task<CommandResult> Ended()
    {
        lock (_gate)
            return _ended ??= EndAsync();
    }

    private async Task<CommandResult> EndAsync()
    {
        CommandResult result;
        try
        {
            result = await command.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            throw;
        }
        catch (CrCacheException e)
        {
            await AfterAsync(e.ExitCode).ConfigureAwait(false);
            throw;
        }

        await AfterAsync(result.ExitCode).ConfigureAwait(false);
        return result;
    }

    private Task AfterAsync(int exitCode)
    {
        _isOver = true;
        return hooks.AfterAsync(words, exitCode, _end.Token);
    }
}
