namespace CrCache.Leasing;

/// <summary>Whose a resource is, and who may give it back.</summary>
public sealed class OwnershipTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public OwnershipTests() => _fixture.Home.AddSource("db", "type=local\nmaximum=4");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LeaseService Leases => _fixture.Engine.Leases;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task What_was_acquired_under_a_name_is_released_by_whoever_says_it()
    {
        await Acquire("ci");

        await RefusedAsync(null, "ci");
        await RefusedAsync("bob", "ci");

        Assert.Equal(["db-0"], await Leases.ReleaseAsync([new("db-0")], "ci", force: false, Token));
    }

    [Fact]
    public async Task Who_says_a_name_does_not_release_what_others_have()
    {
        await Acquire(null);

        await RefusedAsync("ci", "@");

        await _fixture.Release("db-0");
    }

    [Fact]
    public async Task Whoever_names_the_hand_out_is_its_holder()
    {
        var lease = await Acquire("ci");

        Assert.Equal(["db-0"], await Leases.ReleaseAsync([lease.Reference], force: false, Token));
    }

    [Fact]
    public async Task Force_needs_no_name()
    {
        await Acquire("ci");

        Assert.Equal(["db-0"], await Leases.ReleaseAsync([new("db-0")], force: true, Token));
    }

    [Fact]
    public async Task A_process_releases_what_it_has_itself_without_the_name()
    {
        await Acquire("ci", LeaseOwner.ThisProcess);

        await _fixture.Release("db-0");
    }

    [Fact]
    public async Task The_name_is_enough_while_the_process_it_was_acquired_for_runs()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        await Acquire("ci", LeaseOwner.OfProcess(process.Id));

        await RefusedAsync(null, "ci");

        Assert.Equal(["db-0"], await Leases.ReleaseOwnedAsync("ci", force: false, Token));
    }

    [Fact]
    public async Task The_owner_is_shown_to_people()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=1");
        await Acquire("night shift");

        Assert.Equal("night shift", _fixture.Engine.Inventory.Resources("db")[0].Owner);
        Assert.Equal("night shift", (await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("db"))).Holders[0].Owner);
    }

    [Fact]
    public async Task All_that_an_owner_has_is_released_and_nothing_else()
    {
        _fixture.Home.AddSource("pool", "type=pool\nsources=db");
        await Acquire("ci");
        await Acquire("bob");
        await Acquire("ci", source: "pool");
        await Acquire("ci", source: "local");
        await Acquire("pool-0", source: "db");

        Assert.Equal(["db-0", "local-0", "pool-0"], await Leases.ReleaseOwnedAsync("ci", force: false, Token));
        // A layer is not what its user's name owns.
        Assert.Equal(["db-3"], await Leases.ReleaseOwnedAsync("pool-0", force: false, Token));
        Assert.Empty(await Leases.ReleaseOwnedAsync("ci", force: false, Token));
        Assert.Equal((0, 1), _fixture.Count("db"));
    }

    [Fact]
    public async Task An_owner_who_was_not_named_is_known_by_what_status_shows()
    {
        await Acquire(null);

        Assert.Equal(["db-0"], await Leases.ReleaseOwnedAsync(_fixture.Engine.Inventory.Resources("db")[0].Owner!, force: false, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    [InlineData("a\u001b[31m")]
    public async Task What_is_no_name_is_refused_everywhere(string name)
    {
        await Acquire(null);
        LeaseTerms terms = new() { OwnerName = name };
        await Assert.ThrowsAsync<UsageException>(() => Acquire(name));
        await Assert.ThrowsAsync<UsageException>(() => Leases.ReleaseOwnedAsync(name, force: true, Token));
        await Assert.ThrowsAsync<UsageException>(() => Leases.ReleaseAsync([new("db-0")], name, force: true, Token));
        await Assert.ThrowsAsync<UsageException>(() => Leases.StealAsync([new("db-0")], terms, Token));
        Assert.Throws<UsageException>(() => Leases.Hold([new("db-0")], terms));
    }

    [Fact]
    public async Task A_name_has_an_end()
    {
        await Assert.ThrowsAsync<UsageException>(() => Acquire(new string('x', 201)));

        Assert.Equal("db-0", (await Acquire(new string('x', 200))).Resource);
    }

    private async Task<Lease> Acquire(string? name, LeaseOwner? owner = null, string source = "db") => (await Leases.AcquireAsync(
        new AcquireRequest(source) { OwnerName = name, Owner = owner ?? LeaseOwner.User }, Token))[0];

    private async Task RefusedAsync(string? name, string shown)
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => Leases.ReleaseAsync([new("db-0")], name, force: false, Token));
        Assert.Equal(ErrorCodes.HeldByAnother, error.Code);
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1), _fixture.Count("db"));
    }
}
