using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>
/// Hosts that are this machine, each with a server and an address of its own, leases on them, and what people have without CrCache: <c>ssh</c> as it is,
/// and with connections that it keeps.
/// </summary>
internal sealed class SshHosts : IDisposable
{
    private readonly SshFarm _farm;
    private readonly BenchSettings _settings;

    private SshHosts(SshFarm farm, BenchSettings settings)
    {
        (_farm, _settings) = (farm, settings);
        Home.Environment["CRCACHE_SSH_CONFIG"] = farm.Configuration;

        // The lab's own configuration names the quickest key exchange. People have what ssh comes with: a set with one more that it holds already.
        Usual = Write("usual", "Host *\n  KexAlgorithms +curve25519-sha256\n");
        var sockets = Directory.CreateDirectory(Home.Combine("kept")).FullName;
        Kept = Write("keeping", $"Host *\n  ControlMaster auto\n  ControlPersist 600\n  ControlPath {sockets}/%n\n");
        Spawn = new(Home.Environment, Home.Combine("output"));
    }

    public TestHome Home { get; } = new();

    /// <summary>Times a process.</summary>
    public Spawn Spawn { get; }

    /// <summary>An ssh_config with the quickest key exchange, that CrCache itself reads.</summary>
    public string Quick => _farm.Configuration;

    /// <summary>An ssh_config that leaves to ssh what it does best.</summary>
    public string Usual { get; }

    /// <summary>An ssh_config that has ssh keep its connections: a master for each host.</summary>
    public string Kept { get; }

    /// <summary>The hosts, as the configurations name them.</summary>
    public IReadOnlyList<string> Names => [.. _farm.Servers.Select(s => s.Name)];

    /// <summary>The directory that each host's logins have as HOME.</summary>
    public IReadOnlyList<string> Homes => [.. _farm.Servers.Select(s => s.Home)];

    /// <summary>Why there can be none; null where there can.</summary>
    public static string? Missing =>
        Requirement.Sshd.IsMissing(out var reason) || Requirement.Ssh.IsMissing(out reason) ? reason : null;

    /// <summary>Starts some.</summary>
    /// <param name="settings">The command line that leases them.</param>
    /// <param name="count">How many.</param>
    /// <param name="lines">Lines of sshd_config for each.</param>
    public static async Task<SshHosts> StartAsync(BenchSettings settings, int count, params string[] lines) =>
        new(await SshFarm.StartAsync(count, lines), settings);

    /// <summary>Leases one place on each host.</summary>
    /// <param name="source">A name for the source.</param>
    /// <param name="lines">Settings besides where they are.</param>
    /// <returns>The places' names.</returns>
    public IReadOnlyList<string> Lease(string source, string lines = "")
    {
        Home.AddSource(source, $"type=ssh\nhosts={string.Join(' ', Names)}\nidle_time=1d\n{lines}\n");
        return [.. Names.Select(_ =>
        {
            Crcache("acquire", "-s", source);
            return File.ReadAllText(Home.Combine("output")).TrimEnd();
        })];
    }

    /// <summary>Times a command of ours.</summary>
    public double Crcache(params string[] arguments) => Spawn.Milliseconds([_settings.Command, .. arguments]);

    /// <summary>Times a command of somebody else's, of the PATH.</summary>
    public double Other(params string[] arguments) => Spawn.Milliseconds([Requirement.PathOf(arguments[0])!, .. arguments[1..]]);

    // The connections that either keeps end with the servers.
    public void Dispose()
    {
        Spawn.Dispose();
        _farm.Dispose();
        Home.Dispose();
    }

    private string Write(string name, string text)
    {
        var path = Home.Combine(name);
        File.WriteAllText(path, text + File.ReadAllText(_farm.Configuration));
        return path;
    }
}
