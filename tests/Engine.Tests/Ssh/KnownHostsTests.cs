using CsCheck;

namespace CrCache.Ssh;

public sealed class KnownHostsTests : IDisposable
{
    private const int Port = 22;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("host {key}", "host", 22)]
    [InlineData("host {key} a comment", "HOST", 22)]
    [InlineData("  other,host,192.0.2.1   {key}", "host", 22)]
    [InlineData("*.example {key}", "a.example", 22)]
    [InlineData("lab?? {key}", "lab01", 22)]
    [InlineData("[host]:2222 {key}", "host", 2222)]
    [InlineData("[::1]:2222 {key}", "::1", 2222)]
    [InlineData("# a comment\n\n\nbroken\nhost {key}\r", "host", 22)]
    [InlineData("host {other}\nhost {key}", "host", 22)]
    [InlineData("@revoked host {other}\nhost {key}", "host", 22)]
    [InlineData("@cert-authority * {other}\nhost {key}", "host", 22)]
    [InlineData("host {key}", "host", 2222)]
    public async Task A_host_is_known_by_its_line(string text, string host, int port) =>
        Assert.Equal(HostKeyStanding.Known, (await CheckAsync(text, host, port)).Standing);

    [Theory]
    [InlineData("")]
    [InlineData("other {key}")]
    [InlineData("*,!host {key}")]
    [InlineData("[host]:2222 {key}")]
    [InlineData("host")]
    [InlineData("host ssh-ed25519")]
    [InlineData("host ssh-ed25519 not-base64!")]
    [InlineData("host ssh-rsa {base64}")]
    [InlineData("host ssh-ed25519 AAAA")]
    [InlineData("#host {key}")]
    [InlineData("@nonsense host {key}")]
    [InlineData("@cert-authority other {key}")]
    [InlineData("|1|x|y {key}")]
    [InlineData("|1||| {key}")]
    [InlineData("|2|AAAA|AAAA {key}")]
    public async Task A_line_about_another_or_a_broken_one_says_nothing(string text) =>
        Assert.Equal(HostKeyStanding.Unknown, (await CheckAsync(text, "host", Port)).Standing);

    [Fact]
    public async Task A_changed_key_is_told_with_the_line_and_the_fingerprint_of_the_known_one()
    {
        var (_, other, fingerprint) = await KeysAsync();
        var verdict = await CheckAsync("# first\nhost {other}\n", "host", Port);

        Assert.Equal((HostKeyStanding.Changed, new SourceLocation(_directory.Combine("known_hosts"), 2), fingerprint), (verdict.Standing, verdict.Where, verdict.Fingerprint));
        Assert.NotEmpty(other);
    }

    [Theory]
    [InlineData("host {key}\n@revoked * {key}\n", nameof(HostKeyStanding.Revoked))]
    [InlineData("@revoked host {key}\n", nameof(HostKeyStanding.Revoked))]
    [InlineData("@revoked other {key}\n", nameof(HostKeyStanding.Unknown))]
    [InlineData("@cert-authority *.example,host {other}\n", nameof(HostKeyStanding.CertificateOnly))]
    [InlineData("@cert-authority host {key}\n", nameof(HostKeyStanding.CertificateOnly))]
    public async Task Markers_count(string text, string standing) => Assert.Equal(standing, (await CheckAsync(text, "host", Port)).Standing.ToString());

    [Theory]
    [InlineData("host", 22)]
    [InlineData("host", 2222)]
    [InlineData("192.0.2.1", 22)]
    public async Task A_name_that_ssh_has_hashed_is_known(string host, int port)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var (key, _, _) = await KeysAsync();
        var file = _directory.Write("known_hosts", $"{KnownHosts.NameOf(host, port)} {key}\n");
        (await ProcessRun.RunAsync(["ssh-keygen", "-H", "-f", file])).Success();
        Assert.StartsWith("|1|", await File.ReadAllTextAsync(file), StringComparison.Ordinal);

        Assert.Equal(HostKeyStanding.Known, new KnownHosts([file]).Check(host, port, Type(key), Bytes(key)).Standing);
        Assert.Equal(HostKeyStanding.Unknown, new KnownHosts([file]).Check("another", port, Type(key), Bytes(key)).Standing);
    }

    [Theory]
    [InlineData("Host.Example", 22, false)]
    [InlineData("host", 2222, false)]
    [InlineData("host", 2222, true)]
    [InlineData("host", 22, true)]
    public async Task What_was_added_is_found_by_ssh(string host, int port, bool hashes)
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var (key, _, _) = await KeysAsync();
        var file = _directory.Combine("new", "known_hosts");
        KnownHosts hosts = new([file], file, hashes);

        Assert.Equal(HostKeyStanding.Known, hosts.Add(host, port, Type(key), Bytes(key)).Standing);
        Assert.Equal(HostKeyStanding.Known, hosts.Add(host, port, Type(key), Bytes(key)).Standing);

        Assert.Single(await File.ReadAllLinesAsync(file));
        Assert.Equal(hashes, !(await File.ReadAllTextAsync(file)).Contains(host, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Combine("new")));
        var found = await ProcessRun.RunAsync(["ssh-keygen", "-F", KnownHosts.NameOf(host, port), "-f", file]);
        Assert.Contains(key.Split(' ')[1], found.Success().Output, StringComparison.Ordinal);
        Assert.Equal(HostKeyStanding.Known, hosts.Check(host, port, Type(key), Bytes(key)).Standing);
    }

    [Fact]
    public async Task What_another_has_added_meanwhile_counts()
    {
        var (key, other, _) = await KeysAsync();
        var file = _directory.Write("known_hosts", $"host {other}");
        KnownHosts hosts = new([file], file);

        Assert.Equal(HostKeyStanding.Changed, hosts.Add("host", Port, Type(key), Bytes(key)).Standing);
        Assert.Equal(HostKeyStanding.Known, hosts.Add("new", Port, Type(key), Bytes(key)).Standing);

        Assert.Equal([$"host {other}", $"new {key}"], await File.ReadAllLinesAsync(file));
    }

    [Fact]
    public async Task Many_at_once_add_a_host_once()
    {
        var (key, _, _) = await KeysAsync();
        var file = _directory.Combine("known_hosts");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => new KnownHosts([file], file).Add($"host{i % 4}", Port, Type(key), Bytes(key)))));

        Assert.Equal(4, (await File.ReadAllLinesAsync(file)).Distinct().Count());
        Assert.Equal(4, (await File.ReadAllLinesAsync(file)).Length);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_a_new_host_is_refused()
    {
        var (key, _, _) = await KeysAsync();
        _directory.Write("file", "");

        Assert.Contains(
            "cannot be added",
            Assert.Throws<ResourceException>(() => new KnownHosts([], _directory.Combine("file", "known_hosts")).Add("host", Port, Type(key), Bytes(key))).Message,
            StringComparison.Ordinal);
        Assert.Equal(HostKeyStanding.Known, new KnownHosts([]).Add("host", Port, Type(key), Bytes(key)).Standing);
    }

    [Fact]
    public async Task A_fingerprint_is_the_one_that_ssh_shows()
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var (_, other, fingerprint) = await KeysAsync();

        Assert.Equal(fingerprint, HostKey.Fingerprint(Bytes(other)));
    }

    [Fact]
    public async Task A_host_is_asked_for_the_keys_that_are_known()
    {
        var (key, other, _) = await KeysAsync();
        var rsa = await KeyAsync("rsa", "-t", "rsa", "-b", "2048");
        var file = _directory.Write("known_hosts", $"host {rsa}\n@revoked host {key}\n[host]:2222 {other}\n");
        KnownHosts hosts = new([file]);

        Assert.Equal(["ssh-rsa"], hosts.KeyTypesFor("host", Port));
        Assert.Equal([Type(other)], hosts.KeyTypesFor("host", 2222));
        Assert.Equal(["ssh-rsa"], hosts.KeyTypesFor("host", 2223));
        string[] algorithms = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"];
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519", "ecdsa-sha2-nistp256"], HostKey.Prefer(algorithms, ["ssh-rsa"]));
        Assert.Equal(algorithms, HostKey.Prefer(algorithms, ["ssh-rsa", "ssh-ed25519"]));
        Assert.Equal(algorithms, HostKey.Prefer(algorithms, []));
    }

    [Fact]
    public async Task Any_file_is_read_to_its_end()
    {
        var (key, _, _) = await KeysAsync();
        var file = _directory.Combine("known_hosts");
        Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.Select(Gen.OneOf("host ", "|1|", "@revoked ", "@cert-authority * ", "[host]:22 ", "!host,"), Gen.String[0, 60], (a, b) => System.Text.Encoding.UTF8.GetBytes(a + b)),
            Gen.Int[0, 200_000].Select(n => Enumerable.Repeat((byte)'h', n).ToArray()))
            .Array[0, 4]
            .Sample(
                parts =>
                {
                    using (var stream = File.Create(file))
                    {
                        foreach (var part in parts)
                        {
                            stream.Write(part);
                            stream.WriteByte((byte)'\n');
                        }

                        stream.Write(System.Text.Encoding.UTF8.GetBytes($"last {key}"));
                    }

                    Assert.Equal(HostKeyStanding.Known, new KnownHosts([file]).Check("last", Port, Type(key), Bytes(key)).Standing);
                },
                iter: 300,
                threads: 1);
    }

    [Fact]
    public async Task A_place_is_the_line_also_behind_lines_that_are_too_long()
    {
        var (_, other, _) = await KeysAsync();
        var file = _directory.Write("known_hosts", $"{new string('x', 200_000)}\n{new string('y', 65_535)}\n{string.Concat(Enumerable.Repeat("a b c\n", 30_000))}host {other}\n");
        var (key, _, _) = await KeysAsync();

        var verdict = new KnownHosts([file]).Check("host", Port, Type(key), Bytes(key));

        Assert.Equal((HostKeyStanding.Changed, 30_003), (verdict.Standing, verdict.Where!.Value.Line));
    }

    [Fact]
    public void What_is_there_and_cannot_be_read_is_an_error() =>
        Assert.Throws<ConfigurationException>(() => new KnownHosts([_directory.Path]).Check("host", Port, "ssh-ed25519", [0]));

    private async Task<HostKeyVerdict> CheckAsync(string text, string host, int port)
    {
        var (key, other, _) = await KeysAsync();
        var file = _directory.Write("known_hosts", text
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{base64}", key.Split(' ')[1], StringComparison.Ordinal)
            .Replace("{other}", other, StringComparison.Ordinal));
        return new KnownHosts([file]).Check(host, port, Type(key), Bytes(key));
    }

    /// <summary>Two keys, and the fingerprint of the second as ssh has it.</summary>
    private async Task<(string Key, string Other, string Fingerprint)> KeysAsync()
    {
        Assert.SkipWhen(Requirement.Ssh.IsMissing(out var reason), reason);
        var key = await KeyAsync("one", "-t", "ed25519");
        var other = await KeyAsync("two", "-t", "ecdsa");
        var shown = await ProcessRun.RunAsync(["ssh-keygen", "-l", "-f", _directory.Combine("two.pub")]);
        return (key, other, shown.Success().Output.Split(' ')[1]);
    }

    private async Task<string> KeyAsync(string name, params string[] options)
    {
        var file = _directory.Combine(name);
        if (!File.Exists(file))
            (await ProcessRun.RunAsync(["ssh-keygen", "-q", "-N", "", "-f", file, .. options])).Success();
        return string.Join(' ', (await File.ReadAllTextAsync(file + ".pub")).Split(' ').Take(2));
    }

    private static string Type(string key) => key.Split(' ')[0];

    private static byte[] Bytes(string key) => Convert.FromBase64String(key.Split(' ')[1]);
}
