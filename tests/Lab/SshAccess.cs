using System.Globalization;

namespace CrCache.Lab;

/// <summary>
/// What a client of the lab's servers has: one key that lets it in everywhere, the servers' keys, and an ssh_config with a name for each.
/// Nothing of the user's ssh is read or written.
/// </summary>
public sealed class SshAccess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>Makes a key, for no server yet.</summary>
    public SshAccess()
    {
        MakeKey(Identity);
        _directory.Write("known_hosts", "");
        _directory.Write("ssh_config", "");
    }

    /// <summary>The key's file; the public one is beside it.</summary>
    public string Identity => _directory.Combine("id");

    /// <summary>The keys of the servers as they were when they were added.</summary>
    public string KnownHosts => _directory.Combine("known_hosts");

    /// <summary>An ssh_config that knows all of them by name, for <c>ssh -F</c>.</summary>
    public string Configuration => _directory.Combine("ssh_config");

    /// <summary>Adds a name for a server.</summary>
    /// <param name="pattern">Its name or names, as <c>Host</c> has them.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="port">At which port.</param>
    /// <param name="alias">The name that its key is known by; null for address and port.</param>
    /// <param name="lines">More lines of ssh_config, which go before the others.</param>
    public void Add(string pattern, string address, int port, string? alias = null, params IReadOnlyList<string> lines) =>
        File.AppendAllText(Configuration, string.Create(CultureInfo.InvariantCulture, $"""
            Host {pattern}
              {string.Join("\n  ", [.. lines, $"HostName {address}", .. alias is null ? Array.Empty<string>() : [$"HostKeyAlias {alias}"]])}
              Port {port}
              User {Environment.UserName}
              IdentityFile {Identity}
              IdentitiesOnly yes
              UserKnownHostsFile {KnownHosts}
              GlobalKnownHostsFile none
              StrictHostKeyChecking yes
              KexAlgorithms curve25519-sha256


            """));

    /// <summary>Says which key a server has.</summary>
    /// <param name="name">The server, as a line of known_hosts begins.</param>
    /// <param name="key">The public key, type first.</param>
    public void Know(string name, string key) => File.AppendAllText(KnownHosts, $"{name} {key.TrimEnd()}\n");

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    internal static void MakeKey(string path)
    {
        File.Delete(path);
        File.Delete($"{path}.pub");
        Task.Run(() => ProcessRun.RunAsync(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path])).GetAwaiter().GetResult().Success();
    }
}
