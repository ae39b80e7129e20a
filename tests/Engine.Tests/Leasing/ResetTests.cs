using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Leasing;

/// <summary>What was given back is made as it was before the next one gets it, or discarded.</summary>
public sealed class ResetTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly CrCacheEngine _engine;

    public ResetTests() => _engine = CrCacheEngine.Open(new()
    {
        Directory = _fixture.Home.Project,
        Environment = _fixture.Home.Environment,
        AdditionalSourceTypes = [new Washed()],
        Time = _fixture.Time,
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Log => _fixture.Home.Combine("log");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_resource_of_a_type_that_resets_is_reset_when_it_is_given_back_between_the_hooks()
    {
        Add("maximum=1\nreserve=1");
        LogHooks("w", "release.d", "reset.d");
        await AcquireAsync("w");
        await ReleaseAsync("w-0");
        Assert.Equal(["release.d w-0", "washed w-0", "reset.d w-0"], await File.ReadAllLinesAsync(Log, Token));
        Assert.Equal("idle", Assert.Single(_engine.Inventory.Resources("w")).State);
    }

    [Fact]
    public async Task Its_new_way_in_is_that_of_the_next()
    {
        Add("maximum=1\nreserve=1");
        await AcquireAsync("w");
        Assert.Equal("", await OutputAsync("w-0", "printenv WASHED || true"));
        await ReleaseAsync("w-0");
        await AcquireAsync("w");
        Assert.Equal("yes", await OutputAsync("w-0", "printenv WASHED"));
    }

    [Theory]
    [InlineData("maximum=1")]
    [InlineData("maximum=1\nreserve=1\nmax_use_count=1")]
    public async Task What_is_discarded_anyway_is_not_reset_but_the_release_hooks_are_run(string limits)
    {
        Add(limits);
        LogHooks("w", "release.d", "reset.d", "discard.d");
        await AcquireAsync("w");
        await ReleaseAsync("w-0");
        Assert.Equal(["release.d w-0", "discard.d w-0"], await File.ReadAllLinesAsync(Log, Token));
        Assert.Empty(_engine.Inventory.Names());
    }

    [Fact]
    public async Task A_resource_that_cannot_be_reset_is_discarded_and_that_is_a_strike()
    {
        var fails = _fixture.Home.Combine("fails");
        Add($"maximum=1\nreserve=1\nfails={fails}");
        await File.WriteAllTextAsync(fails, "", Token);
        for (var i = 0; i < 3; i++)
        {
            await AcquireAsync("w");
            var error = await Assert.ThrowsAsync<ResourceException>(() => ReleaseAsync("w-0"));
            Assert.Contains("w-0 stays dirty", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("quarantined", Assert.Single(_engine.Inventory.Resources("w")).State);
        File.Delete(fails);
        await _engine.Leases.HealAsync([], Token);
        Assert.Equal(["w-0"], await AcquireAsync("w"));
    }

    [Theory]
    [InlineData("release.d")]
    [InlineData("reset.d")]
    public async Task A_hook_that_fails_as_it_is_given_back_has_it_discarded(string stage)
    {
        _fixture.Home.AddSource("l", "type=local\nmaximum=1\nreserve=1");
        var hook = _fixture.Home.AddHook("l", stage, "10-fail", "echo no; exit 4");
        await AcquireAsync("l");
        var error = await Assert.ThrowsAsync<ResourceException>(() => ReleaseAsync("l-0"));
        Assert.Equal(ErrorCodes.HookFailed, error.Code);
        Assert.Empty(_engine.Inventory.Names());
        Assert.Contains(_engine.Inventory.Events(0, 100), e => e.Kind == "failed");
        File.Delete(hook);
        Assert.Equal(["l-0"], await AcquireAsync("l"));
    }

    [Fact]
    public async Task What_a_kept_one_is_layered_on_is_reset_with_it()
    {
        Add("maximum=1");
        _fixture.Home.AddSource("p", "type=pool\nsources=w\nreserve=1");
        await AcquireAsync("p");
        await ReleaseAsync("p-0");
        Assert.Equal(["washed w-0"], await File.ReadAllLinesAsync(Log, Token));
        await AcquireAsync("p");
        Assert.Equal("yes", await OutputAsync("p-0", "printenv WASHED"));
    }

    [Fact]
    public async Task What_a_layered_one_is_on_and_cannot_be_reset_is_discarded_with_it()
    {
        var fails = _fixture.Home.Combine("fails");
        Add($"maximum=1\nreserve=1\nfails={fails}");
        _fixture.Home.AddSource("p", "type=pool\nsources=w\nreserve=1");
        await AcquireAsync("p");
        await File.WriteAllTextAsync(fails, "", Token);
        await Assert.ThrowsAsync<ResourceException>(() => ReleaseAsync("p-0"));
        Assert.Empty(_engine.Inventory.Names());
        Assert.Equal("w-0", Assert.Single(_engine.Inventory.Events(0, 100), e => e.Kind == "failed").Resource);
    }

    [Fact]
    public async Task From_where_its_configuration_is_not_seen_it_is_reset_as_well()
    {
        var elsewhere = CrCacheEngine.Open(new() { Directory = _fixture.Home.Home, Environment = _fixture.Home.Environment, Time = _fixture.Time });
        _fixture.Home.AddSource("l", "type=local\nmaximum=1\nreserve=1", project: true);
        _fixture.Home.AddHook("l", "reset.d", "10-log", $"echo reset >> {Log}", project: true);
        await AcquireAsync("l");
        await elsewhere.Leases.ReleaseAsync([new("l-0")], force: false, Token);
        Assert.Equal(["reset"], await File.ReadAllLinesAsync(Log, Token));
    }

    [Fact]
    public async Task Given_up_half_way_the_next_command_finishes_it()
    {
        _fixture.Home.AddSource("l", "type=local\nmaximum=1\nreserve=1");
        var hook = _fixture.Home.AddHook("l", "reset.d", "10-slow", $"touch {Log}; exec sleep 300");
        await AcquireAsync("l");
        using CancellationTokenSource giveUp = new();
        var releasing = _engine.Leases.ReleaseAsync([new("l-0")], force: false, giveUp.Token);
        await Eventually.True(() => File.Exists(Log), what: "the reset");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => releasing);
        Assert.Equal("resetting", Assert.Single(_engine.Inventory.Resources("l")).State);
        File.Delete(hook);
        await _engine.Leases.CollectAsync(apply: true, Token);
        Assert.Equal("idle", Assert.Single(_engine.Inventory.Resources("l")).State);
    }

    private void Add(string limits) => _fixture.Home.AddSource("w", $"type=washed\nlog={Log}\n{limits}");

    private void LogHooks(string source, params string[] stages)
    {
        foreach (var stage in stages)
            _fixture.Home.AddHook(source, stage, "10-log", $"echo {stage} $1 >> {Log}");
    }

    private async Task<IReadOnlyList<string>> AcquireAsync(string source) =>
        [.. (await _engine.Leases.AcquireAsync(new AcquireRequest(source), Token)).Select(l => l.Resource)];

    private async Task ReleaseAsync(string name) => await _engine.Leases.ReleaseAsync([new(name)], force: false, Token);

    private async Task<string> OutputAsync(string resource, string script)
    {
        await using var running = await _engine.Commands.StartAsync(new(resource), new ResourceCommand { Arguments = ["sh", "-c", script] }, Token);
        running.StandardInput.Close();
        using StreamReader reader = new(running.StandardOutput);
        return (await reader.ReadToEndAsync(Token)).Trim();
    }

    private sealed class Washed : SourceType
    {
        public override string Name => "washed";

        public override IReadOnlyList<string> Keys => ["log", "fails"];

        public override ResourceDraft Draft(SourceSettings settings) => new(new Route(), Concurrency: 1);

        public override bool Resets(SourceSettings settings) => true;

        public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
        {
            if (context.Settings.Text("fails") is { } fails && File.Exists(fails))
                throw new ResourceException(ErrorCodes.ProvisionFailed, $"{context.Resource} stays dirty");
            await File.AppendAllTextAsync(context.Settings.Text("log")!, $"washed {context.Resource}\n", cancellationToken);
            return new(new Route { Environment = new Dictionary<string, string> { ["WASHED"] = "yes" } }, Concurrency: 1);
        }
    }
}
