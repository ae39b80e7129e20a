namespace CrCache.Ssh;

public sealed class HostTrustTests : IDisposable
{
    private const string Type = "ssh-ed25519";
    private static readonly byte[] Key = Convert.FromBase64String("AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    private static readonly byte[] Other = Convert.FromBase64String("AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_known_host_is_trusted() => Assert.Null(Refusal($"[host]:2222 {Line(Key)}\n"));

    [Fact]
    public void An_unknown_one_is_refused_with_what_to_do()
    {
        var refusal = Refusal("");

        Assert.Contains($"host_key={HostKey.Fingerprint(Key)}", refusal, StringComparison.Ordinal);
        Assert.Contains("accept-new", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("accept-new")]
    public void A_changed_key_is_refused_with_both_fingerprints_and_the_line(string policy)
    {
        var refusal = Refusal($"\n[host]:2222 {Line(Other)}\n", s => s with { HostKeys = policy == "strict" ? HostKeyPolicy.Strict : HostKeyPolicy.AcceptNew });

        Assert.All(
            [HostKey.Fingerprint(Key), HostKey.Fingerprint(Other), $"{_directory.Combine("known_hosts")}:2", $"ssh-keygen -R '[host]:2222' -f {_directory.Combine("known_hosts")}"],
            s => Assert.Contains(s, refusal, StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_host_is_written_down_where_that_is_wanted()
    {
        Assert.Null(Refusal("", s => s with { HostKeys = HostKeyPolicy.AcceptNew }));

        Assert.Null(Refusal(null));
        Assert.NotNull(HostTrust.Refusal(Settings(), Other));
    }

    [Fact]
    public void Where_nothing_is_checked_a_changed_key_is_taken_and_a_revoked_one_is_not()
    {
        Assert.Null(Refusal($"[host]:2222 {Line(Other)}\n", s => s with { HostKeys = HostKeyPolicy.Any }));
        Assert.Contains("revoked", Refusal($"@revoked * {Line(Key)}\n", s => s with { HostKeys = HostKeyPolicy.Any }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_authority_alone_is_refused_with_what_to_do() =>
        Assert.Contains("transport=openssh", Refusal($"@cert-authority * {Line(Other)}\n"), StringComparison.Ordinal);

    [Fact]
    public void What_is_no_key_is_refused() => Assert.NotNull(HostTrust.Refusal(Settings() with { HostKeys = HostKeyPolicy.Any }, [1, 2, 3]));

    [Fact]
    public void An_alias_is_looked_for_without_a_port() => Assert.Null(Refusal($"alias {Line(Key)}\n", s => s with { HostKeyAlias = "alias" }));

    [Fact]
    public void Pinned_keys_go_before_what_is_known()
    {
        var known = $"[host]:2222 {Line(Key)}\n";

        Assert.Null(Refusal("", s => s with { PinnedKeys = [HostKey.Fingerprint(Key)] }));
        Assert.Null(Refusal("", s => s with { PinnedKeys = [HostKey.Fingerprint(Other), Convert.ToBase64String(Key)] }));
        var refusal = Refusal(known, s => s with { PinnedKeys = [HostKey.Fingerprint(Other)] });
        Assert.Contains(HostKey.Fingerprint(Key), refusal, StringComparison.Ordinal);
        Assert.Contains(HostKey.Fingerprint(Other), refusal, StringComparison.Ordinal);
        Assert.Equal([Type], HostTrust.KeyTypes(Settings() with { PinnedKeys = [Convert.ToBase64String(Key)] }));
    }

    private string? Refusal(string? known, Func<SshHostSettings, SshHostSettings>? with = null)
    {
        if (known is not null)
            _directory.Write("known_hosts", known);
        return HostTrust.Refusal((with ?? (s => s))(Settings()), Key);
    }

    private SshHostSettings Settings() => new() { Host = "host", HostName = "host", Port = 2222, User = "me", UserKnownHosts = [_directory.Combine("known_hosts")] };

    private static string Line(byte[] key) => $"{Type} {Convert.ToBase64String(key)}";
}
