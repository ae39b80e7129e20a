using System.Globalization;
using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Hooks;

/// <summary>The points of a resource's life at which scripts run, and what comes of their failures.</summary>
public sealed class HookStageTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Log => _fixture.Home.Combine("log");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Acquire_hooks_are_run_for_a_new_one_and_for_a_kept_one_and_not_for_what_is_made_for_nobody()
    {
        Add("maximum=1\nreserve=1");
        LogHooks("provision.d", "configure.d", "acquire.d");
        await _fixture.Engine.Leases.RefillAsync(["s"], Token);
        Assert.Equal(["provision.d s-0", "configure.d s-0"], await LinesAsync());
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        Assert.Equal(["acquire.d s-0"], (await LinesAsync()).Skip(2));
        _fixture.Time.Advance(TimeSpan.FromHours(1));
        await _fixture.Acquire("s");
        Assert.Equal(["acquire.d s-0", "acquire.d s-0"], (await LinesAsync()).Skip(2));
    }

    [Fact]
    public async Task Nobody_has_a_resource_before_its_acquire_hooks_are_done_but_they_can_use_it()
    {
        Add("maximum=1\nreserve=1");
        await _fixture.Acquire("s");
        await _fixture.Release("s-0");
        var goOn = _fixture.Home.Combine("go-on");
        _fixture.Home.AddHook("s", "acquire.d", "10-wait", $"touch {Log}; while ! test -e {goOn}; do sleep 0.01; done");
        var acquiring = _fixture.Acquire("s");
        await Eventually.True(() => File.Exists(Log), what: "the hook");
        Assert.Equal("provisioning", Assert.Single(_fixture.Engine.Inventory.Resources("s")).State);
        await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Commands.RunAsync(new("s-0"), new() { Arguments = ["true"] }, Token));
        await File.WriteAllTextAsync(goOn, "", Token);
        Assert.Equal(["s-0"], await acquiring);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failing_acquire_hook_is_a_strike_and_everything_is_undone(bool isKept)
    {
        Add("maximum=2\nreserve=2");
        if (isKept)
            await _fixture.Engine.Leases.RefillAsync(["s"], Token);
        var hook = _fixture.Home.AddHook("s", "acquire.d", "10-fail", "test $1 = s-0 || { echo no licence; exit 1; }");
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s", 2));
        Assert.Contains("hook acquire.d/10-fail of s failed with exit code 1: no licence", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _fixture.Count("s").InUse);
        Assert.DoesNotContain(_fixture.Engine.Inventory.Resources("s"), r => r.Resource == "s-1");
        Assert.Contains(_fixture.Engine.Inventory.Events(0, 100), e => e is { Kind: "failed", Resource: "s-1" });
        File.Delete(hook);
        Assert.Equal(["s-0", "s-1"], await _fixture.Acquire("s", 2));
    }

    [Fact]
    public async Task The_concurrency_hook_gets_the_probed_number_and_prints_another()
    {
        Add("concurrency=3");
        _fixture.Home.AddHook("s", "", "concurrency", "test $2 = $CRCACHE_CONCURRENCY; echo talk >&2; echo $(($2 * 2))");
        Assert.Equal(6, (await _fixture.Engine.Leases.AcquireAsync(new("s"), Token))[0].Concurrency);
    }

    [Theory]
    [InlineData("echo 0", "printed '0'")]
    [InlineData("echo 10001", "printed '10001'")]
    [InlineData("echo many", "printed 'many'")]
    [InlineData("true", "printed ''")]
    [InlineData("echo why >&2; exit 2", "failed with exit code 2: why")]
    public async Task What_is_no_number_is_an_error_of_the_concurrency_hook(string script, string why)
    {
        Add("");
        _fixture.Home.AddHook("s", "", "concurrency", script);
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));
        Assert.Equal(ErrorCodes.HookFailed, error.Code);
        Assert.StartsWith("hook concurrency of s ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task Run_hooks_get_the_commands_words_and_how_it_ended()
    {
        Add("");
        _fixture.Home.AddHook("s", "pre-run.d", "10-log", $"echo before $# \"$3\" >> {Log}");
        _fixture.Home.AddHook("s", "post-run.d", "10-log", $"echo after $1 $CRCACHE_EXIT_CODE >> {Log}; exit 9");
        await _fixture.Acquire("s");
        Assert.Equal(7, await RunAsync("sh", "-c", $"echo during >> {Log}; exit 7"));
        Assert.Equal(["before 4 -c", "during", "after s-0 7"], await LinesAsync());
        Assert.False(_fixture.Engine.Commands.IsHere(new("s-0")));
    }

    [Fact]
    public async Task A_failing_hook_before_a_command_keeps_it_from_being_run()
    {
        Add("");
        _fixture.Home.AddHook("s", "pre-run.d", "10-fail", "echo not today; exit 1");
        _fixture.Home.AddHook("s", "post-run.d", "10-log", $"echo after >> {Log}");
        await _fixture.Acquire("s");
        var error = await Assert.ThrowsAsync<ResourceException>(() => RunAsync("touch", Log));
        Assert.Equal((ErrorCodes.HookFailed, ExitCodes.Failed), (error.Code, error.ExitCode));
        Assert.Contains("not today", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Log));
        Assert.Equal("leased", Assert.Single(_fixture.Engine.Inventory.Resources("s")).State);
    }

    [Fact]
    public async Task Run_hooks_that_are_added_count_from_the_next_hand_out_on()
    {
        Add("maximum=1\nreserve=1");
        await _fixture.Acquire("s");
        LogHooks("pre-run.d");
        Assert.Equal(0, await RunAsync("true"));
        Assert.False(File.Exists(Log));
        await _fixture.Release("s-0");
        await _fixture.Acquire("s");
        Assert.Equal(0, await RunAsync("true"));
        Assert.Equal(["pre-run.d s-0"], await LinesAsync());
    }

    [Fact]
    public async Task A_hook_that_takes_too_long_is_stopped_with_all_that_it_started()
    {
        Add("hook_timeout=1s");
        _fixture.Home.AddHook("s", "provision.d", "10-slow", $"sleep 300 & echo $! > {Log}; wait");
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));
        Assert.Contains("hook provision.d/10-slow of s did not end within 1 s", error.Message, StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(int.Parse((await LinesAsync())[0], CultureInfo.InvariantCulture)));
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task What_hooks_say_is_kept_in_a_bounded_log_that_the_error_names_until_the_resource_is_discarded_well()
    {
        Add("maximum=1");
        var log = Path.Combine(_fixture.Home.StateDirectory, "logs", "s-0.log");
        var hook = _fixture.Home.AddHook("s", "provision.d", "10-talk", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1");
        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("s"));
        Assert.EndsWith($"(log: {log})", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("\nthe end\n", await File.ReadAllTextAsync(log, Token), StringComparison.Ordinal);
        Assert.InRange(new FileInfo(log).Length, 1, 1024 * 1024);

        File.Delete(hook);
        _fixture.Home.AddHook("s", "provision.d", "20-well", "echo well");
        await _fixture.Acquire("s");
        Assert.Matches(@"== \S+ \S+ provision.d/20-well\nwell\n$", await File.ReadAllTextAsync(log, Token));
        await _fixture.Release("s-0");
        Assert.False(File.Exists(log));
    }

    private void Add(string limits) => _fixture.Home.AddSource("s", $"type=local\n{limits}");

    private void LogHooks(params string[] stages)
    {
        foreach (var stage in stages)
            _fixture.Home.AddHook("s", stage, "10-log", $"echo {stage} $1 >> {Log}");
    }

    private Task<string[]> LinesAsync() => File.ReadAllLinesAsync(Log, Token);

    private async Task<int> RunAsync(params string[] command) =>
        (await _fixture.Engine.Commands.RunAsync(new("s-0"), new ResourceCommand { Arguments = command }, Token)).ExitCode;
}
