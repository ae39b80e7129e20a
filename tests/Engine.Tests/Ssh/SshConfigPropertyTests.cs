using CsCheck;

namespace CrCache.Ssh;

public sealed class SshConfigPropertyTests : IDisposable
{
    private static readonly string[] Hosts = ["a", "lab1", "lab2.example", "192.0.2.7"];

    private static readonly Gen<string> Pattern = Gen.OneOf("*", "a", "lab?", "lab*", "!lab2*", "*.example", "!a", "192.0.2.*", "other", "\"lab1\"");

    private static readonly Gen<string> List = Gen.OneOf("a", "lab1,lab2.example", "*,!a", "LAB?", "!lab1,lab*", "192.0.2.7");

    private static readonly Gen<string> Section = Gen.OneOf(
        Pattern.Array[1, 3].Select(p => $"Host {string.Join(' ', p)}"),
        Gen.Select(Gen.OneOf("", "!"), Gen.OneOf("host", "originalhost"), List, (n, w, l) => $"Match {n}{w} {l}"),
        Gen.Select(Gen.OneOf("", "!"), Gen.OneOf("who", "root,who", "no*"), (n, l) => $"Match {n}user {l} host *"),
        Gen.OneOf("Match all", "Match final all", "Match final host lab*", "match CANONICAL"));

    private static readonly Gen<string> Option = Gen.OneOf(
        Gen.OneOf("HostName %h.example", "HostName LAB1", "hostname=192.0.2.9", "HostName \"x\""),
        Gen.Int[1, 65535].Select(p => $"Port {p}"),
        Gen.OneOf("User who", "User = nobody", "User \"with blank\""),
        Gen.OneOf("IdentityFile ~/.ssh/x", "IdentityFile /y", "IdentityFile none", "IdentityFile \"/with blank\""),
        Gen.OneOf("ProxyJump j", "ProxyJump u@j:22,k", "ProxyJump none", "ProxyJump ssh://k@j:2200", "ProxyJump [::1]:4", "ProxyCommand none"),
        Gen.OneOf("UserKnownHostsFile /k /l", "UserKnownHostsFile none", "GlobalKnownHostsFile /g"),
        Gen.OneOf("StrictHostKeyChecking yes", "StrictHostKeyChecking no", "StrictHostKeyChecking ask", "StrictHostKeyChecking accept-new"),
        Gen.OneOf("ConnectTimeout 7", "ConnectTimeout 1m", "ServerAliveInterval 10", "ServerAliveCountMax 2", "ConnectionAttempts 4"),
        Gen.OneOf("IdentitiesOnly yes", "IdentitiesOnly no", "HostKeyAlias alias", "Compression yes", "AddressFamily inet", "HashKnownHosts yes"),
        Gen.OneOf("SetEnv A=1", "SetEnv B=2 C=3", "# a comment", "", "LogLevel ERROR", "SendEnv LANG"));

    private static readonly Gen<string> Text = Gen.Select(
        Option.Array[0, 3],
        Gen.Select(Section, Option.Array[0, 4]).Array[0, 6],
        (before, sections) => string.Join('\n', before.Concat(sections.SelectMany(s => s.Item2.Prepend(s.Item1)))) + "\n");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Any_configuration_means_what_it_means_to_ssh()
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        await Gen.Select(Text, Gen.OneOf(Hosts), Gen.OneOf<string?>(null, "who")).SampleAsync(
            async (text, host, login) =>
            {
                var file = _directory.Write(Guid.NewGuid().ToString("N"), text);
                var expected = await OpenSsh.AskAsync(file, host, login is null ? [] : ["-l", login]);
                Assert.Equal(expected, OpenSsh.Say(new SshConfig(file, LocalUser.Current(), _ => null).Resolve(host, login: login)));
            },
            iter: 300,
            threads: 2);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_its_place()
    {
        var file = _directory.Combine("config");
        Gen.OneOf(
            Gen.String[Gen.OneOf(Gen.Char, Gen.OneOf(' ', '\n', '"', '\'', '\\', '=', '#', '%', '$', '{', '*')), 0, 80],
            Gen.Select(Gen.OneOf("Host ", "Match ", "ProxyJump ", "Include ", "IdentityFile ", "SetEnv ", "HostName ", "UserKnownHostsFile "), Gen.String[0, 30], (k, t) => k + t))
            .Sample(
                text =>
                {
                    File.WriteAllText(file, text);
                    try
                    {
                        new SshConfig(file, LocalUser.Current(), _ => null).Resolve("a");
                    }
                    catch (ConfigurationException e)
                    {
                        Assert.NotNull(e.Location);
                    }
                },
                iter: 3000,
                threads: 1);
    }
}
