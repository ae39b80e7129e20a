using System.Diagnostics;
using System.Runtime.InteropServices;
using CrCache.Routes;

namespace CrCache.TestAdapter.Hosts;

/// <summary>A process that is no resource's: the host that only finds tests.</summary>
internal sealed partial class LocalCommand : RunningCommand
{
    private const int Kill = 9;
    private const int Terminate = 15;

    private readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <exception cref="ResourceException">It cannot be started.</exception>
    public LocalCommand(ResourceCommand command)
    {
        var start = new ProcessStartInfo(command.Arguments[0], command.Arguments.Skip(1))
        {
            WorkingDirectory = command.WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ResourceException(ErrorCodes.CommandNotStarted, $"{command.Arguments[0]} cannot be started: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override Stream StandardInput => _process.StandardInput.BaseStream;

    /// <inheritdoc/>
    public override Stream StandardOutput => _process.StandardOutput.BaseStream;

    /// <inheritdoc/>
    public override Stream StandardError => _process.StandardError.BaseStream;

    /// <inheritdoc/>
    public override async Task<CommandResult> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        var code = _process.ExitCode;
        return new(code, code > 128 ? code - 128 : null);
    }

    /// <inheritdoc/>
    public override void Signal(int signal)
    {
        if (!_process.HasExited)
            _ = SendSignal(_process.Id, signal);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(TimeSpan grace)
    {
        Signal(Terminate);
        using var patience = new CancellationTokenSource(grace);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Signal(Kill);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Signal(Kill);
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
