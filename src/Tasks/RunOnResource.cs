using System.Globalization;
using System.Text.RegularExpressions;
using CrCache.Routes;
using Microsoft.Build.Framework;

namespace CrCache.MSBuild;

/// <summary>
/// Runs a command on resources, on all of them at once, as Exec runs one here: output goes to the log as it comes, lines in
/// MSBuild's format of errors and warnings become errors and warnings, and a non-zero exit code fails the build.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed partial class RunOnResource : ResourceTask
{
    /// <summary>How long a command that is stopped has to end by itself.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _output = new();
    private readonly List<ITaskItem> _consoleOutput = [];

    /// <summary>The resources, as AcquireResource gave them or by name.</summary>
    [Required]
    public ITaskItem[] Resources { get; set; } = [];

    /// <summary>What <c>sh -c</c> runs. Either this or <see cref="Arguments"/>.</summary>
    public string? Command { get; set; }

    /// <summary>Program and arguments, each as it is; no shell takes part. Either this or <see cref="Command"/>.</summary>
    public string[]? Arguments { get; set; }

    /// <summary>Where the command starts, absolute on the resource; the resource's own place unless said otherwise.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables on top of the resource's own, each <c>NAME=VALUE</c>. <c>CRCACHE_RESOURCE</c> is always the resource's name.</summary>
    public string[]? EnvironmentVariables { get; set; }

    /// <summary>When true a non-zero exit code is no error.</summary>
    public bool IgnoreExitCode { get; set; }

    /// <summary>The importance of a line of standard output: <c>high</c> (unless said otherwise), <c>normal</c> or <c>low</c>.</summary>
    public string? StandardOutputImportance { get; set; }

    /// <summary>The importance of a line of standard error: <c>high</c> (unless said otherwise), <c>normal</c> or <c>low</c>.</summary>
    public string? StandardErrorImportance { get; set; }

    /// <summary>When true the lines of both streams are kept for <see cref="ConsoleOutput"/>.</summary>
    public bool ConsoleToMSBuild { get; set; }

    /// <summary>
    /// How long the command may take on a resource: milliseconds as Exec has it, or a duration such as <c>90s</c>. Then its
    /// whole process group is ended and the task fails.
    /// </summary>
    public string? Timeout { get; set; }

    /// <summary>
    /// The command's exit code; of several, the first that is not 0, in the order of the resources. 124 where the time was
    /// up, 125 where the command did not run to its end.
    /// </summary>
    [Output]
    public int ExitCode { get; private set; } = ExitCodes.Failed;

    /// <summary>The lines of output that are not empty, with the metadata Resource, where <see cref="ConsoleToMSBuild"/> asks for them.</summary>
    [Output]
    public ITaskItem[] ConsoleOutput => [.. _consoleOutput];

    /// <inheritdoc/>
    protected override async Task ExecuteCoreAsync(CancellationToken cancellationToken)
    {
        var parameters = RunParameters.Read(this);
        var resources = ResourceItem.References(this, Resources);
        var engine = OpenEngine();
        Log.LogCommandLine(MessageImportance.High, parameters.Shown);
        var exitCodes = await OnEachAsync(
            resources,
            r => RunAsync(engine.Commands, r, parameters, prefix: resources.Count > 1 ? $"{r.Name}: " : "", cancellationToken));
        ExitCode = exitCodes.FirstOrDefault(c => c != 0);
    }

    /// <summary>What may be an error or warning for MSBuild to read: a prefix would be taken for the file's name.</summary>
    [GeneratedRegex(@"\b(error|warning)\b[^:]*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorOrWarning { get; }

    private async Task<int> RunAsync(
        CommandRunner commands, ResourceReference resource, RunParameters parameters, string prefix, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (parameters.Timeout is { } timeout)
            limit.CancelAfter(timeout);
        try
        {
            var (result, notStarted) = await RunAsync(commands, resource, parameters, prefix, limit);
            if (result.ExitCode != 0)
                ReportExitCode(resource, parameters, result, notStarted);
            return result.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            ExitCode = ExitCodes.TimedOut;
            LogError(ErrorCodes.TimedOut, $"'{parameters.Shown}' on {resource.Name} took longer than {Timeout} and was ended");
            return ExitCodes.TimedOut;
        }
    }

    private async Task<(CommandResult Result, string? NotStarted)> RunAsync(
        CommandRunner commands, ResourceReference resource, RunParameters parameters, string prefix, CancellationTokenSource limit)
    {
        var running = await commands.StartAsync(resource, parameters.CommandOn(resource), limit.Token);
        await using (running)
        {
            running.StandardInput.Close();
            var result = await FollowAsync(
                running,
                (line, importance) => LogLine(resource, prefix, line, importance),
                parameters,
                limit.Token);
            return (result, running.NotStarted);
        }
    }

    /// <summary>Logs what a command writes, to its end or until it was stopped.</summary>
    private static async Task<CommandResult> FollowAsync(
        RunningCommand running, Action<string, MessageImportance> log, RunParameters parameters, CancellationToken cancellationToken)
    {
        var ended = running.WaitAsync(cancellationToken);
        var lines = Task.WhenAll(
            OutputLines.ReadAsync(running.StandardOutput, l => log(l, parameters.OutputImportance), ended),
            OutputLines.ReadAsync(running.StandardError, l => log(l, parameters.ErrorImportance), ended));
        try
        {
            return await ended;
        }
        catch (OperationCanceledException)
        {
            await running.StopAsync(Grace);
            throw;
        }
        finally
        {
            await lines;
        }
    }

    private void ReportExitCode(ResourceReference resource, RunParameters parameters, CommandResult result, string? notStarted)
    {
        var how = notStarted is not null ? $"could not be started: {notStarted}" : result.Signal is { } signal
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {signal}")
            : string.Create(CultureInfo.InvariantCulture, $"exited with code {result.ExitCode}");
        var message = $"'{parameters.Shown}' on {resource.Name} {how}";
        if (IgnoreExitCode)
            Log.LogMessage(message);
        else
            LogError(notStarted is null ? ErrorCodes.WorkFailed : ErrorCodes.CommandNotStarted, message);
    }

    /// <summary>One line at a time, whichever resource and stream it is from.</summary>
    private void LogLine(ResourceReference resource, string prefix, string line, MessageImportance importance)
    {
        lock (_output)
        {
            if (prefix.Length == 0 || ErrorOrWarning.IsMatch(line))
                _ = Log.LogMessageFromText(line, importance);
            else
                Log.LogMessage(importance, prefix + line);
            if (ConsoleToMSBuild && !string.IsNullOrWhiteSpace(line))
                _consoleOutput.Add(ResourceItem.FromText(line.TrimEnd(), new Dictionary<string, string> { ["Resource"] = resource.Name }));
        }
    }
}
