using CrCache.Routes;

namespace CrCache.Leasing;

/// <summary>Resources that share what they are layered on: it is somebody's as long as one of them is there.</summary>
public sealed class SharedBaseTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Any_number_share_one_and_the_last_gives_it_back()
    {
        Add("lab", "maximum=2");
        Guest("maximum=8");

        Assert.Equal(["guest-0", "guest-1", "guest-2"], await _fixture.Acquire("guest", 3));

        Assert.Equal(["lab-0"], Bases());
        await _fixture.Release("guest-0", "guest-2");
        Assert.Equal((0, 1), _fixture.Count("lab"));
        await _fixture.Release("guest-1");
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task So_many_share_one_as_are_allowed_to()
    {
        Add("lab", "maximum=2");
        Guest("base_users=2");

        await _fixture.Acquire("guest", 4);

        Assert.Equal(["lab-0", "lab-0", "lab-1", "lab-1"], _fixture.Engine.Inventory.Resources("guest").Select(r => r.Base));
        var beyond = await Assert.ThrowsAsync<UsageException>(() => _fixture.Acquire("guest", 5));
        Assert.Equal(ErrorCodes.BeyondMaximum, beyond.Code);
        await _fixture.Release("guest-1");
        Assert.Equal(["guest-1"], await _fixture.Acquire("guest"));
        Assert.Equal("lab-0", _fixture.Engine.Inventory.Resources("guest")[1].Base);
    }

    [Fact]
    public async Task What_is_free_already_is_used_before_one_has_two()
    {
        Add("lab", "maximum=3\nreserve=2");
        Guest();
        await _fixture.Acquire("lab", 2);
        await _fixture.Release("lab-0", "lab-1");

        await _fixture.Acquire("guest", 4);

        Assert.Equal(["lab-0", "lab-1", "lab-0", "lab-1"], _fixture.Engine.Inventory.Resources("guest").Select(r => r.Base));
    }

    [Fact]
    public async Task Nobody_else_gets_or_gives_back_what_is_shared()
    {
        Add("lab", "maximum=1");
        Guest();
        await _fixture.Acquire("guest", 5);

        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"));

        Assert.Contains("lab-0 is held by guest-0, guest-1, guest-2 and 2 more", error.Holders.Select(h => h.ToString()).Single(), StringComparison.Ordinal);
        Assert.Equal("guest-0, guest-1, guest-2 and 2 more", _fixture.Engine.Inventory.Resources("lab").Single().Owner);
        var refused = await Assert.ThrowsAsync<UsageException>(() => _fixture.Release("lab-0"));
        Assert.Contains("lab-0 is shared by what is layered on it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_share_a_base_with_one_another_and_who_has_one_alone_is_in_the_way_of_all()
    {
        Add("lab", "maximum=1");
        Guest();
        _fixture.Home.AddSource("other", "type=local\nbase=lab");
        await _fixture.Acquire("guest");
        await _fixture.Acquire("other");
        Assert.Equal((0, 1), _fixture.Count("lab"));
        await _fixture.Release("guest-0", "other-0");

        await _fixture.Acquire("lab");

        var error = await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("guest"));
        Assert.StartsWith("lab-0 is held by ", error.Holders.Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_once_one_is_made_and_the_others_wait_for_it()
    {
        Add("lab", "maximum=1");
        Guest();
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddHook("lab", "provision.d", "10-slow", $"echo $1 >> {log}; sleep 0.3");

        var names = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _fixture.Open().Leases.AcquireAsync(new AcquireRequest("guest"), Token))));

        Assert.Equal(6, names.SelectMany(n => n).Select(l => l.Resource).Distinct().Count());
        Assert.Equal(["lab-0"], await File.ReadAllLinesAsync(log, Token));
    }

    [Fact]
    public async Task A_base_that_cannot_be_made_fails_all_that_wait_for_it_and_leaves_nothing()
    {
        Add("lab", "maximum=1");
        Guest();
        _fixture.Home.AddHook("lab", "provision.d", "10-fail", "sleep 0.2; echo no room >&2; exit 3");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("guest", 3));

        Assert.Contains("no room", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task Who_gives_up_while_the_base_is_made_does_not_hold_up_those_who_wait_for_it()
    {
        Add("lab", "maximum=1");
        Guest();
        var started = _fixture.Home.Combine("started");
        _fixture.Home.AddHook("lab", "provision.d", "10-slow", $"test ! -e {started} || exit 0; touch {started}; exec sleep 1000");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("guest"), giveUp.Token);
        await Eventually.True(() => File.Exists(started));
        var second = _fixture.Open().Leases.AcquireAsync(new AcquireRequest("guest") { Wait = TimeSpan.FromMinutes(1) }, Token);
        await Eventually.True(() => _fixture.Engine.Inventory.Resources("guest").Count == 2);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Single(await second);
        Assert.Equal((0, 1), _fixture.Count("lab"));
    }

    [Fact]
    public async Task Who_waits_for_a_base_that_cannot_be_made_is_told_why()
    {
        Add("lab", "maximum=1");
        Guest();
        _fixture.Home.AddHook("lab", "provision.d", "10-fail", "sleep 0.5; echo no room >&2; exit 3");

        var requests = Enumerable.Range(0, 3).Select(_ => Task.Run(() => _fixture.Open().Leases.AcquireAsync(new AcquireRequest("guest"), Token))).ToList();

        foreach (var request in requests)
            Assert.Contains("no room", (await Assert.ThrowsAsync<ResourceException>(() => request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_joins_those_who_share_what_somebody_waits_to_have_alone()
    {
        Add("lab", "maximum=1");
        Guest();
        await _fixture.Acquire("guest");
        var waiting = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("lab") { Wait = TimeSpan.FromMinutes(1) }, Token);
        await Eventually.True(() => _fixture.Engine.Inventory.Waiting().Count == 1);

        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("guest"));

        await _fixture.Release("guest-0");
        Assert.Equal("lab-0", Assert.Single(await waiting).Resource);
    }

    [Fact]
    public async Task What_is_only_kept_makes_room_on_a_base_that_is_full()
    {
        Add("lab", "maximum=1");
        Guest("base_users=2\nreserve=2");
        _fixture.Home.AddSource("other", "type=local\nbase=lab\nbase_users=2");
        await _fixture.Acquire("guest", 2);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("other"));
        await _fixture.Release("guest-0");

        Assert.Equal(["other-0"], await _fixture.Acquire("other"));

        Assert.Equal(["guest-1"], _fixture.Engine.Inventory.Resources("guest").Select(r => r.Resource));
    }

    [Fact]
    public async Task A_base_is_reset_when_the_last_has_gone_and_not_before()
    {
        Add("lab", "maximum=1\nreserve=1");
        Guest();
        var log = _fixture.Home.Combine("log");
        await File.WriteAllTextAsync(log, "", Token);
        _fixture.Home.AddHook("lab", "reset.d", "10-log", $"echo $1 >> {log}");
        await _fixture.Acquire("guest", 2);

        await _fixture.Release("guest-0");
        Assert.Empty(await File.ReadAllLinesAsync(log, Token));
        await _fixture.Release("guest-1");

        Assert.Equal(["lab-0"], await File.ReadAllLinesAsync(log, Token));
        Assert.Equal((1, 0), _fixture.Count("lab"));
    }

    [Fact]
    public async Task What_is_only_kept_makes_room_for_who_wants_the_base_alone()
    {
        Add("lab", "maximum=1");
        Guest("reserve=2\nmaximum=2");
        await _fixture.Acquire("guest", 2);
        await _fixture.Release("guest-0");
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("lab"));
        Assert.Equal((1, 1), _fixture.Count("guest"));
        await _fixture.Release("guest-1");

        Assert.Equal(["lab-0"], await _fixture.Acquire("lab"));

        Assert.Equal((0, 0), _fixture.Count("guest"));
    }

    [Fact]
    public async Task A_reserve_is_laid_by_on_one_base()
    {
        Add("lab", "maximum=1");
        Guest("reserve=3");

        await _fixture.Engine.Leases.RefillAsync(["guest"], Token);

        Assert.Equal((3, 0), _fixture.Count("guest"));
        Assert.Equal(["lab-0"], Bases());
        Assert.Empty(await _fixture.Engine.Leases.RefillAsync(["guest"], Token));
    }

    [Fact]
    public async Task They_are_what_their_base_is_and_what_is_said_of_them()
    {
        Add("lab", "labels=disk=ssd, rack=1");
        Guest("labels=rack=2");

        Assert.Single(await _fixture.Engine.Leases.AcquireAsync(Where("label.disk==ssd && label.rack==2"), Token));

        await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.AcquireAsync(Where("label.rack==1"), Token));
    }

    [Fact]
    public async Task Commands_go_through_the_base()
    {
        Add("lab", "");
        _fixture.Home.AddSource("lab", "type=local\ncwd=/usr");
        Guest();
        await _fixture.Acquire("guest");

        await using var command = await _fixture.Engine.Commands.StartAsync(new("guest-0"), new ResourceCommand { Arguments = ["pwd"] }, Token);
        using StreamReader output = new(command.StandardOutput);

        Assert.Equal("/usr\n", await output.ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("type=pool\nsources=local\nbase=lab", "base: a pool draws from its sources")]
    [InlineData("type=local\nbase_users=2", "base_users: it counts the users")]
    [InlineData("type=local\nbase=lab\nbase_users=-1", "base_users: '-1' is not a whole number")]
    [InlineData("type=local\nbase=nowhere", "no source is named 'nowhere'")]
    [InlineData("type=local\nbase=guest", "layered in a circle: guest -> guest")]
    [InlineData("type=local\nbase=lab{release=1}", "'lab' takes no parameters")]
    public async Task A_base_that_cannot_be_is_refused(string text, string why)
    {
        Add("lab", "");
        _fixture.Home.AddSource("guest", text);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => _fixture.Acquire("guest"));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static AcquireRequest Where(string condition) => new([new ResourceDemand("guest") { Where = condition }]);

    private void Add(string name, string limits) => _fixture.Home.AddSource(name, $"type=local\n{limits}");

    private void Guest(string limits = "") => _fixture.Home.AddSource("guest", $"type=local\nbase=lab\n{limits}");

    private IEnumerable<string> Bases() => _fixture.Engine.Inventory.Resources("lab").Select(r => r.Resource);
}
