using System.Net;
using System.Net.Sockets;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Engine.Tests.Ssh;

public sealed class LoopbackPeerTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LoopbackPeerTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_of_this_user_is_its_own_by_either_sort_of_socket()
    {
        using TcpClient four = new(AddressFamily.InterNetwork);
        using Socket six = new(SocketType.Stream, ProtocolType.Tcp);
        await four.ConnectAsync(IPAddress.Loopback, Port, Token);
        await six.ConnectAsync(IPAddress.Loopback, Port, Token);

        using var first = await _listener.AcceptSocketAsync(Token);
        using var second = await _listener.AcceptSocketAsync(Token);

        Assert.True(LoopbackPeer.IsOwn(first));
        Assert.True(LoopbackPeer.IsOwn(second));
    }

    [Fact]
    public async Task A_connection_of_another_user_is_not()
    {
        UserLab.Require();
        Assert.SkipWhen(Requirement.PathOf("bash") is null, "bash is not there");
        using var other = ProcessRun.Start(["sudo", "-n", "-u", UserLab.Route.User!, "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{Port}; exec sleep 1000"]);

        using var accepted = await _listener.AcceptSocketAsync(Token);

        Assert.False(LoopbackPeer.IsOwn(accepted));
    }

    [Fact]
    public async Task A_connection_that_has_gone_is_not()
    {
        using (Socket gone = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await gone.ConnectAsync(IPAddress.Loopback, Port, Token);
            gone.LingerState = new(true, 0);
        }

        using var accepted = await _listener.AcceptSocketAsync(Token);

        Assert.False(LoopbackPeer.IsOwn(accepted));
    }

    public void Dispose() => _listener.Dispose();
}
