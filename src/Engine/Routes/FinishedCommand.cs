using System.Text;

namespace CrCache.Routes;

/// <summary>A command that was over before it began: as with a shell, a line on its standard error and a code.</summary>
internal sealed class FinishedCommand : RunningCommand
{
    private readonly CommandResult _result;

    public FinishedCommand(ResourceCommand command, int exitCode, string line)
    {
        _result = new(exitCode);
        NotStarted = line;
        StandardError = command.InheritStreams ? Stream.Null : new MemoryStream(Encoding.UTF8.GetBytes($"crcache: {line}\n"), writable: false);
    }

    public override string? NotStarted { get; }

    public override Stream StandardInput => Stream.Null;

    public override Stream StandardOutput => Stream.Null;

    public override Stream StandardError { get; }

    public override Task<CommandResult> WaitAsync(CancellationToken cancellationToken) => Task.FromResult(_result);

    public override void Signal(int signal)
    {
    }

    public override Task StopAsync(TimeSpan grace) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
