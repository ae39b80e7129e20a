using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CrCache.Lab;

/// <summary>
/// A real process. It inherits this one's environment without what the test run itself put there (CRCACHE_*, MSBuild's and
/// VSTest's variables), with the given variables on top. Disposing kills it and all its descendants.
/// </summary>
public sealed partial class ProcessRun : IDisposable
{
    private static readonly string[] NotInherited = ["CRCACHE_", "MSBUILD", "VSTEST", "TESTINGPLATFORM", "XUNIT", "DOTNET_CLI_"];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StreamCapture _output;
    private readonly StreamCapture _error;
    private readonly string _commandLine;

    private ProcessRun(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        _output = new StreamCapture(process.StandardOutput.BaseStream);
        _error = new StreamCapture(process.StandardError.BaseStream);
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far, as text.</summary>
    public string OutputSoFar => _output.Text;

    /// <summary>What it has written to standard error so far, as text.</summary>
    public string ErrorSoFar => _error.Text;

    /// <summary>Its standard input, where <c>keepInputOpen</c> was asked for.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts a process.</summary>
    /// <param name="arguments">Program and arguments.</param>
    /// <param name="environment">Variables on top of the inherited ones; an empty value is set, not removed.</param>
    /// <param name="directory">Where it starts; null for here.</param>
    /// <param name="input">What it reads; null for an empty input.</param>
    /// <param name="keepInputOpen">True to leave the input open for <see cref="Input"/>.</param>
    /// <returns>The running process.</returns>
    public static ProcessRun Start(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null,
        byte[]? input = null,
        bool keepInputOpen = false)
    {
        var start = new ProcessStartInfo(arguments[0], arguments.Skip(1))
        {
            WorkingDirectory = directory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (!NotInherited.Any(p => ((string)entry.Key).StartsWith(p, StringComparison.OrdinalIgnoreCase)))
                start.Environment[(string)entry.Key] = (string?)entry.Value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var run = new ProcessRun(Process.Start(start)!, string.Join(' ', arguments));
        _ = run.FeedAsync(input ?? [], keepInputOpen);
        return run;
    }

    /// <summary>Runs a process to its end.</summary>
    /// <param name="arguments">Program and arguments.</param>
    /// <param name="environment">Variables on top of the inherited ones.</param>
    /// <param name="directory">Where it starts; null for here.</param>
    /// <param name="input">What it reads; null for an empty input.</param>
    /// <param name="timeout">How long it may take, five minutes unless said otherwise; then it is killed.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="TimeoutException">It took longer; what it wrote is shown.</exception>
    public static async Task<ProcessResult> RunAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null,
        byte[]? input = null,
        TimeSpan? timeout = null)
    {
        using var run = Start(arguments, environment, directory, input);
        return await run.WaitAsync(timeout);
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="timeout">How long it may take, five minutes unless said otherwise; then it is killed.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="TimeoutException">It took longer; what it wrote is shown.</exception>
    public async Task<ProcessResult> WaitAsync(TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{_commandLine}' did not end in {timeout ?? Limit}\nstdout:\n{_output.Text}\nstderr:\n{_error.Text}");
        }

        // A descendant that outlives it may keep the pipes open: that is its business, not a reason to hang.
        await Task.WhenAny(Task.WhenAll(_output.Ended, _error.Ended), Task.Delay(TimeSpan.FromSeconds(5)));
        return new(_process.ExitCode, _output.Bytes, _error.Bytes);
    }

    /// <summary>SIGKILL to the process alone, as a crash would have it; its children live on.</summary>
    public void Kill() => Signal(9);

    /// <summary>Sends a signal to the process alone.</summary>
    /// <param name="number">The signal's number: 2 for SIGINT, 15 for SIGTERM.</param>
    public void Signal(int number)
    {
        if (!_process.HasExited)
            _ = SendSignal(_process.Id, number);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);

    private async Task FeedAsync(byte[] input, bool keepOpen)
    {
        try
        {
            await Input.WriteAsync(input);
            await Input.FlushAsync();
            if (!keepOpen)
                _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: its right.
        }
    }
}
