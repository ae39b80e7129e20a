using System.Runtime.InteropServices;
using CrCache.Routes;

namespace CrCache.Cli;

/// <summary>Passes signals on to a command that runs on a resource: while it runs, ending is its decision.</summary>
internal sealed class SignalForwarding : IDisposable
{
    private readonly RunningCommand _command;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Begins.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sharesTerminal">Whether both are in the foreground of one terminal, whose keys then reach the command by themselves.</param>
    public SignalForwarding(RunningCommand command, bool sharesTerminal)
    {
        _command = command;
        _registrations = [.. EndingSignal.All.Select(s => PosixSignalRegistration.Create(s.Signal, context =>
        {
            context.Cancel = true;
            if (!(s.IsOfKeyboard && sharesTerminal))
                _command.Signal(s.Number);
        }))];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
