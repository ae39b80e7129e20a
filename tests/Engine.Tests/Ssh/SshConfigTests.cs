namespace CrCache.Ssh;

public sealed class SshConfigTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("Host a\n HostName b.example\n Port 2222\n User who\nHost *\n Port 1\n User other\n")]
    [InlineData("Host b\n Port 1\nHost a b\n Port 2\nHost *\n Port 3")]
    [InlineData("Host * !a\n Port 1\nHost a* !b\n Port 2\n")]
    [InlineData("Host !a *\n Port 1\nHost ?\n Port 2\n")]
    [InlineData("Port=2\nUser = \"with blank\"\nHostName\t=\tx%h.y\n")]
    [InlineData("  port 77 # a comment\n#User x\n\n\t# another\nUSER \"x y\"\r\n")]
    [InlineData("HostName %h-%%\nUser a\\\"b\n")]
    [InlineData("HostName UPPER.Example\nMatch host upper.example\n Port 5\nMatch host UPPER.EXAMPLE\n User x\n")]
    [InlineData("Match all\n Port 5\nMatch user root,who\n User none\n")]
    [InlineData("User x\nMatch user x originalhost a\n Port 5\nMatch !originalhost a\n User y\n Port 6\n")]
    [InlineData("Match originalhost=a !user=nobody\n Port 5\n")]
    [InlineData("Match host b,c,!a\n Port 5\nMatch host *,!b\n Port 6\nMatch host !b\n Port 7\n")]
    [InlineData("Match localuser nobody\n Port 5\nMatch canonical\n Port 6\nMatch !canonical\n Port 7\n")]
    [InlineData("Host a\n HostName b\nMatch final all\n User finally\nHost b\n Port 9\nHost a\n IdentityFile /only/a\n")]
    [InlineData("Match final host b\n Port 9\nHost a\n HostName b\nMatch !final\n User first\n")]
    [InlineData("Match host b exec \"touch /nowhere/at/all\"\n Port 5\n")]
    [InlineData("IdentityFile ~/.ssh/one\nIdentityFile /two\nIdentityFile ~/.ssh/one\nIdentityFile none\n")]
    [InlineData("IdentityFile none\n")]
    [InlineData("IdentitiesOnly yes\nCertificateFile /c\nCertificateFile /d\n")]
    [InlineData("UserKnownHostsFile /a ~/b\nUserKnownHostsFile /c\nGlobalKnownHostsFile none\n")]
    [InlineData("UserKnownHostsFile none\nStrictHostKeyChecking accept-new\nHashKnownHosts yes\n")]
    [InlineData("StrictHostKeyChecking off\nHostKeyAlias alias\nCompression yes\nAddressFamily inet6\n")]
    [InlineData("ConnectTimeout 1m30\nConnectionAttempts 3\nServerAliveInterval 2m\nServerAliveCountMax 9\n")]
    [InlineData("ConnectTimeout none\nServerAliveInterval 1h2m3s\n")]
    [InlineData("SetEnv A=b \"C=d e\" A=z\nSetEnv X=y\n")]
    [InlineData("ProxyJump j\n")]
    [InlineData("ProxyJump u@j1:22,ssh://k@j2:2200\n")]
    [InlineData("ProxyJump none\nProxyJump j\nProxyCommand x\n")]
    [InlineData("ProxyCommand none\nProxyJump j\n")]
    [InlineData("ProxyJump [::1]:33\nProxyCommand nc %h %p\n")]
    [InlineData("IgnoreUnknown Use*,Nonsense\nUseKeychain yes\nNonsense a b c \"d\"\nPort 4\n")]
    [InlineData("Include part\nPort 4\n")]
    [InlineData("Host b\n Include {part}\nHost a\n User x\n")]
    [InlineData("Host a\n Include {part} {none}\nPort 4\n")]
    [InlineData("Include {glob}\nUser last\n")]
    [InlineData("\"Port\" 7\n\"User\"x\n")]
    public async Task A_configuration_means_what_it_means_to_ssh(string text)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        _directory.Write("d/one.conf", "Host nobody\n Port 44\n");
        _directory.Write("d/two.conf", "Host a\n Port 45\n");
        var file = _directory.Write("config", text
            .Replace("{part}", _directory.Write("part", "IdentityFile /in/part\nHost a\n Port 5\nHost b\n User never\n"), StringComparison.Ordinal)
            .Replace("{none}", _directory.Combine("none"), StringComparison.Ordinal)
            .Replace("{glob}", _directory.Combine("d", "*.conf"), StringComparison.Ordinal));

        Assert.Equal(await OpenSsh.AskAsync(file, "a"), OpenSsh.Say(Config(file).Resolve("a")));
    }

    [Theory]
    [InlineData("Port\n", 1)]
    [InlineData("\nPort x\n", 2)]
    [InlineData("Port 1 2\n", 1)]
    [InlineData("Nonsense yes\n", 1)]
    [InlineData("User \"open\n", 1)]
    [InlineData("Host a\nHost b\n Compression perhaps\n", 3)]
    [InlineData("ConnectTimeout soon\n", 1)]
    [InlineData("ProxyJump a b\n", 1)]
    [InlineData("ProxyJump a,,b\n", 1)]
    [InlineData("Match\n", 1)]
    [InlineData("Match weather fine\n", 1)]
    [InlineData("Match host\n", 1)]
    [InlineData("Match host a user b all\n", 1)]
    [InlineData("SetEnv x\n", 1)]
    [InlineData("HostName %z\n", 1)]
    public async Task What_ssh_refuses_is_refused_with_file_and_line(string text, int line)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var file = _directory.Write("config", text);

        Assert.Null(await OpenSsh.AskAsync(file, "a"));
        var error = Assert.Throws<ConfigurationException>(() => Config(file).Resolve("a"));
        Assert.Equal((ErrorCodes.ConfigurationSyntax, new SourceLocation(file, line)), (error.Code, error.Location));
    }

    [Theory]
    [InlineData("Host b\n ProxyCommand x\nHost a\n ProxyCommand nc %h %p\n", 4, "ProxyCommand")]
    [InlineData("KnownHostsCommand /bin/x %H\n", 1, "KnownHostsCommand")]
    [InlineData("PKCS11Provider /usr/lib/x.so\n", 1, "PKCS11Provider")]
    [InlineData("VerifyHostKeyDNS yes\n", 1, "VerifyHostKeyDNS")]
    [InlineData("CanonicalizeHostname always\n", 1, "CanonicalizeHostname")]
    [InlineData("Tunnel ethernet\n", 1, "Tunnel")]
    [InlineData("BindAddress 127.0.0.1\n", 1, "BindAddress")]
    [InlineData("PreferredAuthentications password\n", 1, "PreferredAuthentications")]
    [InlineData("PermitLocalCommand yes\nLocalCommand touch x\n", 2, "LocalCommand")]
    [InlineData("Match host a exec true\n", 1, "Match exec")]
    public void What_matters_and_is_not_supported_is_refused_by_name(string text, int line, string option)
    {
        var file = _directory.Write("config", text);

        var error = Assert.Throws<ConfigurationException>(() => Config(file).Resolve("a"));

        Assert.Equal((ErrorCodes.SshOptionNotSupported, new SourceLocation(file, line)), (error.Code, error.Location));
        Assert.StartsWith(option, error.Message, StringComparison.Ordinal);
        Assert.Contains("transport=openssh", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ProxyCommand none\nTunnel no\nForwardAgent yes\nVerifyHostKeyDNS ask\nCanonicalizeHostname no\nKnownHostsCommand none\n")]
    [InlineData("Host b\n ProxyCommand x\n Tunnel yes\n BindAddress ::1\n")]
    [InlineData("GSSAPIAuthentication yes\nSendEnv LANG LC_*\nLocalForward 1234 localhost:80\nLogLevel QUIET\nControlMaster auto\nRemoteCommand none\n")]
    [InlineData("LocalCommand touch x\nPreferredAuthentications hostbased,publickey\n")]
    public void What_does_not_matter_is_passed_over(string text) =>
        Assert.Equal(22, Config(_directory.Write("config", text)).Resolve("a").Port);

    [Fact]
    public void Tokens_and_variables_stand_for_what_they_do_in_ssh()
    {
        var file = _directory.Write("config", """
            HostName %h.example
            Port 2200
            User who
            HostKeyAlias k
            IdentityFile ~/%n-%h-%p-%r-%u-%i-%k-%%
            IdentityFile %d/${WHERE}/x
            UserKnownHostsFile ~/known/%k
            IdentityAgent ${WHERE}/agent
            """);
        LocalUser user = new("me", "/somewhere", 1234);

        var settings = new SshConfig(file, user, n => n == "WHERE" ? "/there" : null).Resolve("A");

        Assert.Equal(["/somewhere/A-a.example-2200-who-me-1234-k-%", "/somewhere/there/x"], settings.IdentityFiles.Select(f => f.Replace("//", "/", StringComparison.Ordinal)));
        Assert.Equal(["/somewhere/known/k"], settings.UserKnownHosts);
        Assert.Equal("/there/agent", settings.Agent);
    }

    [Theory]
    [InlineData("IdentityFile ${MISSING}/x\n")]
    [InlineData("IdentityFile /%q\n")]
    [InlineData("IdentityFile ~other/x\n")]
    public void What_stands_for_nothing_is_an_error(string text) =>
        Assert.Throws<ConfigurationException>(() => Config(_directory.Write("config", text)).Resolve("a"));

    [Theory]
    [InlineData("", "/run/agent")]
    [InlineData("IdentityAgent none\n", null)]
    [InlineData("IdentityAgent SSH_AUTH_SOCK\n", "/run/agent")]
    [InlineData("IdentityAgent $OTHER\n", "/run/other")]
    [InlineData("IdentityAgent /run/third\n", "/run/third")]
    public void The_agent_is_the_environments_unless_another_is_named(string text, string? agent)
    {
        SshConfig config = new(_directory.Write("config", text), LocalUser.Current(), n => n switch { "SSH_AUTH_SOCK" => "/run/agent", "OTHER" => "/run/other", _ => null });

        Assert.Equal(agent, config.Resolve("a").Agent);
    }

    [Fact]
    public void What_the_caller_gives_goes_before_the_configuration()
    {
        var settings = Config(_directory.Write("config", "Match user me\n Port 5\n HostKeyAlias seen\nUser x\n")).Resolve("a", 77, "me");

        Assert.Equal((77, "me", "seen"), (settings.Port, settings.User, settings.HostKeyAlias));
    }

    [Fact]
    public void The_way_leads_through_every_host_before_the_last()
    {
        var config = Config(_directory.Write("config", """
            Host inner
              ProxyJump who@middle:2200
            Host middle
              HostName 192.0.2.1
              ProxyJump outer
              Port 9
            Host two
              ProxyJump outer,middle
            """));

        Assert.Equal(["outer:22", "192.0.2.1:2200", "inner:22"], config.Way("inner").Select(h => $"{h.HostName}:{h.Port}"));
        Assert.Equal(["outer:22", "192.0.2.1:9", "two:22"], config.Way("two").Select(h => $"{h.HostName}:{h.Port}"));
        Assert.Equal("who", config.Way("inner")[1].User);
    }

    [Fact]
    public void A_way_that_leads_through_itself_is_refused()
    {
        var config = Config(_directory.Write("config", "Host a\n ProxyJump b\nHost b\n ProxyJump a\n"));

        Assert.Contains("through itself", Assert.Throws<ConfigurationException>(() => config.Way("a")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero", "larger than 4 MiB")]
    [InlineData("/", "is a directory")]
    public void What_is_no_file_of_lines_is_refused(string path, string why)
    {
        var error = Assert.Throws<ConfigurationException>(() => Config(path).Resolve("a"));
        Assert.Equal((ErrorCodes.ConfigurationSyntax, path), (error.Code, error.Location!.Value.File));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        var file = _directory.Combine("config");
        _directory.Write("config", $"Include {file}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Throws<ConfigurationException>(() => Config(file).Resolve("a"));
    }

    [Fact]
    public void What_others_can_write_to_is_not_read()
    {
        LocalUser user = new(Environment.UserName, _directory.Combine("home"), LocalUser.Current().Id);
        var file = _directory.Write("home/.ssh/config", "Port 5\nInclude more\n");
        File.SetUnixFileMode(_directory.Write("home/.ssh/more", "User x\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        SshConfig config = new(null, user, _ => null);

        Assert.Equal((5, "x"), (config.Resolve("a").Port, config.Resolve("a").User));

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        var error = Assert.Throws<ConfigurationException>(() => config.Resolve("a"));
        Assert.Equal((ErrorCodes.UntrustedConfiguration, file), (error.Code, error.Location!.Value.File));
    }

    [Fact]
    public void A_file_that_was_named_must_be_there()
    {
        Assert.Throws<ConfigurationException>(() => Config(_directory.Combine("missing")).Resolve("a"));
        Assert.Equal(22, Config("none").Resolve("a").Port);
    }

    private static SshConfig Config(string file) => new(file, LocalUser.Current(), _ => null);
}
