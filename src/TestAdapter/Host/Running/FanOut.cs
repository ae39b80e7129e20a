using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Plays one test host to the runner: answers what a host answers, and lets the fleet do the work.</summary>
internal sealed class FanOut(RunnerConnection runner, HostFleet fleet, SpreadRun run)
{
    private Message? _initialize;
    private Task _running = Task.CompletedTask;

    /// <summary>Serves the runner until it ends the session.</summary>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>True where it ended the session, false where it is gone.</returns>
    public async Task<bool> ServeAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (await NextAsync(stop.Token) is { } message)
                if (message.Type == MessageTypes.Terminate)
                    return true;
                else
                    await AnswerAsync(message, stop.Token);
            return false;
        }
        finally
        {
            await stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Message?> NextAsync(CancellationToken cancellationToken)
    {
        var next = runner.ReceiveAsync(cancellationToken);
        if (await Task.WhenAny(next, _running) == _running)
            // A run that broke must break the session, or the runner would wait for ever.
            await _running;
        return await next;
    }

    private async Task AnswerAsync(Message message, CancellationToken cancellationToken)
    {
        switch (message.Type)
        {
            case MessageTypes.ProtocolVersion:
                runner.Version = await fleet.NegotiateAsync((int)(JsonSlice.Number(message.Payload) ?? 0), cancellationToken);
                await runner.SendAsync(Message.Of(MessageTypes.ProtocolVersion, runner.Version), cancellationToken);
                break;
            case MessageTypes.InitializeExecution:
                _initialize = message;
                break;
            case MessageTypes.StartWithSources or MessageTypes.StartWithTests:
                _running = run.RunAsync(new RunRequest(message), _initialize, cancellationToken);
                break;
            case MessageTypes.Cancel or MessageTypes.Abort:
                run.Cancel();
                await TellWorkersAsync(message, cancellationToken);
                break;
            default:
                // What a debugger answers, and what nobody knows: it is for those who run tests.
                await TellWorkersAsync(message, cancellationToken);
                break;
        }
    }

    private async Task TellWorkersAsync(Message message, CancellationToken cancellationToken)
    {
        foreach (var host in fleet.Started)
            await host.SendAsync(message, cancellationToken);
    }
}
