using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Sources;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Resources that are made on others, by types of a third party's.</summary>
public sealed class LayeredMakingTests : IDisposable
{
    private readonly EngineFixture _fixture = new();
    private readonly CrCacheEngine _engine;

    public LayeredMakingTests() => _engine = CrCacheEngine.Open(new()
    {
        Directory = _fixture.Home.Project,
        Environment = _fixture.Home.Environment,
        AdditionalSourceTypes = [new Below(), new Above()],
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task What_was_to_be_made_on_something_that_could_not_be_made_leaves_nothing()
    {
        _fixture.Home.AddSource("low", "type=below\nscript=exit 1");
        _fixture.Home.AddSource("high", "type=above\nsources=low\nmaximum=1");
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ResourceException>(() => _engine.Leases.AcquireAsync(new AcquireRequest("high"), Token));
            Assert.Empty(_engine.Inventory.Names());
        }

        _fixture.Home.AddSource("low", "type=below\nscript=exit 0");
        Assert.Equal("high-0", (await _engine.Leases.AcquireAsync(new AcquireRequest("high"), Token))[0].Resource);
        await _engine.Leases.ReleaseAsync([new("high-0")], force: false, Token);
        Assert.Empty(_engine.Inventory.Names());
    }

    [Fact]
    public async Task What_was_to_be_made_on_something_that_is_somebody_elses_by_now_is_not_unmade_there()
    {
        var log = _fixture.Home.Combine("log");
        _fixture.Home.AddSource("low", "type=below\nscript=exit 0");
        _fixture.Home.AddSource("high", $"type=above\nsources=low\nmaximum=1\nlog={log}");
        var high = (await _engine.Leases.AcquireAsync(new AcquireRequest("high"), Token))[0].Reference;
        StateStore store = new(() => _fixture.Home.StateDirectory, _fixture.Time);
        var row = store.Transact(t => t.Resources.Find("high-0")!);
        await _engine.Leases.ReleaseAsync([high], force: false, Token);
        Assert.Equal("low-0", (await _engine.Leases.AcquireAsync(new AcquireRequest("low"), Token))[0].Resource);
        Assert.Single(await File.ReadAllLinesAsync(log, Token));

        // Its maker was killed, and the next one, who had undone what it was to be made on, as well.
        store.Transact(t =>
        {
            t.Resources.Add(row with { State = ResourceState.Provisioning, Route = null, Owner = null, Actor = null });
            return true;
        });
        await _engine.Leases.CollectAsync(apply: true, Token);

        Assert.Single(await File.ReadAllLinesAsync(log, Token));
        Assert.Equal(["low-0"], _engine.Inventory.Names());
    }

    [Fact]
    public async Task What_a_killed_maker_left_running_is_ended_before_it_is_unmade()
    {
        var file = _fixture.Home.Combine("process");
        _fixture.Home.AddSource("low", $"type=below\nscript=echo $$ > {file}.new; mv {file}.new {file}; exec sleep 300");
        using CancellationTokenSource giveUp = new();
        var making = _engine.Leases.AcquireAsync(new AcquireRequest("low"), giveUp.Token);
        var process = int.Parse(await Eventually.Get(() => File.Exists(file) ? File.ReadAllText(file) : null, what: "the maker"), CultureInfo.InvariantCulture);

        await new Caller(() => _fixture.Home.StateDirectory, new(SshLab.Transport)).Commands.EndAsync("low-0", Token);

        Assert.Null(ProcessIdentity.Of(process));
        await Assert.ThrowsAnyAsync<CrCacheException>(() => making);
        Assert.Empty(_engine.Inventory.Names());
    }

    private sealed class Below : SourceType
    {
        public override string Name => "below";

        public override IReadOnlyList<string> Keys => ["script"];

        public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
        {
            await using var running = await context.StartAsync(
                new Route(), new ResourceCommand { Arguments = ["sh", "-c", context.Settings.Text("script")!] }, cancellationToken);
            return (await running.WaitAsync(cancellationToken)).ExitCode == 0
                ? new ResourceDraft(new Route(), Concurrency: 1)
                : throw new ResourceException(ErrorCodes.ProvisionFailed, "the script failed");
        }
    }

    private sealed class Above : SourceType
    {
        public override string Name => "above";

        public override IReadOnlyList<string> Keys => ["sources", "log"];

        public override IReadOnlyList<string> Layers(SourceSettings settings) => settings.List("sources");

        public override Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new ResourceDraft(new Route(), Concurrency: 1));

        // What it made is below: it cannot be unmade without.
        public override async Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken)
        {
            await using var running = await context.StartAsync(new Route(), new ResourceCommand { Arguments = ["sh", "-c", $"echo unmade >> {context.Settings.Text("log") ?? "/dev/null"}"] }, cancellationToken);
            await running.WaitAsync(cancellationToken);
        }
    }
}
