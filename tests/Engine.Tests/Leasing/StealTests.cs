namespace CrCache.Leasing;

/// <summary>What is taken over is a new hand-out: nothing that is done for the former one reaches it.</summary>
public sealed class StealTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public StealTests() => _fixture.Home.AddSource("db", "type=local\nmaximum=2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LeaseService Leases => _fixture.Engine.Leases;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_former_holder_is_told_and_touches_nothing()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        var old = (await Leases.AcquireAsync(new AcquireRequest("db") { Owner = LeaseOwner.OfProcess(process.Id), OwnerName = "ci" }, Token))[0];
        var mark = _fixture.Home.Combine("mark");

        var lease = Assert.Single(await Leases.StealAsync([new("db-0")], new LeaseTerms { Note = "urgent", OwnerName = "alice" }, Token));

        Assert.True(lease.Epoch > old.Epoch);
        await Assert.ThrowsAsync<LeaseLostException>(() => _fixture.Engine.Commands.RunAsync(old.Reference, new() { Arguments = ["touch", mark] }, Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => Leases.ReleaseAsync([old.Reference], force: false, Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => Leases.ReleaseAsync([old.Reference], force: true, Token));
        Assert.Throws<LeaseLostException>(() => Leases.Renew([old.Reference], null));
        Assert.Throws<LeaseLostException>(() => Leases.KeepAlive([old.Reference], TimeSpan.FromHours(1)));
        Assert.Throws<LeaseLostException>(() => Leases.Hold([old.Reference], new LeaseTerms()));
        await Assert.ThrowsAsync<LeaseLostException>(() => Leases.StealAsync([old.Reference], new LeaseTerms(), Token));
        Assert.Empty(await Leases.ReleaseOwnedAsync("ci", force: true, Token));
        process.Kill();
        await process.WaitAsync();
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));

        Assert.False(File.Exists(mark));
        var status = _fixture.Engine.Inventory.Resources("db")[0];
        Assert.Equal(("leased", "alice", "urgent", lease.Epoch), (status.State, status.Owner, status.Note, status.Epoch));
        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token)).ExitCode);
    }

    [Fact]
    public async Task What_runs_for_the_former_holder_is_ended()
    {
        await _fixture.Acquire("db");
        await using var running = await _fixture.Engine.Commands.StartAsync(new("db-0"), new() { Arguments = ["sleep", "1000"] }, Token);

        await Leases.StealAsync([new("db-0")], new LeaseTerms(), Token);

        await Assert.ThrowsAsync<LeaseLostException>(() => running.WaitAsync(Token));
        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(new("db-0"), new() { Arguments = ["true"] }, Token)).ExitCode);
    }

    [Fact]
    public async Task A_hold_is_taken_over_as_well()
    {
        await _fixture.Acquire("db");
        Leases.Hold([new("db-0")], new LeaseTerms { OwnerName = "bob" });

        await Leases.StealAsync([new("db-0")], new LeaseTerms(), Token);

        Assert.Equal("leased", _fixture.Engine.Inventory.Resources("db")[0].State);
        await _fixture.Release("db-0");
    }

    [Fact]
    public async Task For_a_process_it_ends_with_it()
    {
        await _fixture.Acquire("db");
        using var process = ProcessRun.Start(["sleep", "1000"]);
        await Leases.StealAsync([new("db-0")], new LeaseTerms { Owner = LeaseOwner.OfProcess(process.Id) }, Token);
        process.Kill();
        await process.WaitAsync();

        Assert.Single(await Leases.CollectAsync(apply: true, Token));
    }

    [Fact]
    public async Task It_is_all_or_nothing_and_needs_a_holder()
    {
        await _fixture.Acquire("db");
        var epoch = Leases.Get(new("db-0")).Epoch;

        Assert.Equal(ErrorCodes.NotLeased, (await Assert.ThrowsAsync<UsageException>(() => Leases.StealAsync([new("db-0"), new("db-1")], new LeaseTerms(), Token))).Code);
        await Assert.ThrowsAsync<UsageException>(() => Leases.StealAsync([new("db-0")], new LeaseTerms { TimeToLive = TimeSpan.Zero }, Token));

        Assert.Equal(epoch, Leases.Get(new("db-0")).Epoch);
    }

    [Fact]
    public async Task A_layer_is_neither_stolen_nor_renewed()
    {
        _fixture.Home.AddSource("pool", "type=pool\nsources=db");
        await _fixture.Acquire("pool");

        var errors = new[]
        {
            await Assert.ThrowsAsync<UsageException>(() => Leases.StealAsync([new("db-0")], new LeaseTerms(), Token)),
            Assert.Throws<UsageException>(() => Leases.Renew([new("db-0")], TimeSpan.FromHours(1))),
        };

        Assert.All(errors, e => Assert.Equal(ErrorCodes.HeldByAnother, e.Code));
        Assert.All(errors, e => Assert.Contains("pool-0", e.Message, StringComparison.Ordinal));
        await Leases.StealAsync([new("pool-0")], new LeaseTerms(), Token);
        await _fixture.Release("pool-0");
        Assert.Equal((0, 0), _fixture.Count("db"));
    }

    [Fact]
    public async Task What_changes_a_lease_on_request_is_an_event_and_a_heartbeat_is_none()
    {
        await _fixture.Acquire("db");
        Leases.KeepAlive([new("db-0")], TimeSpan.FromHours(1));
        Leases.Renew([new("db-0")], null);
        Leases.Hold([new("db-0")], new LeaseTerms { Note = "look" });
        await Leases.StealAsync([new("db-0")], new LeaseTerms(), Token);
        await _fixture.Release("db-0");

        Assert.Equal(
            ["provisioning", "provisioned", "acquired", "renewed", "held", "stolen", "released", "discarding", "discarded"],
            _fixture.Engine.Inventory.Events(0, 100).Select(e => e.Kind));
    }

    [Fact]
    public async Task Each_is_renewed_for_as_long_as_it_was_acquired_for()
    {
        await Leases.AcquireAsync(new AcquireRequest("db") { TimeToLive = TimeSpan.FromHours(1) }, Token);
        await Leases.AcquireAsync(new AcquireRequest("db") { TimeToLive = TimeSpan.FromHours(3) }, Token);
        _fixture.Time.Advance(TimeSpan.FromMinutes(50));

        var leases = Leases.Renew([new("db-1"), new("db-0"), new("db-0")], null);

        Assert.Equal(
            [("db-1", TimeSpan.FromHours(3)), ("db-0", TimeSpan.FromHours(1))],
            leases.Select(l => (l.Resource, l.Expires - _fixture.Time.GetUtcNow())));
        Assert.Equal(["db-0"], Leases.Renew([new("db-0")], TimeSpan.FromSeconds(1)).Select(l => l.Resource));
        _fixture.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("db-0", Assert.Single(await Leases.CollectAsync(apply: true, Token)).Resource);
    }
}
