using System.Globalization;
using System.Net;

namespace CrCache.Lab;

/// <summary>Several servers, on 127.0.0.2 and the addresses after it, all on one port. One key lets in everywhere; each has a key of its own.</summary>
public sealed class SshFarm : IDisposable
{
    private readonly SshAccess _access = new();

    private SshFarm()
    {
    }

    /// <summary>An ssh_config that knows them as <c>lab01</c>, <c>lab02</c> and so on.</summary>
    public string Configuration => _access.Configuration;

    /// <summary>What their clients have.</summary>
    public SshAccess Access => _access;

    /// <summary>The servers.</summary>
    public IReadOnlyList<SshServer> Servers { get; private set; } = [];

    /// <summary>Starts some.</summary>
    /// <param name="count">How many.</param>
    /// <param name="lines">Lines of sshd_config for each.</param>
    /// <returns>Servers that answer.</returns>
    public static async Task<SshFarm> StartAsync(int count, params IReadOnlyList<string> lines)
    {
        SshFarm farm = new();
        try
        {
            var port = SshServer.FreePort(IPAddress.Any);
            List<SshServer> servers = [];
            for (var i = 1; i <= count; i++)
            {
                SshServerSettings settings = new()
                {
                    Name = string.Create(CultureInfo.InvariantCulture, $"lab{i:00}"),
                    Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.{i + 1}"),
                    Port = port,
                    Lines = lines,
                };
                farm.Servers = servers;
                servers.Add(await SshServer.StartAsync(settings, farm._access));
            }

            return farm;
        }
        catch
        {
            farm.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var server in Servers)
            server.Dispose();
        _access.Dispose();
    }
}
