using Microsoft.Data.Sqlite;

namespace CrCache.Leasing;

/// <summary>Leases last as long as was said, whatever becomes of the clock that people read.</summary>
public sealed class LeaseTimeTests : IDisposable
{
    private static readonly TimeSpan Years = TimeSpan.FromDays(5 * 365);

    private readonly EngineFixture _fixture = new();

    public static TheoryData<TimeSpan> Steps => [Years, -Years, TimeSpan.FromHours(2), -TimeSpan.FromHours(2)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LeaseService Leases => _fixture.Engine.Leases;

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_lease_neither_ends_nor_lasts_longer_when_the_clock_is_set(TimeSpan step)
    {
        var lease = await Acquire();
        _fixture.Time.Advance(TimeSpan.FromMinutes(30));
        Set(step);
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));
        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
        _fixture.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);

        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Throws<LeaseLostException>(() => Leases.Get(lease.Reference));
        Assert.Equal("release", Assert.Single(await Leases.CollectAsync(apply: true, Token)).Action);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task The_end_that_people_are_shown_goes_with_the_clock(TimeSpan step)
    {
        var lease = await Acquire();
        _fixture.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(lease.Expires, Shown());

        Set(step);

        Assert.Equal(_fixture.Time.GetUtcNow() + TimeSpan.FromMinutes(30), Shown());
        Assert.Equal(Shown(), Leases.Get(lease.Reference).Expires);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_renewal_counts_from_now_when_the_clock_was_set(TimeSpan step)
    {
        var lease = await Acquire();
        Set(step);
        _fixture.Time.Advance(TimeSpan.FromMinutes(59));
        Leases.Renew([lease.Reference], TimeSpan.FromHours(1));
        Set(-step);
        _fixture.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));

        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Single(await Leases.CollectAsync(apply: true, Token));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_use_counts_from_now_when_the_clock_was_set(TimeSpan step)
    {
        var lease = await Acquire();
        Set(step);
        _fixture.Time.Advance(TimeSpan.FromMinutes(59));
        await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token);
        Set(-step);
        _fixture.Time.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
    }

    [Fact]
    public async Task A_short_lease_is_renewed_by_use_too()
    {
        var lease = await Acquire();
        Leases.Renew([lease.Reference], TimeSpan.FromSeconds(10));
        _fixture.Time.Advance(TimeSpan.FromSeconds(8));
        await _fixture.Engine.Commands.RunAsync(lease.Reference, new() { Arguments = ["true"] }, Token);
        _fixture.Time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task What_a_live_process_has_is_never_taken_and_what_a_dead_one_had_always_is(TimeSpan step)
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        var lease = await Acquire(LeaseOwner.OfProcess(process.Id));
        Set(step);
        _fixture.Time.Advance(Years);
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("local"));
        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
        Assert.Null(Shown());

        process.Kill();
        await process.WaitAsync();
        Set(-step);

        Assert.Equal(["local-0"], await _fixture.Acquire("local"));
    }

    [Fact]
    public async Task After_a_reboot_the_time_of_day_decides()
    {
        var lease = await Acquire();
        Execute("UPDATE resource SET clock = 'an earlier boot', deadline = 1;");
        _fixture.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
        Assert.Equal(lease.Expires, Shown());
        Assert.Empty(await Leases.CollectAsync(apply: true, Token));

        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Throws<LeaseLostException>(() => Leases.Get(lease.Reference));
        Assert.Single(await Leases.CollectAsync(apply: true, Token));
    }

    [Fact]
    public async Task A_lease_that_is_renewed_after_a_reboot_goes_by_the_steady_clock_again()
    {
        var lease = await Acquire();
        Execute("UPDATE resource SET clock = 'an earlier boot', deadline = 1;");
        Leases.Renew([lease.Reference], null);

        Set(Years);

        Assert.Equal(lease.Epoch, Leases.Get(lease.Reference).Epoch);
    }

    [Fact]
    public async Task Leases_of_several_boots_are_each_told_by_their_own_clock()
    {
        _fixture.Home.AddSource("db", "type=local");
        await Leases.AcquireAsync(new AcquireRequest("db", 5) { TimeToLive = TimeSpan.FromHours(1) }, Token);
        Execute(
            """
            UPDATE resource SET clock = 'a boot', deadline = 1 WHERE number = 0;
            UPDATE resource SET clock = 'a boot', deadline = 1, expires = 1 WHERE number = 1;
            UPDATE resource SET clock = 'zz', deadline = 1, expires = 1 WHERE number = 2;
            UPDATE resource SET expires = 1 WHERE number = 3;
            UPDATE resource SET deadline = 1 WHERE number = 4;
            """);

        Assert.Equal(["db-1", "db-2", "db-4"], (await Leases.CollectAsync(apply: true, Token)).Select(c => c.Resource).Order());
    }

    [Theory]
    [InlineData("clock = 'a' AND deadline <= 5 AND state IN ('leased', 'held')", "resource_deadline (clock=? AND deadline<?)")]
    [InlineData("clock = 'a' AND expires <= 5 AND state IN ('leased', 'held')", "resource_expires (clock=? AND expires<?)")]
    [InlineData("expires IS NOT NULL AND clock > 'a' ORDER BY clock LIMIT 1", "INDEX resource_expires (clock>?)")]
    [InlineData("owner = 'a' AND owner_resource IS NULL AND state IN ('leased', 'held') ORDER BY source, number", "resource_owner (owner=?)")]
    [InlineData("state NOT IN ('idle', 'leased', 'held')", "INDEX resource_changing")]
    public void What_every_command_looks_for_is_found_in_an_index(string condition, string index)
    {
        _fixture.Engine.Inventory.Names();

        Assert.Contains(index, Plan(condition), StringComparison.Ordinal);
    }

    private async Task<Lease> Acquire(LeaseOwner? owner = null) => (await Leases.AcquireAsync(
        new AcquireRequest("local") { TimeToLive = TimeSpan.FromHours(1), Owner = owner ?? LeaseOwner.User }, Token))[0];

    private DateTimeOffset? Shown() => _fixture.Engine.Inventory.Resources("local")[0].Expires;

    private void Set(TimeSpan step) => _fixture.Time.Step(step);

    private void Execute(string sql) => Use(command =>
    {
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    });

    private string Plan(string condition) => Use(command =>
    {
        command.CommandText = $"EXPLAIN QUERY PLAN SELECT * FROM resource WHERE {condition};";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return reader.GetString(3);
    });

    private T Use<T>(Func<SqliteCommand, T> use)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_fixture.Home.StateDirectory, "state.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        return use(command);
    }
}
