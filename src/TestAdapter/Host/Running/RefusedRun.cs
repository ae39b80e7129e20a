using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Tells the runner why there is no run: as a host that aborts, so that the user reads this one line and the exit code is not 0.</summary>
internal static class RefusedRun
{
    // Messages this simple are the same in every version since.
    private const int HighestVersion = 7;

    /// <summary>Answers the runner until it ends the session.</summary>
    public static async Task ServeAsync(RunnerConnection runner, string reason, CancellationToken cancellationToken)
    {
        while (await runner.ReceiveAsync(cancellationToken) is { Type: not MessageTypes.Terminate } message)
            switch (message.Type)
            {
                case MessageTypes.ProtocolVersion:
                    runner.Version = Math.Min((int)(JsonSlice.Number(message.Payload) ?? 0), HighestVersion);
                    await runner.SendAsync(Message.Of(MessageTypes.ProtocolVersion, runner.Version), cancellationToken);
                    break;
                case MessageTypes.StartWithSources or MessageTypes.StartWithTests:
                    await runner.SendAsync(TextLevel.Error, reason, cancellationToken);
                    await runner.SendAsync(
                        CompletedRun.Merge([], [], isCanceled: false, isAborted: true, TimeSpan.Zero, report: null, runner.Version), cancellationToken);
                    break;
                default:
                    break;
            }
    }
}
