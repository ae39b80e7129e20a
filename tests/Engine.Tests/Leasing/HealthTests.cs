namespace CrCache.Leasing;

/// <summary>What does not work is not handed out; what fails again and again is left alone for a time.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task What_was_not_used_for_a_minute_is_tested_and_another_made_where_it_fails()
    {
        var directory = await Kept("maximum=2\nreserve=2");
        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Directory.Delete(directory);
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));

        // Both kept ones were found out and discarded, and a third was not made.
        Assert.Equal(ErrorCodes.ProvisionFailed, error.Code);
        Assert.Equal(3, Kinds("lab").Count(k => k == "failed"));
        Assert.Empty(_fixture.Engine.Inventory.Names());

        Directory.CreateDirectory(directory);
        _fixture.Time.Advance(TimeSpan.FromHours(1));
        await _fixture.Acquire("lab");
        Assert.Equal(1, Assert.Single(_fixture.Engine.Inventory.Resources("lab")).Uses);
    }

    [Fact]
    public async Task What_was_used_just_now_is_not_tested()
    {
        var directory = await Kept("maximum=1\nreserve=1");
        _fixture.Time.Advance(TimeSpan.FromSeconds(59));
        Directory.Delete(directory);
        await _fixture.Acquire("lab");
        Assert.DoesNotContain("failed", Kinds("lab"));
    }

    [Fact]
    public async Task What_is_below_a_failed_one_is_tested_before_it_is_used_again()
    {
        var directory = Directory.CreateDirectory(_fixture.Home.Combine("cwd")).FullName;
        _fixture.Home.AddSource("lab", $"type=local\nmaximum=1\nreserve=1\ncwd={directory}");
        _fixture.Home.AddSource("pool", "type=pool\nsources=lab\nreserve=1");
        await _fixture.Acquire("pool");
        await _fixture.Release("pool-0");
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Directory.Delete(directory);

        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("pool"));
        Assert.Contains("failed", Kinds("pool"));
        Assert.Contains("failed", Kinds("lab"));
    }

    [Fact]
    public async Task A_commands_own_failure_is_no_strike()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1\nreserve=1");
        for (var i = 0; i < 5; i++)
        {
            await _fixture.Acquire("lab");
            Assert.Equal(7, await Run("lab-0", "sh", "-c", "exit 7"));
            await _fixture.Release("lab-0");
        }

        Assert.Equal("idle", Assert.Single(_fixture.Engine.Inventory.Resources("lab")).State);
        Assert.DoesNotContain("failed", Kinds("lab"));
    }

    [Fact]
    public async Task After_three_strikes_within_an_hour_it_is_quarantined_and_tested_again_later_and_later()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1");
        var hook = _fixture.Home.AddHook("lab", "provision.d", "10-fail", "exit 1");
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));

        var holder = Assert.Single((await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"))).Holders);
        Assert.Contains("quarantined", holder.Owner, StringComparison.Ordinal);
        Assert.Contains("crcache heal lab-0", holder.Owner, StringComparison.Ordinal);
        Assert.Equal("quarantined", Assert.Single(_fixture.Engine.Inventory.Resources("lab")).State);

        // The test fails: twice as long.
        _fixture.Time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));
        _fixture.Time.Advance(TimeSpan.FromMinutes(9));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"));
        File.Delete(hook);
        _fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["lab-0"], await _fixture.Acquire("lab"));
    }

    [Fact]
    public async Task Strikes_are_forgotten_after_an_hour()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1");
        _fixture.Home.AddHook("lab", "provision.d", "10-fail", "exit 1");
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));
            _fixture.Time.Advance(TimeSpan.FromMinutes(31));
        }
    }

    [Fact]
    public async Task Healed_it_is_tried_again_at_once()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1");
        var hook = _fixture.Home.AddHook("lab", "provision.d", "10-fail", "exit 1");
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("lab"));
        File.Delete(hook);

        Assert.Equal(["lab-0"], await _fixture.Engine.Leases.HealAsync([], Token));
        Assert.Equal(["lab-0"], await _fixture.Acquire("lab"));
        var refused = await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.HealAsync(["lab-0"], Token));
        Assert.Equal("nothing is wrong with lab-0: it is leased", refused.Message);
        Assert.Equal(ErrorCodes.NotLeased, (await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.HealAsync(["lab-7"], Token))).Code);
    }

    [Fact]
    public async Task A_discard_that_fails_again_and_again_is_quarantined_and_finished_by_healing()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1");
        var hook = _fixture.Home.AddHook("lab", "discard.d", "10-fail", "exit 1");
        await _fixture.Acquire("lab");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("lab-0"));
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<ResourceException>(() => _fixture.Engine.Leases.CollectAsync(apply: true, Token));
        Assert.Equal("quarantined", Assert.Single(_fixture.Engine.Inventory.Resources("lab")).State);

        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Engine.Leases.HealAsync(["lab-0"], Token));
        File.Delete(hook);
        await _fixture.Engine.Leases.HealAsync(["lab-0"], Token);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    // As many as are kept, made and free.
    private async Task<string> Kept(string limits)
    {
        var directory = Directory.CreateDirectory(_fixture.Home.Combine("cwd")).FullName;
        _fixture.Home.AddSource("lab", $"type=local\ncwd={directory}\n{limits}");
        await _fixture.Engine.Leases.RefillAsync(["lab"], Token);
        return directory;
    }

    private IEnumerable<string> Kinds(string source) =>
        _fixture.Engine.Inventory.Events(0, 1000).Where(e => ResourceName.SourceOf(e.Resource) == source).Select(e => e.Kind);

    private async Task<int> Run(string resource, params string[] command)
    {
        await using var running = await _fixture.Engine.Commands.StartAsync(
            new(resource), new Routes.ResourceCommand { Arguments = command.Length > 0 ? command : ["true"] }, Token);
        running.StandardInput.Close();
        return (await running.WaitAsync(Token)).ExitCode;
    }
}
