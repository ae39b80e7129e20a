using System.Net;
using System.Net.Sockets;
using CrCache.Routes;

namespace CrCache.TestAdapter.Relaying;

/// <summary>
/// The end of a <see cref="Wire"/> that is here: a <see cref="FarHost"/> that runs on a resource, whose connections come to ports of this machine's
/// loopback interface as a host's of this machine do. What it and the host say is its standard error.
/// </summary>
internal sealed class RelayedCommand : RunningCommand
{
    private readonly RunningCommand _command;
    private readonly Wire _wire;
    private readonly Task _pumping;

    public RelayedCommand(RunningCommand command, int port, int collectorPort)
    {
        _command = command;
        _wire = new(command.StandardOutput, command.StandardInput);
        _pumping = _wire.PumpAsync(number => ConnectAsync(number == 0 ? port : collectorPort));
    }

    public override Stream StandardInput => Stream.Null;

    public override Stream StandardOutput => Stream.Null;

    public override Stream StandardError => _command.StandardError;

    public override string? NotStarted => _command.NotStarted;

    public override Task<CommandResult> WaitAsync(CancellationToken cancellationToken) => _command.WaitAsync(cancellationToken);

    public override void Signal(int signal) => _command.Signal(signal);

    public override Task StopAsync(TimeSpan grace) => _command.StopAsync(grace);

    public override async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _pumping;
        _wire.Dispose();
    }

    private static async Task<Stream> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
