namespace CrCache.Cli.Tests;

/// <summary>Files of a box that this process reads and writes itself.</summary>
public sealed class BoxCopyCrashTests : CopyCrashContract
{
    public BoxCopyCrashTests() => Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);

    internal override int Size => 40_000_000;

    internal override string Configure(TestHome home) => "type=box\nshare=tmp";
}

/// <summary>Files of another user of a box, which go through commands in there.</summary>
public sealed class BoxUserCopyCrashTests : CopyCrashContract
{
    public BoxUserCopyCrashTests()
    {
        Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);
        Assert.SkipWhen(Requirement.Root.IsMissing(out reason), reason);
        Assert.SkipWhen(Requirement.Sudo.IsMissing(out reason), reason);
    }

    internal override int Size => 40_000_000;

    internal override string Configure(TestHome home) => "type=box\nshare=tmp\nuser=nobody";
}

/// <summary>Files of a host, over a way that takes its time.</summary>
public sealed class SshCopyCrashTests : CopyCrashContract
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private SshServer? _server;
    private Relay? _relay;

    public SshCopyCrashTests() => Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);

    internal override int Size => 2_500_000;

    [Theory]
    [InlineData(Way.In, false)]
    [InlineData(Way.In, true)]
    [InlineData(Way.Out, false)]
    [InlineData(Way.Out, true)]
    [InlineData(Way.Across, true)]
    public async Task A_copy_whose_far_side_is_killed_says_so_and_the_next_one_repairs(Way way, bool tree) => await LosesAsync(way, tree, async () =>
    {
        foreach (var worker in Lab.Workers())
            await ProcessRun.RunAsync(["kill", "-9", $"{worker}"]);
    });

    [Theory]
    [InlineData(Way.In, false)]
    [InlineData(Way.In, true)]
    [InlineData(Way.Out, false)]
    [InlineData(Way.Out, true)]
    [InlineData(Way.Across, true)]
    public async Task A_copy_whose_host_crashes_says_so_and_the_next_one_repairs(Way way, bool tree) => await LosesAsync(way, tree, () => _server!.RestartAsync());

    public override async ValueTask InitializeAsync() => _relay = new(_server = await SshServer.StartAsync()) { BytesPerSecond = 10_000_000 };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _relay?.Dispose();
        _server?.Dispose();
    }

    internal override string Configure(TestHome home)
    {
        home.Environment["CRCACHE_SSH_CONFIG"] = _server!.Configuration;
        return $"type=ssh\nssh_host={SshServer.Host}:{_relay!.Port}";
    }

    private async Task LosesAsync(Way way, bool tree, Func<Task> lose)
    {
        await BeginAsync(way, tree);
        Random random = new(1);
        for (var round = 0; round < 2; round++)
        {
            Lab.Write();
            using (var copy = Start(way))
            {
                await Eventually.True(() => Lab.Workers().Count > 0 || copy.HasExited);
                await Task.Delay(random.Next(300), TestContext.Current.CancellationToken);
                await lose();
                var lost = await copy.WaitAsync(Limit);
                Assert.True(lost.ExitCode == 125, $"round {round}: {lost}");
                Assert.Matches("^crcache: error CRC0(401|501): [^\n]+\n$", lost.Error);
            }

            Lab.AssertWhole($"round {round}");
            await CopyAsync(way);
            await Lab.AssertCopiedAsync($"round {round}");
        }
    }
}
