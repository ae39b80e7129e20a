namespace CrCache.Leasing;

public sealed class WhereTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_condition_chooses_among_what_a_pool_draws_from()
    {
        Source("old", "labels=slow");
        Source("new", "labels=fast zone=eu");
        _fixture.Home.AddSource("pool", "type=pool\nsources=old,new\nlabels=pooled");
        Assert.Equal("new", await BaseOf("label.fast && label.pooled"));
        Assert.Equal("old", await BaseOf("!label.fast"));
        Assert.Equal("new", await BaseOf("label.zone=eu && os=linux && cores>=1 && memory>1M"));
    }

    [Fact]
    public async Task What_is_cached_and_does_not_fit_is_left_for_others()
    {
        Source("a", "labels=one");
        Assert.Equal(["a-0"], await _fixture.Acquire("a"));
        await _fixture.Release("a-0");
        Source("a", "labels=two");
        await Assert.ThrowsAsync<UsageException>(() => Acquire("a", "label.one"));

        // Labels say what one is called, not what it is: changing them makes nothing anew.
        Assert.Equal("a-0", (await Acquire("a", "label.two"))[0].Resource);
        Assert.Single(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "provisioned");
    }

    [Fact]
    public async Task What_no_resource_can_be_is_refused_at_once()
    {
        Source("a", "");
        var error = await Assert.ThrowsAsync<UsageException>(() => Acquire("a", "os=linux && cores>100000"));
        Assert.Equal(ErrorCodes.BeyondMaximum, error.Code);
        Assert.Contains("no resource of 'a' can be what was asked for: cores>100000 (it has ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_waits_for_something_special_keeps_only_that()
    {
        Source("a", "labels=x");
        Source("b", "labels=y");
        _fixture.Home.AddSource("pool", "type=pool\nsources=a,b");
        await _fixture.Acquire("a", 2);
        var waiting = _fixture.Engine.Leases.AcquireAsync(
            new AcquireRequest([new("pool") { Where = "label.x" }]) { Wait = Timeout.InfiniteTimeSpan }, Token);
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting().Count == 1, what: "one in line");
        Assert.Equal(["pool-0"], await _fixture.Acquire("pool"));
        await _fixture.Release("a-1");
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("a"));
        Assert.Equal("pool-1", (await waiting)[0].Resource);
    }

    [Fact]
    public async Task Each_candidate_says_why_not()
    {
        Source("a", "labels=x");
        await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("a") { Note = "nightly" }, Token);
        var candidates = _fixture.Engine.Leases.Explain(new([new("a") { Where = "label.x && cores>0" }]));
        Assert.Equal(["a-0", null], candidates.Select(c => c.Resource));
        Assert.Equal([false, true], candidates.Select(c => c.IsFree));
        Assert.EndsWith(": nightly", candidates[0].Reason, StringComparison.Ordinal);
        Assert.Equal(_fixture.Time.GetUtcNow().AddDays(1), candidates[0].Until);

        await _fixture.Acquire("a");
        Assert.Equal("'a' has its maximum of 2", Explain("a", null)[^1].Reason);
        Assert.Equal("!label.x (it has true)", Explain("a", "cores>0 && !label.x")[0].Reason);
        await _fixture.Release("a-1");
        Assert.Equal(("free", true), (Explain("a", null)[1].Reason, Explain("a", null)[1].IsFree));
        _fixture.Time.Advance(TimeSpan.FromDays(2));
        Assert.True(Explain("a", null)[0].IsFree);
        var before = _fixture.Engine.Inventory.Events(0, 100).Count;
        Explain("a", null);
        Assert.Equal(before, _fixture.Engine.Inventory.Events(0, 100).Count);
    }

    [Theory]
    [InlineData("labels=a a")]
    [InlineData("labels=a=")]
    [InlineData("labels=a!b")]
    public void Labels_that_are_none_are_refused_with_their_place(string labels)
    {
        Source("a", labels);
        Assert.NotNull(Assert.Throws<ConfigurationException>(() => Explain("a", null)).Location);
    }

    private IReadOnlyList<Candidate> Explain(string source, string? where) => _fixture.Engine.Leases.Explain(new([new(source) { Where = where }]));

    private Task<IReadOnlyList<Lease>> Acquire(string source, string where) =>
        _fixture.Engine.Leases.AcquireAsync(new AcquireRequest([new(source) { Where = where }]), Token);

    private async Task<string> BaseOf(string where)
    {
        var lease = (await Acquire("pool", where))[0];
        var below = _fixture.Engine.Inventory.Resources("pool").Single(r => r.Resource == lease.Resource).Base!;
        await _fixture.Release(lease.Resource);
        return ResourceName.SourceOf(below);
    }

    private void Source(string name, string more) => _fixture.Home.AddSource(name, $"type=local\nmaximum=2\nreserve=2\n{more}");
}
