namespace CrCache.Leasing;

public sealed class LeaseServiceTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LeaseService Leases => _fixture.Engine.Leases;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task What_the_next_acquire_takes_back_is_available()
    {
        _fixture.Home.AddSource("two", "type=local\nmaximum=2");
        _fixture.Home.AddSource("pool", "type=pool\nsources=two");
        await Leases.AcquireAsync(new AcquireRequest("two") { TimeToLive = TimeSpan.FromMinutes(1) }, Token);
        await Leases.AcquireAsync(new AcquireRequest("pool") { TimeToLive = TimeSpan.FromMinutes(1) }, Token);
        Assert.Equal([0, 0], _fixture.Engine.Inventory.Sources(["two", "pool"]).Select(s => s.Available));
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([2, 2], _fixture.Engine.Inventory.Sources(["two", "pool"]).Select(s => s.Available));
        Assert.Equal(["two-0", "two-1"], await _fixture.Acquire("two", 2));
    }

    [Fact]
    public async Task What_could_not_be_discarded_is_tried_again_at_once_where_somebody_asks()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=1");
        var hook = _fixture.Home.AddHook("db", "discard.d", "10-fail", "exit 4");
        await _fixture.Acquire("db");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("db-0"));
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"));
        Assert.Contains("gc --apply", error.Holders[0].Owner, StringComparison.Ordinal);
        File.Delete(hook);
        Assert.Equal("db-0", Assert.Single(await Leases.CollectAsync(apply: false, Token)).Resource);
        Assert.Equal("db-0", Assert.Single(await Leases.CollectAsync(apply: true, Token)).Resource);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task The_implicit_local_is_there_once()
    {
        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("local"));
        Assert.Equal("local-0", Assert.Single(error.Holders).Resource);
        await _fixture.Release("local-0");
        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
    }

    [Fact]
    public async Task A_released_resource_is_kept_as_far_as_the_reserve_goes()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=2\nmaximum=4");
        Assert.Equal(["db-0", "db-1", "db-2"], await _fixture.Acquire("db", 3));
        await _fixture.Release("db-0", "db-1", "db-2");
        Assert.Equal((2, 0), _fixture.Count("db"));
    }

    [Fact]
    public async Task A_cached_resource_at_its_maximum_is_acquired_again()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=1\nmaximum=1");
        await _fixture.Acquire("db");
        await _fixture.Release("db-0");
        Assert.Equal((1, 0), _fixture.Count("db"));
        Assert.Equal(["db-0"], await _fixture.Acquire("db"));
    }

    [Fact]
    public async Task Several_are_all_or_nothing()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=3");
        await _fixture.Acquire("db", 2);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db", 2));
        Assert.Equal((0, 2), _fixture.Count("db"));
        var fewer = await Leases.AcquireAsync(new AcquireRequest([new("db", 2) { AtLeast = 1 }]), Token);
        Assert.Equal("db-2", Assert.Single(fewer).Resource);
    }

    [Fact]
    public async Task More_than_the_limits_ever_allow_is_a_mistake_not_a_wait()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=3");
        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Acquire("db", 4));
        Assert.Equal(ErrorCodes.BeyondMaximum, error.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_senseless_count_is_refused(int count) =>
        Assert.Equal(ErrorCodes.Usage, (await Assert.ThrowsAsync<UsageException>(() => _fixture.Acquire("local", count))).Code);

    [Fact]
    public async Task A_pool_counts_on_every_layer()
    {
        _fixture.Home.AddSource("small", "type=local\nmaximum=2");
        _fixture.Home.AddSource("pool", "type=pool\nsources=small,local\nmaximum=5");
        Assert.Equal(3, _fixture.Engine.Inventory.Sources(["pool"])[0].Maximum);
        Assert.Equal(["pool-0", "pool-1", "pool-2"], await _fixture.Acquire("pool", 3));
        Assert.Equal((0, 2), _fixture.Count("small"));
        Assert.Equal((0, 1), _fixture.Count("local"));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("small"));
        await _fixture.Release("pool-0", "pool-1", "pool-2");
        Assert.Equal((0, 0), _fixture.Count("pool"));
        Assert.Equal((0, 0), _fixture.Count("small"));
        Assert.Equal((0, 0), _fixture.Count("local"));
    }

    [Fact]
    public async Task A_pool_of_pools_takes_what_is_cached_first_then_sources_with_a_reserve_then_in_order()
    {
        _fixture.Home.AddSource("plain", "type=local\nmaximum=9");
        _fixture.Home.AddSource("kept", "type=local\nmaximum=9\nreserve=1");
        _fixture.Home.AddSource("warm", "type=local\nmaximum=9\nreserve=1");
        _fixture.Home.AddSource("inner", "type=pool\nsources=plain,warm");
        _fixture.Home.AddSource("outer", "type=pool\nsources=plain,kept,inner");
        await _fixture.Acquire("warm");
        await _fixture.Release("warm-0");
        await _fixture.Acquire("outer", 2);
        Assert.Equal((0, 1), _fixture.Count("warm"));
        Assert.Equal((0, 1), _fixture.Count("inner"));
        Assert.Equal((0, 1), _fixture.Count("kept"));
        Assert.Equal((0, 0), _fixture.Count("plain"));
    }

    [Fact]
    public async Task A_resource_another_is_layered_on_is_not_released_not_even_by_force()
    {
        _fixture.Home.AddSource("pool", "type=pool\nsources=local");
        await _fixture.Acquire("pool");
        foreach (var force in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<UsageException>(() => Leases.ReleaseAsync([new("local-0")], force, Token));
            Assert.Equal(ErrorCodes.HeldByAnother, error.Code);
        }
    }

    [Fact]
    public async Task If_one_name_is_unknown_none_is_released()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=2");
        await _fixture.Acquire("db", 2);
        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Release("db-0", "db1"));
        Assert.Equal(ErrorCodes.NotLeased, error.Code);
        Assert.Contains("did you mean db-1?", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 2), _fixture.Count("db"));
    }

    [Fact]
    public async Task What_nobody_acquired_is_not_released()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=1");
        await _fixture.Acquire("db");
        await _fixture.Release("db-0");
        Assert.Equal(ErrorCodes.NotLeased, (await Assert.ThrowsAsync<UsageException>(() => _fixture.Release("db-0"))).Code);
    }

    [Fact]
    public async Task An_old_hand_out_is_lost_for_release_renewal_and_commands()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=1");
        var old = (await Leases.AcquireAsync(new AcquireRequest("db"), Token))[0];
        await _fixture.Release("db-0");
        var current = (await Leases.AcquireAsync(new AcquireRequest("db"), Token))[0];
        Assert.True(current.Epoch > old.Epoch);
        await Assert.ThrowsAsync<LeaseLostException>(() => Leases.ReleaseAsync([old.Reference], false, Token));
        Assert.Throws<LeaseLostException>(() => Leases.Renew([old.Reference], TimeSpan.FromHours(1)));
        Assert.Throws<LeaseLostException>(() => Leases.Get(old.Reference));
        Assert.Equal(current.Epoch, Leases.Get(current.Reference).Epoch);
    }

    [Fact]
    public async Task A_name_that_is_used_again_has_a_greater_epoch()
    {
        var first = (await Leases.AcquireAsync(new AcquireRequest("local"), Token))[0];
        await _fixture.Release("local-0");
        Assert.Throws<LeaseLostException>(() => Leases.Get(first.Reference));
        var second = (await Leases.AcquireAsync(new AcquireRequest("local"), Token))[0];
        Assert.Equal(first.Resource, second.Resource);
        Assert.True(second.Epoch > first.Epoch);
    }

    [Fact]
    public async Task An_expired_lease_is_lost_and_taken_back_by_the_next_acquire()
    {
        var lease = (await Leases.AcquireAsync(new AcquireRequest("local") { TimeToLive = TimeSpan.FromMinutes(5) }, Token))[0];
        _fixture.Time.Advance(TimeSpan.FromMinutes(4));
        Leases.Renew([lease.Reference], TimeSpan.FromMinutes(5));
        _fixture.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("local-0", Leases.Get(lease.Reference).Resource);
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Throws<LeaseLostException>(() => Leases.Get(lease.Reference));
        Assert.Throws<LeaseLostException>(() => Leases.Get(new("local-0")));
        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
        Assert.Contains(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "collected");
    }

    [Fact]
    public async Task A_lease_ends_with_the_process_it_is_bound_to()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        await Leases.AcquireAsync(new AcquireRequest("local") { Owner = LeaseOwner.OfProcess(process.Id) }, Token);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("local"));
        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Release("local-0"));
        Assert.Equal(ErrorCodes.HeldByAnother, error.Code);
        process.Kill();
        await process.WaitAsync();
        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
    }

    [Fact]
    public async Task A_live_processs_lease_is_released_by_force()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        await Leases.AcquireAsync(new AcquireRequest("local") { Owner = LeaseOwner.OfProcess(process.Id) }, Token);
        await Leases.ReleaseAsync([new("local-0")], force: true, Token);
        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
    }

    [Fact]
    public async Task A_process_that_does_not_run_cannot_own() =>
        await Assert.ThrowsAsync<UsageException>(() =>
            Leases.AcquireAsync(new AcquireRequest("local") { Owner = LeaseOwner.OfProcess(int.MaxValue) }, Token));

    [Fact]
    public async Task A_cached_resource_of_an_older_configuration_is_not_handed_out()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=1\ncwd=/");
        await _fixture.Acquire("db");
        await _fixture.Release("db-0");
        _fixture.Home.AddSource("db", "type=local\nreserve=1\ncwd=/tmp");
        await _fixture.Acquire("db");
        Assert.Contains(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "discarding");
        Assert.Equal((0, 1), _fixture.Count("db"));
    }

    [Fact]
    public async Task What_was_made_is_given_back_also_when_its_configuration_is_gone()
    {
        var directory = _fixture.Home.AddSource("db", "type=local\nreserve=1");
        await _fixture.Acquire("db");
        Directory.Delete(directory, recursive: true);
        var status = Assert.Single(_fixture.Engine.Inventory.Sources([]), s => s.Source == "db");
        Assert.Equal((null, null), (status.Type, status.Problem));
        await _fixture.Release("db-0");
        Assert.Equal(["local"], _fixture.Engine.Inventory.Sources([]).Select(s => s.Source));
    }

    [Fact]
    public async Task Collecting_says_first_and_does_then()
    {
        _fixture.Home.AddSource("db", "type=local\nreserve=2");
        await _fixture.Acquire("db", 2);
        await _fixture.Release("db-0", "db-1");
        _fixture.Home.AddSource("db", "type=local\nreserve=1");
        await Leases.CollectAsync(apply: false, Token);
        Assert.Equal((2, 0), _fixture.Count("db"));
        Assert.Equal("db-1", Assert.Single(await Leases.CollectAsync(apply: true, Token)).Resource);
        Assert.Equal((1, 0), _fixture.Count("db"));
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));
    }
}
