using System.Diagnostics;
using System.Globalization;
using CrCache.Routes;

namespace CrCache.Leasing;

/// <summary>Nothing of one holder goes on under the next.</summary>
public sealed class FencingTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public FencingTests() => _fixture.Home.AddSource("one", "type=local\nmaximum=1\nreserve=1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("sleep 300")]
    [InlineData("trap '' TERM; while :; do sleep 300; done")]
    [InlineData("sleep 300 & sleep 300 & wait")]
    [InlineData("kill -STOP $$; sleep 300")]
    public async Task A_command_that_still_runs_is_ended_before_its_resource_is_handed_on(string script)
    {
        await _fixture.Acquire("one");
        await using var running = await StartAsync("one-0", $"echo $$; {script}");
        using StreamReader output = new(running.StandardOutput);
        var process = int.Parse((await output.ReadLineAsync(Token))!, CultureInfo.InvariantCulture);

        await _fixture.Release("one-0");

        Assert.False(IsAlive(process));
        await Assert.ThrowsAsync<LeaseLostException>(() => running.WaitAsync(Token));
        Assert.Equal("", await output.ReadToEndAsync(Token));
        Assert.Equal(["one-0"], await _fixture.Acquire("one"));
        Assert.Empty(Directory.GetFiles(Path.Combine(_fixture.Home.StateDirectory, "running"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_has_ended_costs_a_release_nothing()
    {
        await _fixture.Acquire("one");
        await using (var running = await StartAsync("one-0", "true"))
            await running.WaitAsync(Token);
        await _fixture.Release("one-0");
        Assert.Equal((1, 0), _fixture.Count("one"));
        Assert.DoesNotContain(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind == "failed");
    }

    [Fact]
    public async Task A_release_that_is_given_up_is_gone_on_with_by_the_next_command()
    {
        await _fixture.Acquire("one");
        await using var running = await StartAsync("one-0", "trap '' TERM; echo; while :; do sleep 300; done");
        using StreamReader output = new(running.StandardOutput);
        await output.ReadLineAsync(Token);
        using CancellationTokenSource giveUp = new();
        var releasing = _fixture.Engine.Leases.ReleaseAsync([new("one-0")], force: false, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => releasing);

        Assert.Equal(["one-0"], await _fixture.Acquire("one"));
        Assert.DoesNotContain(_fixture.Engine.Inventory.Events(0, 100), e => e.Kind is "failed" or "discarding");
        await Assert.ThrowsAsync<LeaseLostException>(() => running.WaitAsync(Token));
    }

    [Fact]
    public async Task A_command_may_end_its_own_lease()
    {
        var lease = (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("one"), Token))[0];
        var commands = new Caller(() => _fixture.Home.StateDirectory, new(SshLab.Transport)).Commands;

        // As "crcache run one-0 sh -c 'crcache release one-0'" looks to the inner one: it is below what runs.
        using var entry = commands.Begin("one-0");
        entry.Started(Environment.ProcessId);
        await _fixture.Engine.Leases.ReleaseAsync([lease.Reference], force: false, Token);
        Assert.Equal((1, 0), _fixture.Count("one"));
    }

    [Fact]
    public async Task What_was_started_by_one_who_was_killed_before_he_could_say_so_is_found()
    {
        await _fixture.Acquire("one");
        var commands = new Caller(() => _fixture.Home.StateDirectory, new(SshLab.Transport)).Commands;
        var entry = commands.Begin("one-0");
        using Process orphan = Process.Start(new ProcessStartInfo("sleep", "300") { Environment = { ["CRCACHE_RUN"] = entry.Environment["CRCACHE_RUN"] } })!;
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_fixture.Home.StateDirectory, "running", "one-0")));
        await File.WriteAllTextAsync(file, (ProcessIdentity.Current() with { Started = 1 }) + "\n", Token);

        await _fixture.Release("one-0");

        await orphan.WaitForExitAsync(Token);
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("namespace")]
    public async Task Who_has_only_the_id_of_what_ran_there_is_left_alone(string differs)
    {
        await _fixture.Acquire("one");
        using var bystander = ProcessRun.Start(["sleep", "300"]);
        var identity = ProcessIdentity.Of(bystander.Id)!;
        identity = differs == "start" ? identity with { Started = identity.Started - 1 } : identity with { Namespace = "pid:[1]" };
        using var entry = new Caller(() => _fixture.Home.StateDirectory, new(SshLab.Transport)).Commands.Begin("one-0");
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_fixture.Home.StateDirectory, "running", "one-0")));
        await File.WriteAllTextAsync(file, $"{ProcessIdentity.Current() with { Started = 1 }}\n{identity}\n", Token);

        await _fixture.Release("one-0");

        Assert.Equal((1, 0), _fixture.Count("one"));
        bystander.Signal(10);
        Assert.Equal(128 + 10, (await bystander.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_resource_that_expires_under_a_command_is_handed_on_without_it()
    {
        await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("one") { TimeToLive = TimeSpan.FromMinutes(10) }, Token);
        await using var running = await StartAsync("one-0", "sleep 300");
        _fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["one-0"], await _fixture.Acquire("one"));
        await Assert.ThrowsAsync<LeaseLostException>(() => running.WaitAsync(Token));
    }

    [Fact]
    public async Task Whoever_resets_and_dies_is_followed_up()
    {
        await _fixture.Acquire("one");
        await using var running = await StartAsync("one-0", "sleep 300");
        Store.StateStore store = new(() => _fixture.Home.StateDirectory, _fixture.Time);
        store.Transact(t =>
        {
            t.Resources.Update(t.Resources.Find("one-0")! with
            {
                State = Store.ResourceState.Resetting,
                Owner = null,
                Actor = (ProcessIdentity.Current() with { Started = 1 }).ToString(),
            });
            return true;
        });
        Assert.Equal(["one-0"], await _fixture.Acquire("one"));
        await Assert.ThrowsAsync<LeaseLostException>(() => running.WaitAsync(Token));
    }

    [Fact]
    public async Task A_command_that_is_started_as_its_lease_ends_is_refused_or_ended()
    {
        for (var i = 0; i < 20; i++)
        {
            var lease = (await _fixture.Engine.Leases.AcquireAsync(new AcquireRequest("one"), Token))[0];
            var starting = Task.Run(
                async () =>
                {
                    try
                    {
                        await using var running = await _fixture.Engine.Commands.StartAsync(
                            lease.Reference, new ResourceCommand { Arguments = ["sleep", "300"] }, Token);
                        await running.WaitAsync(Token);
                        return false;
                    }
                    catch (LeaseLostException)
                    {
                        return true;
                    }
                },
                Token);
            await _fixture.Engine.Leases.ReleaseAsync([lease.Reference], force: false, Token);
            Assert.True(await starting);
        }
    }

    private Task<RunningCommand> StartAsync(string resource, string script) =>
        _fixture.Engine.Commands.StartAsync(ResourceReference.Parse(resource), new ResourceCommand { Arguments = ["sh", "-c", script] }, Token);

    private static bool IsAlive(int process) => ProcessIdentity.Of(process) is not null;
}
