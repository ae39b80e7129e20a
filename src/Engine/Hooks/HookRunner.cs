using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Hooks;

/// <summary>Runs hooks as run-parts(8) does.</summary>
internal sealed class HookRunner
{
    private const int ShownLines = 10;
    private const int Executable = 1;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <summary>How long a script has to end by itself when it is given up.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a stage has anything to run; a missing directory has not.</summary>
    public static bool HasHooks(string sourceDirectory, string stage) => Scripts(Path.Combine(sourceDirectory, stage)).Any();

    /// <summary>Runs a stage's scripts one after another, and stops at the first that fails.</summary>
    /// <exception cref="ResourceException">A script failed (<see cref="ErrorCodes.HookFailed"/>): its name, exit code and last lines.</exception>
    /// <exception cref="ConfigurationException">A script, or a directory on the way to it, is not to be trusted.</exception>
    public async Task RunAsync(HookStage stage, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(stage.SourceDirectory, stage.Name);
        foreach (var script in Scripts(directory).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RequireTrust(stage.SourceDirectory, directory, script);
            await RunAsync(stage, script, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Scripts(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory).Where(f => IsName(Path.GetFileName(f)) && File.Exists(f) && Libc.Access(f, Executable) == 0)
        : [];

    /// <summary>run-parts's names: what editors and packagers leave behind has a dot or a tilde.</summary>
    private static bool IsName(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static void RequireTrust(string source, string directory, string script)
    {
        Trust.Require(source);
        Trust.Require(directory);
        Trust.Require(script);

        // Who can write to the directory of what a link leads to can replace it.
        if (File.ResolveLinkTarget(script, returnFinalTarget: true) is { } target)
            Trust.Require(Path.GetDirectoryName(target.FullName)!);
    }

    private async Task RunAsync(HookStage stage, string script, CancellationToken cancellationToken)
    {
        using var entry = stage.Begin?.Invoke();
        ChildStart start = new()
        {
            Arguments = [script, stage.Resource],
            Environment = entry is null
                ? ChildStart.CurrentEnvironment(stage.Environment)
                : ChildStart.CurrentEnvironment(entry.Environment, stage.Environment),
            WorkingDirectory = stage.SourceDirectory,
            Input = StreamUse.Nothing,
            Error = StreamUse.Output,
        };
        if (ChildProcess.Start(start, out var process) is { } failure)
            throw Failed(stage, script, $"could not be started: {failure.Line}");

        entry?.Started(process!.Id);
        LocalCommand command = new(process!, kill: null, static (result, _) => Task.FromResult(result));
        await using (command.ConfigureAwait(false))
        {
            Tail output = new();
            var read = output.AddAsync(command.StandardOutput, CancellationToken.None);
            CommandResult result;
            try
            {
                result = await command.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await command.StopAsync(StopTime).ConfigureAwait(false);
                entry?.Leave();
                throw;
            }

            // What it left in the background may hold its output open for ever.
            await read.WaitAsync(DrainTime, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (result.ExitCode == 0)
                return;
            entry?.Leave();
            var end = result.Signal is { } signal ? $"was ended by signal {signal}" : $"failed with exit code {result.ExitCode}";
            var lines = string.Join(" | ", output.Lines().TakeLast(ShownLines));
            throw Failed(stage, script, lines.Length > 0 ? $"{end}: {lines}" : end);
        }
    }

    private static ResourceException Failed(HookStage stage, string script, string how) =>
        new(ErrorCodes.HookFailed, $"hook {stage.Name}/{Path.GetFileName(script)} of {Path.GetFileName(Path.TrimEndingDirectorySeparator(stage.SourceDirectory))} {how}");
}
