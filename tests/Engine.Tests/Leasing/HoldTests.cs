namespace CrCache.Leasing;

/// <summary>What is kept for a person stays until the person or the time ends it.</summary>
public sealed class HoldTests : IDisposable
{
    private static readonly LeaseTerms ForAlice = new() { TimeToLive = TimeSpan.FromHours(4), OwnerName = "alice", Note = "fails here" };

    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LeaseService Leases => _fixture.Engine.Leases;

    private ResourceStatus Status => _fixture.Engine.Inventory.Resources("local")[0];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task It_is_shown_counts_as_in_use_and_is_not_acquired()
    {
        await Acquire();

        Leases.Hold([new("local-0")], ForAlice);

        Assert.Equal(("held", "alice", "fails here"), (Status.State, Status.Owner, Status.Note));
        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromHours(4), Status.Expires);
        var source = _fixture.Engine.Inventory.Sources(["local"])[0];
        Assert.Equal((0, 1, 0, 0), (source.Cached, source.InUse, source.Changing, source.Available));
        var holder = Assert.Single((await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("local"))).Holders);
        Assert.Equal(("alice", "fails here"), (holder.Owner, holder.Note));
    }

    [Fact]
    public async Task Whoever_uses_it_can_go_on_and_has_done_with_it_in_the_end()
    {
        var lease = await Acquire();
        var held = Assert.Single(Leases.Hold([new("local-0")], ForAlice));
        Assert.Equal(lease.Epoch, held.Epoch);

        Assert.Equal(0, (await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token)).ExitCode);
        Leases.KeepAlive([lease.Reference], TimeSpan.FromMinutes(10));
        Assert.Empty(await Leases.ReleaseAsync([lease.Reference], force: false, Token));

        Assert.Equal("held", Status.State);
        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromHours(4), Status.Expires);
    }

    [Fact]
    public async Task The_person_ends_it()
    {
        await Acquire();
        Leases.Hold([new("local-0")], ForAlice);

        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Release("local-0"));
        Assert.Equal(ErrorCodes.HeldByAnother, error.Code);
        Assert.Equal(["local-0"], await Leases.ReleaseAsync([new("local-0")], "alice", force: false, Token));

        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
    }

    [Fact]
    public async Task A_person_who_was_not_named_ends_it_by_its_name()
    {
        await Acquire("ci");
        Leases.Hold([new("local-0")], new LeaseTerms());

        await Assert.ThrowsAsync<UsageException>(() => Leases.ReleaseAsync([new("local-0")], "ci", force: false, Token));
        Assert.Empty(await Leases.ReleaseOwnedAsync("ci", force: false, Token));

        await _fixture.Release("local-0");
        Assert.Equal((0, 0), _fixture.Count("local"));
    }

    [Fact]
    public async Task It_goes_with_the_rest_of_what_the_person_has()
    {
        await Acquire();
        Leases.Hold([new("local-0")], ForAlice);

        Assert.Equal(["local-0"], await Leases.ReleaseOwnedAsync("alice", force: false, Token));
    }

    [Fact]
    public async Task It_outlives_its_owner_and_ends_with_its_time()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        await Acquire(owner: LeaseOwner.OfProcess(process.Id));
        Leases.Hold([new("local-0")], ForAlice);
        process.Kill();
        await process.WaitAsync();
        _fixture.Time.Advance(TimeSpan.FromHours(3));
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));

        _fixture.Time.Advance(TimeSpan.FromHours(2));

        Assert.Contains("alice", Assert.Single(await Leases.CollectAsync(apply: true, Token)).Reason, StringComparison.Ordinal);
        Assert.Equal((0, 0), _fixture.Count("local"));
    }

    [Fact]
    public async Task Its_time_does_not_end_under_a_process_that_still_runs()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        var lease = await Acquire(owner: LeaseOwner.OfProcess(process.Id));
        Leases.Hold([new("local-0")], ForAlice);
        _fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));
        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);

        // It says that it has done with it: then only the time counts, although it still runs.
        await Leases.ReleaseAsync([lease.Reference], force: false, Token);

        Assert.Single(await Leases.CollectAsync(apply: true, Token));
    }

    [Fact]
    public async Task It_is_renewed_by_request_and_by_use_and_held_again()
    {
        await Acquire();
        Leases.Hold([new("local-0")], ForAlice);
        _fixture.Time.Advance(TimeSpan.FromHours(3));
        await _fixture.Engine.Commands.RunAsync(new("local-0"), new() { Arguments = ["true"] }, Token);
        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromHours(4), Status.Expires);
        Leases.Renew([new("local-0")], TimeSpan.FromHours(9));
        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromHours(9), Status.Expires);

        Leases.Hold([new("local-0")], new LeaseTerms { TimeToLive = TimeSpan.FromHours(1), OwnerName = "bob" });

        Assert.Equal(("held", "bob", "fails here"), (Status.State, Status.Owner, Status.Note));
        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromHours(1), Status.Expires);
    }

    [Fact]
    public async Task It_is_kept_afterwards_as_far_as_the_reserve_goes()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=1");
        await _fixture.Acquire("db", 2);
        Leases.Hold([new("db-0"), new("db-1")], new LeaseTerms());
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));

        await _fixture.Release("db-0", "db-1");

        Assert.Equal((1, 0), _fixture.Count("db"));
    }

    [Fact]
    public async Task A_process_is_no_person()
    {
        await Acquire();

        Assert.Throws<UsageException>(() => Leases.Hold([new("local-0")], new LeaseTerms { Owner = LeaseOwner.ThisProcess }));
    }

    [Fact]
    public async Task A_layer_is_not_held_but_what_is_on_it()
    {
        _fixture.Home.AddSource("pool", "type=pool\nsources=local");
        await _fixture.Acquire("pool");

        Assert.Contains("pool-0", Assert.Throws<UsageException>(() => Leases.Hold([new("local-0")], ForAlice)).Message, StringComparison.Ordinal);
        Leases.Hold([new("pool-0")], ForAlice);
        _fixture.Time.Advance(TimeSpan.FromHours(3));

        Assert.Empty(await Leases.CollectAsync(apply: true, Token));
        Assert.Equal("leased", Status.State);
    }

    [Fact]
    public async Task What_nobody_has_is_not_held()
    {
        await Acquire();
        Assert.Equal(ErrorCodes.NotLeased, Assert.Throws<UsageException>(() => Leases.Hold([new("local-0"), new("local-1")], ForAlice)).Code);

        Assert.Equal("leased", Status.State);
    }

    private async Task<Lease> Acquire(string? name = null, LeaseOwner? owner = null) => (await Leases.AcquireAsync(
        new AcquireRequest("local") { OwnerName = name, Owner = owner ?? LeaseOwner.User }, Token))[0];
}
