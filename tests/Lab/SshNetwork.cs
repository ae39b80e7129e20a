using System.Diagnostics;
using System.Globalization;

namespace CrCache.Lab;

/// <summary>
/// A <see cref="HostNetwork"/> with an ssh server on each host. <c>bastion</c> is known to clients on this machine, through a port of the loopback address
/// behind which it is (no packet could go there); <c>bastion-outside</c> is its address for clients that are started <see cref="Outside"/>. <c>inner1</c> and so
/// on are reached from the bastion only.
/// </summary>
public sealed class SshNetwork : IDisposable
{
    private readonly SshAccess _access = new();
    private readonly TemporaryDirectory _gate = new();
    private readonly List<SshServer> _inner = [];
    private SshServer? _outside;

    private SshNetwork(HostNetwork network)
    {
        Network = network;
        SshAccess.MakeKey(_gate.Combine("host"));
        var configuration = SshServer.WriteConfiguration(_gate, new(), _access);
        Gate = new(_ =>
        {
            ProcessStartInfo start = new("nsenter", [.. network.Enter(HostNetwork.Bastion).Skip(1), Requirement.PathOf("sshd")!, "-i", "-f", configuration, "-E", _gate.Combine("log")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            var server = Process.Start(start)!;
            return Task.FromResult<RelayEnd>(new(server.StandardOutput.BaseStream, server.StandardInput.BaseStream, new Killed(server)));
        });
        _access.Add(HostNetwork.Bastion, "127.0.0.1", Gate.Port);
        _access.Know(string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{Gate.Port}"), File.ReadAllText(_gate.Combine("host.pub")));
    }

    /// <summary>The hosts' network: links are cut there, packets lost.</summary>
    public HostNetwork Network { get; }

    /// <summary>The way of this machine's clients to the bastion.</summary>
    public Relay Gate { get; }

    /// <summary>The servers behind the bastion.</summary>
    public IReadOnlyList<SshServer> Inner => _inner;

    /// <summary>An ssh_config that knows them all.</summary>
    public string Configuration => _access.Configuration;

    /// <summary>The words before a client's command that start it on the host outside.</summary>
    public IReadOnlyList<string> Outside => Network.Enter(HostNetwork.Outside);

    /// <summary>Starts one.</summary>
    /// <param name="inner">How many hosts are behind the bastion.</param>
    /// <returns>Servers that answer.</returns>
    public static async Task<SshNetwork> StartAsync(int inner = 1)
    {
        var network = await HostNetwork.StartAsync(inner);
        SshNetwork ssh = new(network);
        try
        {
            ssh._outside = await ssh.ServerAsync(HostNetwork.Bastion, $"{HostNetwork.Bastion}-outside", HostNetwork.BastionAddress(0));
            for (var i = 1; i <= inner; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"inner{i}");
                ssh._inner.Add(await ssh.ServerAsync(name, name, HostNetwork.Address(i)));
            }

            return ssh;
        }
        catch
        {
            ssh.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Gate.Dispose();
        foreach (var server in _inner)
            server.Dispose();
        _outside?.Dispose();
        Network.Dispose();
        _gate.Dispose();
        _access.Dispose();
    }

    private Task<SshServer> ServerAsync(string host, string name, string address) =>
        SshServer.StartAsync(new() { Name = name, Address = address, Port = 22, Enter = Network.Enter(host) }, _access);

    private sealed class Killed(Process process) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                return;
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }
}
