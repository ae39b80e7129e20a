using System.Diagnostics;

namespace CrCache.Routes;

/// <summary>A command whose first process is one of this machine.</summary>
/// <param name="process">The process.</param>
/// <param name="kill">Signals a group (signal, group) with the rights it runs under; null where this process's own suffice.</param>
/// <param name="judge">Turns how the first process ended into how the command did.</param>
internal sealed class LocalCommand(
    ChildProcess process, Func<int, int, Task>? kill, Func<CommandResult, CancellationToken, Task<CommandResult>> judge) : RunningCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    public override Stream StandardInput => process.Input;

    public override Stream StandardOutput => process.Output;

    public override Stream StandardError => process.Error;

    public override async Task<CommandResult> WaitAsync(CancellationToken cancellationToken) =>
        await judge(await process.Ended.WaitAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public override void Signal(int signal)
    {
        if (process.Ended.IsCompleted)
            return;
        process.Signal(signal);
        _ = KillAsync(signal);
    }

    public override async Task StopAsync(TimeSpan grace)
    {
        // What is left of its group is signalled by its number, also after its own end.
        using var number = process.Keep();
        if (number is null || process.Ended.IsCompleted)
            return;
        var since = Stopwatch.GetTimestamp();
        Signal(Libc.SigTerm);
        Signal(Libc.SigContinue);
        try
        {
            await process.Ended.WaitAsync(grace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Signal(Libc.SigKill);
        }

        // What it started may take its time as well, but not more.
        while (process.HasRest() && Stopwatch.GetElapsedTime(since) < grace)
            await Task.Delay(Poll).ConfigureAwait(false);
        if (process.HasRest())
        {
            process.Signal(Libc.SigKill);
            await KillAsync(Libc.SigKill).ConfigureAwait(false);
        }

        await process.Ended.ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!process.Ended.IsCompleted)
        {
            Signal(Libc.SigKill);

            // A process that hangs in the kernel cannot be waited for.
            await ((Task)process.Ended).WaitAsync(KillTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await CloseAsync(StandardInput).ConfigureAwait(false);
        await StandardOutput.DisposeAsync().ConfigureAwait(false);
        await StandardError.DisposeAsync().ConfigureAwait(false);
    }

    private async Task KillAsync(int signal)
    {
        // By the time it comes to it the process may have ended: its number is nobody else's until then.
        using var number = kill is null ? null : process.Keep();
        if (number is not null)
            await kill!(signal, process.Id).ConfigureAwait(false);
    }

    private static async Task CloseAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads what was still to be written.
        }
    }
}
