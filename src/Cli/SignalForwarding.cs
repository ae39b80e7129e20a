using System.Runtime.InteropServices;
using CrCache.Routes;

namespace CrCache.Cli;

/// <summary>
/// Passes signals on to a command that runs on a resource: while it runs, ending is its decision. One that comes before it
/// runs calls it off. There is no moment between in which a signal would be lost.
/// </summary>
internal sealed class SignalForwarding : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _starting = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly FirstStretch _firstStretch = new();
    private RunningCommand? _command;
    private int _early;

    /// <summary>Begins. What a terminal's keys send goes to the engine as well: it knows whether the command has the terminal.</summary>
    public SignalForwarding()
    {
        _registrations = [.. EndingSignal.All.Select(s => PosixSignalRegistration.Create(s.Signal, context =>
        {
            context.Cancel = true;
            Pass(s);
        }))];
    }

    /// <summary>Starts the command.</summary>
    /// <exception cref="InterruptedException">A signal came first.</exception>
    public async Task<RunningCommand> StartAsync(Func<CancellationToken, Task<RunningCommand>> start)
    {
        try
        {
            var command = await _firstStretch.Begin(() => start(_starting.Token));
            lock (_gate)
            {
                _command = command;
                if (_early != 0)
                    command.Signal(_early);
            }

            return command;
        }
        catch (OperationCanceledException) when (_early != 0)
        {
            throw new InterruptedException(_early);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _starting.Dispose();
    }

    private void Pass(EndingSignal signal)
    {
        lock (_gate)
        {
            if (_command is null)
            {
                _early = signal.Number;
                _starting.Cancel();
                _firstStretch.End(signal);
            }
            else
            {
                _command.Signal(signal.Number);
            }
        }
    }
}
