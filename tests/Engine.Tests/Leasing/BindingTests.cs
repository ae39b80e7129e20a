namespace CrCache.Leasing;

/// <summary>Resources of a source that takes parameters.</summary>
public sealed class BindingTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public BindingTests() => Source("ubuntu", "type=local\nlabels=of=${release}\nmaximum=2\nreserve=2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Distinct_bindings_are_distinct_resources_under_one_maximum()
    {
        Assert.Equal(["ubuntu-0"], await _fixture.Acquire("ubuntu{release=lucid}"));
        await _fixture.Release("ubuntu-0");

        var lease = (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("ubuntu{release=noble}"), Token))[0];
        Assert.Equal(("ubuntu-1", "{release=noble}"), (lease.Resource, lease.Binding));
        Assert.Equal(["ubuntu-0"], await _fixture.Acquire("ubuntu{release=lucid}"));
        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("ubuntu{release=warty}"));
        Assert.Contains("no resource of 'ubuntu{release=warty}' is free (at most 2 in all): 2 in use", error.Message, StringComparison.Ordinal);
        Assert.Equal(["{release=lucid}", "{release=noble}"], Bindings("ubuntu"));
    }

    [Fact]
    public async Task What_was_made_with_one_binding_is_cached_for_that_one()
    {
        Source("ubuntu", "type=local\nlabels=of=${release}\nmaximum=9\nreserve=9");
        await _fixture.Acquire("ubuntu{release=lucid}", 2);
        await _fixture.Release("ubuntu-0", "ubuntu-1");

        Assert.Equal(["ubuntu-2"], await _fixture.Acquire("ubuntu{release=noble}"));
        Assert.Equal(["ubuntu-0", "ubuntu-1", "ubuntu-3"], await _fixture.Acquire("ubuntu{release=lucid}", 3));
        Assert.DoesNotContain(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "discarding");
    }

    [Fact]
    public async Task A_parameter_that_does_not_matter_to_a_layer_does_not_split_its_cache()
    {
        Source("low", "type=local\nidle_time=1h\nlabels=${a:-none}");
        Source("high", "type=pool\nsources=low{a=1}\nlabels=${b}");
        await _fixture.Acquire("high{b=1}");
        await _fixture.Release("high-0");

        await _fixture.Acquire("high{b=2}");
        Assert.Equal(["{a=1}"], Bindings("low"));
    }

    [Fact]
    public async Task Room_is_made_by_what_is_idle_the_longest()
    {
        await _fixture.Acquire("ubuntu{release=lucid}");
        await _fixture.Acquire("ubuntu{release=noble}");
        await _fixture.Release("ubuntu-1");
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await _fixture.Release("ubuntu-0");

        Assert.Equal(["ubuntu-1"], await _fixture.Acquire("ubuntu{release=warty}"));
        Assert.Equal(["{release=lucid}", "{release=warty}"], Bindings("ubuntu"));
        var discarding = Assert.Single(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "discarding");
        Assert.Equal("to make room for one of ubuntu{release=warty}", discarding.Detail);
    }

    [Fact]
    public async Task Room_is_made_for_as_many_as_are_wanted()
    {
        Source("ubuntu", "type=local\nlabels=of=${release}\nmaximum=4\nreserve=4");
        var names = await _fixture.Acquire("ubuntu{release=lucid}", 4);
        await _fixture.Release([.. names]);

        var leases = await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest([new("ubuntu{release=noble}", 8) { AtLeast = 1 }]), Token);
        Assert.Equal(4, leases.Count);
        Assert.All(leases, l => Assert.Equal("{release=noble}", l.Binding));
    }

    [Fact]
    public async Task No_room_is_made_where_another_layer_has_some()
    {
        Source("other", "type=local\nreserve=1");
        Source("pool", "type=pool\nsources=ubuntu{release=noble},other");
        await _fixture.Release([.. await _fixture.Acquire("ubuntu{release=lucid}", 2)]);

        await _fixture.Acquire("pool");
        Assert.Equal(["{release=lucid}", "{release=lucid}"], Bindings("ubuntu"));
        Assert.Equal(1, _fixture.Count("other").InUse);
    }

    [Fact]
    public async Task Bindings_pass_through_pools_of_pools()
    {
        Source("inner", "type=pool\nsources=ubuntu\nmaximum=2\nreserve=2");
        Source("outer", "type=pool\nsources=inner{release=${name}}\nreserve=2");

        await _fixture.Acquire("outer{name=lucid}");
        await _fixture.Acquire("outer{name=noble}");

        Assert.Equal(["{name=lucid}", "{name=noble}"], Bindings("outer"));
        Assert.Equal(["{release=lucid}", "{release=noble}"], Bindings("inner"));
        Assert.Equal(["{release=lucid}", "{release=noble}"], Bindings("ubuntu"));
        await _fixture.Release("outer-0", "outer-1");
        Assert.Equal(["outer-1"], await _fixture.Acquire("outer{name=noble}"));
    }

    [Fact]
    public async Task A_pool_draws_from_one_source_in_two_ways_within_its_limits()
    {
        Source("pool", "type=pool\nsources=ubuntu{release=lucid},ubuntu{release=noble}");

        Assert.Equal(2, _fixture.Engine.Inventory.Sources(["pool"])[0].Maximum);
        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Acquire("pool", 3));
        Assert.Equal(ErrorCodes.BeyondMaximum, error.Code);
        await _fixture.Release([.. await _fixture.Acquire("ubuntu{release=noble}")]);
        await _fixture.Acquire("pool", 2);
        Assert.Equal(["{release=noble}", "{release=lucid}"], Bindings("ubuntu"));
    }

    [Fact]
    public async Task One_source_is_asked_for_in_two_ways_at_once_but_not_twice_in_one()
    {
        var leases = await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest([new("ubuntu{release=a}"), new("ubuntu{release=b}")]), Token);
        Assert.Equal(["{release=a}", "{release=b}"], leases.Select(l => l.Binding));

        Source("two", "type=local\nlabels=${x} ${y}");
        var error = await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.AcquireAsync(
            new AcquireRequest([new("two{x=1,y=2}"), new("two{y=2,x=1}")]), Token));
        Assert.Contains("asked for twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_waits_for_one_binding_is_served_when_the_other_is_given_back()
    {
        await _fixture.Acquire("ubuntu{release=lucid}", 2);
        var waiting = Task.Run(() => _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("ubuntu{release=noble}") { Wait = Timeout.InfiniteTimeSpan }, Token));
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting() is [{ Demands: [{ Source: "ubuntu{release=noble}" }] }]);

        await _fixture.Release("ubuntu-0");

        Assert.Equal(("ubuntu-0", "{release=noble}"), ((await waiting)[0].Resource, (await waiting)[0].Binding));
    }

    [Fact]
    public async Task What_is_kept_for_one_binding_counts_for_all()
    {
        await _fixture.Acquire("ubuntu{release=lucid}", 2);
        using CancellationTokenSource giveUp = new();
        var waiting = Task.Run(() => _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("ubuntu{release=noble}", 2) { Wait = Timeout.InfiniteTimeSpan }, giveUp.Token));
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting().Count == 1);
        await _fixture.Release("ubuntu-0");

        // It is kept for whoever waits, and discarded for him once he can have both.
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("ubuntu{release=warty}"));
        Assert.Equal(2, Bindings("ubuntu").Count);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Single(await _fixture.Acquire("ubuntu{release=warty}"));
    }

    [Fact]
    public async Task What_is_bound_is_a_fact()
    {
        Assert.Equal(["ubuntu-0"], await Where("ubuntu{release=lucid}", "param.release=lucid"));
        var error = await Assert.ThrowsAsync<UsageException>(() => Where("ubuntu{release=lucid}", "param.release=noble"));
        Assert.Contains("param.release=noble", error.Message, StringComparison.Ordinal);

        Source("pool", "type=pool\nsources=ubuntu{release=lucid},ubuntu{release=noble}");
        await Where("pool", "param.release=noble");
        Assert.Equal(["{release=lucid}", "{release=noble}"], Bindings("ubuntu"));

        async Task<IReadOnlyList<string>> Where(string source, string where) => [.. (await _fixture.Engine.Leases.AcquireAsync(
            new AcquireRequest([new ResourceDemand(source) { Where = where }]), Token)).Select(l => l.Resource)];
    }

    [Fact]
    public async Task Hooks_get_what_is_bound_when_it_is_made_and_when_it_is_discarded()
    {
        var file = _fixture.Home.Combine("seen");
        Source("hooked", "type=local\nlabels=a=${release-name} b=${Arch:-arm}");
        foreach (var stage in new[] { "provision.d", "discard.d" })
            _fixture.Home.AddHook("hooked", stage, "10", $"echo \"$CRCACHE_SOURCE $CRCACHE_PARAM_RELEASE_NAME ${{CRCACHE_PARAM_ARCH-none}}\" >> {file}");

        await _fixture.Release([.. await _fixture.Acquire("hooked{release-name=lucid}")]);
        await _fixture.Release([.. await _fixture.Acquire("hooked{release-name=noble,Arch=x86}")]);

        Assert.Equal(["hooked lucid none", "hooked lucid none", "hooked noble x86", "hooked noble x86"], await File.ReadAllLinesAsync(file, Token));
    }

    [Fact]
    public async Task What_a_source_keeps_is_known_while_nothing_is_bound()
    {
        await _fixture.Release([.. await _fixture.Acquire("ubuntu{release=lucid}")]);

        Assert.Equal((1, 0), _fixture.Count("ubuntu"));
        var status = _fixture.Engine.Inventory.Sources(["ubuntu"])[0];
        Assert.Equal((2, 2, null), (status.Maximum, status.Available, status.Problem));
        Assert.Empty(await _fixture.Engine.Leases.CollectAsync(apply: true, Token));
        Assert.Equal((1, 0), _fixture.Count("ubuntu"));
    }

    [Fact]
    public async Task Status_and_doctor_take_a_source_whose_parameters_are_not_bound_as_it_is()
    {
        Source("odd", "type=local\ncwd=${dir}\ncopy=${copy}\nlabels=${a}");
        Source("pool", "type=pool\nsources=${which},ubuntu{release=${r}},odd{dir=${dir}}\nmaximum=7");

        Assert.All(_fixture.Engine.Inventory.Sources([]), s => Assert.Null(s.Problem));
        Assert.Equal(7, _fixture.Engine.Inventory.Sources(["pool"])[0].Maximum);
        var findings = await _fixture.Engine.Doctor.ExamineAsync(Token);
        Assert.Contains("takes a, copy, dir, r, which, ", findings.Single(f => f.Subject == "source pool").Detail, StringComparison.Ordinal);
        Assert.Contains("takes a, copy, dir, ", findings.Single(f => f.Subject == "source odd").Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, f => f.Subject.StartsWith("source ", StringComparison.Ordinal) && f.Works is false);
    }

    [Fact]
    public async Task Explain_tells_one_binding_from_another()
    {
        await _fixture.Release([.. await _fixture.Acquire("ubuntu{release=lucid}", 2)]);

        var candidates = _fixture.Engine.Leases.Explain(new("ubuntu{release=noble}"));

        Assert.Equal(
            [
                ("ubuntu-0", "{release=lucid}", false, "bound otherwise"),
                ("ubuntu-1", "{release=lucid}", false, "bound otherwise"),
                (null, "{release=noble}", true, "can be made: ubuntu-0 is discarded for it"),
            ],
            candidates.Select(c => (c.Resource, c.Binding, c.IsFree, c.Reason)));
        Assert.Equal(2, _fixture.Count("ubuntu").Cached);
    }

    private IReadOnlyList<string> Bindings(string source) => [.. _fixture.Engine.Inventory.Resources(source).Select(r => r.Binding)];

    private void Source(string name, string text) => _fixture.Home.AddSource(name, text);
}
