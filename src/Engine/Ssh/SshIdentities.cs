using System.Diagnostics.CodeAnalysis;
using Renci.SshNet;
using Renci.SshNet.Security;

namespace CrCache.Ssh;

/// <summary>
/// The keys to log in with, in the order in which ssh tries them: an agent's that the configuration names, the agent's others, then
/// those that are in files alone. A key with a certificate shows that first.
/// </summary>
internal sealed class SshIdentities : IPrivateKeySource, IDisposable
{
    private static readonly string[] Usual =
    [
        "ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
        "ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
        "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
    ];

    // With SHA-1, for whoever asks for it by name.
    private static readonly string[] Available = [.. Usual, "ssh-rsa-cert-v01@openssh.com", "ssh-rsa"];

    private readonly IReadOnlyList<string> _accepted;
    private readonly List<IReadOnlyList<HostAlgorithm>> _keys = [];
    private readonly List<PrivateKeyFile> _opened = [];
    private readonly List<string> _tried = [];
    private readonly List<string> _skipped = [];

    private SshIdentities(SshHostSettings settings) => _accepted = settings.IdentityAlgorithms?.Choose(Usual, Available) ?? Usual;

    /// <summary>
    /// All ways to sign, each key's best first: a server that takes RSA keys in one way only is met without spending twice as many of the
    /// few tries that a server allows.
    /// </summary>
    public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms =>
        [.. Enumerable.Range(0, _keys.Select(k => k.Count).DefaultIfEmpty().Max()).SelectMany(i => _keys.Where(k => k.Count > i).Select(k => k[i]))];

    /// <summary>For the error of a login that was refused: what was tried, and what was not and why.</summary>
    public string Summary => string.Join("; ",
        [_tried.Count > 0 ? $"tried {string.Join(", ", _tried)}" : "there is no key to try", .. _skipped]);

    /// <summary>The keys for a host.</summary>
    /// <param name="settings">The host.</param>
    /// <param name="user">Whoever logs in.</param>
    public static SshIdentities Of(SshHostSettings settings, LocalUser user)
    {
        SshIdentities identities = new(settings);
        List<SshIdentityFile> files = [];
        foreach (var path in settings.IdentityFiles.Distinct())
        {
            if (SshIdentityFile.Find(path, user) is { } file)
            {
                files.Add(file);
            }
            else if (!settings.HasUsualIdentities)
            {
                identities._skipped.Add($"{path} is not there");
            }
        }

        var agent = identities.Agent(settings);
        var certificates = settings.CertificateFiles.Select(c => (Path: c, Key: SshIdentityFile.Find(c, user)?.PublicKey)).Where(c => c.Key is not null).ToList();
        var named = files.Select(f => agent.Keys.FirstOrDefault(k => f.PublicKey is { } key && key.AsSpan().SequenceEqual(k.Key))).ToList();
        foreach (var key in named.OfType<SshAgentKey>().Distinct())
        {
            identities.AddOfAgent(agent.Agent!, key, certificates);
        }

        if (!settings.IdentitiesOnly)
        {
            foreach (var key in agent.Keys.Except(named.OfType<SshAgentKey>()))
            {
                identities.AddOfAgent(agent.Agent!, key, certificates);
            }
        }

        foreach (var file in files.Where((_, i) => named[i] is null))
        {
            identities.AddOfFile(file, certificates, isUsual: settings.HasUsualIdentities);
        }

        return identities;
    }

    /// <summary>The way to log in.</summary>
    /// <param name="login">The login.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "It is whoever connects that disposes it.")]
    public AuthenticationMethod Method(string login) => new PrivateKeyAuthenticationMethod(login, this);

    /// <summary>Forgets the keys.</summary>
    public void Dispose() => _opened.ForEach(f => f.Dispose());

    private (SshAgent? Agent, IReadOnlyList<SshAgentKey> Keys) Agent(SshHostSettings settings)
    {
        if (settings.Agent is not { } socket)
        {
            return (null, []);
        }

        try
        {
            SshAgent agent = new(socket);
            return (agent, agent.Keys());
        }
        catch (IOException e)
        {
            _skipped.Add($"the agent at {socket} cannot be asked: {e.Message}");
            return (null, []);
        }
    }

    private void AddOfAgent(SshAgent agent, SshAgentKey key, List<(string Path, byte[]? Key)> certificates)
    {
        List<HostAlgorithm> algorithms = [];
        foreach (var (_, certificate) in certificates.Where(c => SshCertificate.KeyOf(c.Key) is { } of && of.AsSpan().SequenceEqual(key.Key)))
        {
            algorithms.AddRange(Algorithms(certificate!).Select(a => new SshAgentAlgorithm(agent, a, key.Key, certificate!)));
        }

        algorithms.AddRange(Algorithms(key.Key).Select(a => new SshAgentAlgorithm(agent, a, key.Key, key.Key)));
        Add($"{key.Comment} of the agent", algorithms);
    }

    private void AddOfFile(SshIdentityFile file, List<(string Path, byte[]? Key)> certificates, bool isUsual)
    {
        var own = certificates.Count > 0
            ? certificates.Where(c => file.PublicKey is { } key && SshCertificate.KeyOf(c.Key) is { } of && of.AsSpan().SequenceEqual(key)).Select(c => c.Path).FirstOrDefault()
            : File.Exists(file.Path + "-cert.pub") ? file.Path + "-cert.pub" : null;
        var (key, problem) = file.Open(own);
        if (key is null)
        {
            // Of a usual key only its public half may lie there, for others' use.
            if (!isUsual || File.Exists(file.Path))
            {
                _skipped.Add($"{file.Path} {problem}");
            }

            return;
        }

        _opened.Add(key);
        Add(file.Path, [.. key.HostKeyAlgorithms.Where(a => _accepted.Contains(a.Name)).OrderBy(a => _accepted.ToList().IndexOf(a.Name))]);
    }

    private void Add(string name, List<HostAlgorithm> algorithms)
    {
        if (algorithms.Count == 0)
        {
            _skipped.Add($"{name} is of a sort that PubkeyAcceptedAlgorithms leaves out");
            return;
        }

        _tried.Add(name);
        _keys.Add(algorithms);
    }

    // A key of RSA signs in several ways, any other in one.
    private IEnumerable<string> Algorithms(byte[] key) => HostKey.TypeOf(key) switch
    {
        null => [],
        "ssh-rsa" => _accepted.Where(a => a is "rsa-sha2-512" or "rsa-sha2-256" or "ssh-rsa"),
        "ssh-rsa-cert-v01@openssh.com" => _accepted.Where(a => a is "rsa-sha2-512-cert-v01@openssh.com" or "rsa-sha2-256-cert-v01@openssh.com" or "ssh-rsa-cert-v01@openssh.com"),
        var type => _accepted.Where(a => a == type),
    };
}
