using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Hooks;

/// <summary>Runs hooks as run-parts(8) does.</summary>
internal sealed class HookRunner
{
    private const int ShownLines = 10;
    private const int Executable = 1;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(40);

    /// <summary>How long a script has to end by itself when it is given up.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a stage has anything to run; a missing directory has not.</summary>
    public static bool HasHooks(string sourceDirectory, string stage) => Scripts(Path.Combine(sourceDirectory, stage)).Any();

    /// <summary>The stages of a source that have anything to run.</summary>
    public static IReadOnlyList<string> Stages(string sourceDirectory) =>
        [.. HookStages.Directories.Where(s => HasHooks(sourceDirectory, s)), .. HasProgram(sourceDirectory, HookStages.Concurrency) ? [HookStages.Concurrency] : Array.Empty<string>()];

    /// <summary>Whether a source has a hook that is one file.</summary>
    public static bool HasProgram(string sourceDirectory, string name) => IsProgram(Path.Combine(sourceDirectory, name));

    /// <summary>Runs a hook that is one file and answers something.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="ResourceException">It failed (<see cref="ErrorCodes.HookFailed"/>).</exception>
    /// <exception cref="ConfigurationException">It, or the directory it is in, is not to be trusted.</exception>
    public async Task<string> AskAsync(HookStage stage, CancellationToken cancellationToken)
    {
        var script = Path.Combine(stage.SourceDirectory, stage.Name);
        RequireTrust(stage.SourceDirectory, stage.SourceDirectory, script);
        Tail answer = new();
        await RunAsync(stage, script, answer, cancellationToken).ConfigureAwait(false);
        return string.Join('\n', answer.Lines());
    }

    /// <summary>The failure of a stage's script.</summary>
    public static ResourceException Failed(HookStage stage, string script, string how) => new(
        ErrorCodes.HookFailed,
        $"hook {Called(stage, script)} of {Path.GetFileName(Path.TrimEndingDirectorySeparator(stage.SourceDirectory))} {how}{(stage.Log is { } log ? $" (log: {log.Path})" : "")}");

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
            await RunAsync(stage, script, answer: null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Scripts(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory).Where(f => IsName(Path.GetFileName(f)) && IsProgram(f))
        : [];

    private static bool IsProgram(string path) => File.Exists(path) && Libc.Access(path, Executable) == 0;

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

    private async Task RunAsync(HookStage stage, string script, Tail? answer, CancellationToken cancellationToken)
    {
        stage.Log?.Begin(Called(stage, script));
        using var entry = stage.Begin?.Invoke();
        ChildStart start = new()
        {
            Arguments = [script, stage.Resource, .. stage.Arguments],
            Environment = entry is null
                ? ChildStart.CurrentEnvironment(stage.Environment)
                : ChildStart.CurrentEnvironment(entry.Environment, stage.Environment),
            WorkingDirectory = stage.SourceDirectory,
            Input = StreamUse.Nothing,
            Error = answer is null ? StreamUse.Output : StreamUse.Pipe,
        };
        if (ChildProcess.Start(start, out var process) is { } failure)
            throw Failed(stage, script, $"could not be started: {failure.Line}");

        entry?.Started(process!.Id);
        LocalCommand command = new(process!, kill: null, static (result, _) => Task.FromResult(result));
        await using (command.ConfigureAwait(false))
        {
            Tail output = new();
            var read = answer is null
                ? ReadAsync(command.StandardOutput, output, stage)
                : Task.WhenAll(answer.AddAsync(command.StandardOutput, CancellationToken.None), ReadAsync(command.StandardError, output, stage));
            CommandResult? result = null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (stage.TimeLimit is { } time)
                limit.CancelAfter(time < LongestLimit ? time : LongestLimit);
            try
            {
                result = await command.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await command.StopAsync(StopTime).ConfigureAwait(false);
                entry?.Leave();
                if (cancellationToken.IsCancellationRequested)
                    throw;
            }

            // What it left in the background may hold its output open for ever.
            await read.WaitAsync(DrainTime, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (result is { ExitCode: 0 })
                return;
            if (result is not null)
                entry?.Leave();
            var end = result switch
            {
                null => string.Create(CultureInfo.InvariantCulture, $"did not end within {stage.TimeLimit!.Value.TotalSeconds} s"),
                { Signal: { } signal } => string.Create(CultureInfo.InvariantCulture, $"was ended by signal {signal}"),
                { ExitCode: var code } => string.Create(CultureInfo.InvariantCulture, $"failed with exit code {code}"),
            };
            var lines = string.Join(" | ", output.Lines().TakeLast(ShownLines));
            throw Failed(stage, script, lines.Length > 0 ? $"{end}: {lines}" : end);
        }
    }

    private static async Task ReadAsync(Stream stream, Tail output, HookStage stage)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is var count and > 0)
        {
            output.Add(buffer.AsSpan(0, count));
            stage.Log?.Add(buffer.AsSpan(0, count));
            if (stage.Echo is { } echo)
                await echo.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
        }
    }

    // A stage of one file is called by its name alone.
    private static string Called(HookStage stage, string script) => Path.GetFileName(script) is var name && name == stage.Name ? name : $"{stage.Name}/{name}";
}
