using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>
/// What every source type promises. A new one joins with a class of three lines: how a source named <c>s</c> of its type is
/// configured.
/// </summary>
public abstract class SourceContract : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether one that is given back is made anew, so that the hooks of its making are run again.</summary>
    protected virtual bool IsRecreated => false;

    /// <summary>The lines of source.conf for a source of this type, without limits.</summary>
    /// <param name="home">The home, for sources to layer on.</param>
    protected abstract string Configure(TestHome home);

    protected virtual void Dispose(bool disposing) => _fixture.Dispose();

    [Fact]
    public async Task Resources_are_numbered_from_zero_and_free_numbers_used_again()
    {
        Add("maximum=3");
        Assert.Equal(["s-0", "s-1", "s-2"], await _fixture.Acquire("s", 3));
        await _fixture.Release("s-1");
        Assert.Equal(["s-1"], await _fixture.Acquire("s"));
    }

    [Fact]
    public async Task Commands_run_on_a_resource_until_it_is_released()
    {
        Add();
        await _fixture.Acquire("s");
        Assert.Equal("here", await Output("s-0", "printf", "%s", "here"));
        await _fixture.Release("s-0");
        await Assert.ThrowsAsync<UsageException>(() => Output("s-0", "true"));
    }

    [Fact]
    public async Task A_command_for_an_earlier_hand_out_is_refused()
    {
        Add("reserve=1");
        var old = (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token))[0];
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        await Assert.ThrowsAsync<LeaseLostException>(() => Output(old.Reference.ToString(), "true"));
    }

    [Fact]
    public async Task Concurrency_is_probed_or_as_configured()
    {
        Add();
        var probed = (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token))[0];
        Assert.InRange(probed.Concurrency, 1, 10_000);
        await _fixture.Release("s-0");
        Add("concurrency=17");
        Assert.Equal(17, (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token))[0].Concurrency);
    }

    [Fact]
    public async Task The_maximum_holds_and_the_reserve_is_kept()
    {
        Add("maximum=2\nreserve=1");
        await _fixture.Acquire("s", 2);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("s"));
        await _fixture.Release("s-0", "s-1");
        Assert.Equal((1, 0), _fixture.Count("s"));
    }

    [Fact]
    public async Task Hooks_get_the_name_first_as_it_is_made_and_as_it_is_discarded()
    {
        Add("maximum=1");
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddHook("s", "provision.d", "10-log", $"echo provision $1 $CRCACHE_RESOURCE $CRCACHE_LEASE >> {log}");
        _fixture.Home.AddHook("s", "discard.d", "10-log", $"echo discard $1 $CRCACHE_SOURCE >> {log}");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        Assert.Matches(@"^provision s-0 s-0 s-0@\d+\ndiscard s-0 s\n$", await File.ReadAllTextAsync(log, Token));
    }

    [Fact]
    public async Task Hooks_are_run_in_the_order_of_a_resources_life()
    {
        string[] stages = ["provision.d", "configure.d", "acquire.d", "pre-run.d", "post-run.d", "release.d", "reset.d", "discard.d"];
        Add("maximum=1\nreserve=1\nmax_use_count=2");
        var log = _fixture.Home.Combine("log");
        foreach (var stage in stages)
            _fixture.Home.AddHook("s", stage, "10-log", $"echo {stage} $1 >> {log}");
        _fixture.Home.AddHook("s", "", "concurrency", "echo 11");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(11, (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), Token))[0].Concurrency);
            Assert.Equal("here", await Output("s-0", "printf", "%s", "here"));
            await _fixture.Release("s-0");
        }

        Assert.Equal(
            [.. stages[..6], .. IsRecreated ? stages[..2] : [], stages[6], .. stages[2..6], stages[7]],
            (await File.ReadAllLinesAsync(log, Token)).Select(l => l.Split(' ')[0]));
    }

    [Fact]
    public async Task A_resource_can_be_used_by_its_hooks_as_it_is_handed_out_and_given_back()
    {
        Add("maximum=1\nreserve=1");
        await _fixture.Acquire("s");
        foreach (var stage in (string[])["acquire.d", "release.d", "reset.d"])
            _fixture.Home.AddHook("s", stage, "10-lease", "test \"$CRCACHE_LEASE\" && test $1 = s-0 && test $CRCACHE_CONCURRENCY -gt 0");
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        Assert.Equal("here", await Output("s-0", "printf", "%s", "here"));
    }

    [Fact]
    public async Task A_failing_reset_hook_has_it_discarded_and_made_anew()
    {
        Add("maximum=1\nreserve=1");
        var hook = _fixture.Home.AddHook("s", "reset.d", "10-fail", "exit 3");
        await _fixture.Acquire("s");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("s-0"));
        Assert.DoesNotContain("s-0", _fixture.Engine.Inventory.Names());
        File.Delete(hook);
        Assert.Equal(["s-0"], await _fixture.Acquire("s"));
    }

    [Fact]
    public async Task A_failing_provision_hook_leaves_nothing_behind()
    {
        Add("maximum=2");
        var hook = _fixture.Home.AddHook("s", "provision.d", "10-fail", "test $1 != s-1 || { echo no room >&2; exit 3; }");
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s", 2));
        Assert.Equal(ErrorCodes.HookFailed, error.Code);
        Assert.Contains("no room", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
        File.Delete(hook);
        Assert.Equal(["s-0", "s-1"], await _fixture.Acquire("s", 2));
    }

    [Fact]
    public async Task A_failing_discard_is_remembered_and_tried_again()
    {
        Add("maximum=1");
        await _fixture.Acquire("s");
        var hook = _fixture.Home.AddHook("s", "discard.d", "10-fail", "exit 1");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("s-0"));
        Assert.Equal("dirty", Assert.Single(_fixture.Engine.Inventory.Resources("s")).State);
        await Assert.ThrowsAsync<NothingAvailableException>(() => _fixture.Acquire("s"));
        File.Delete(hook);
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["s-0"], await _fixture.Acquire("s"));
    }

    [Fact]
    public async Task Giving_up_while_it_is_made_leaves_nothing_behind()
    {
        Add();
        var started = _fixture.Home.Combine("started");
        _fixture.Home.AddHook("s", "provision.d", "10-slow", $"touch {started}; exec sleep 1000");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var acquiring = _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("s"), giveUp.Token);
        await Eventually.True(() => File.Exists(started));
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task At_once_nobody_gets_what_another_has()
    {
        Add("maximum=8");
        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _fixture.Acquire("s"))));
        Assert.Equal(8, names.SelectMany(n => n).Distinct().Count());
    }

    [Fact]
    public async Task It_is_discarded_also_when_its_configuration_is_gone()
    {
        Add();
        await _fixture.Acquire("s");
        Directory.Delete(Path.Combine(_fixture.Home.ConfigurationRoot, "sources", "s"), recursive: true);
        await _fixture.Release("s-0");
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    private void Add(string limits = "") => _fixture.Home.AddSource("s", $"{Configure(_fixture.Home)}\n{limits}");

    private async Task<string> Output(string resource, params string[] command)
    {
        await using var running = await _fixture.Engine.Commands.StartAsync(
            ResourceReference.Parse(resource), new ResourceCommand { Arguments = command }, Token);
        running.StandardInput.Close();
        using var reader = new StreamReader(running.StandardOutput);
        var output = await reader.ReadToEndAsync(Token);
        Assert.Equal(0, (await running.WaitAsync(Token)).ExitCode);
        return output;
    }
}
