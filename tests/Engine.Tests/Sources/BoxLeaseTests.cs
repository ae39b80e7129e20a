using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A box in the hands of one holder after another: what one leaves in it is gone for the next.</summary>
public sealed class BoxLeaseTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public BoxLeaseTests() => BoxLab.Require();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        BoxLab.Sweep(_fixture.Home);
        _fixture.Dispose();
    }

    [Fact]
    public async Task Given_back_it_is_made_anew()
    {
        _fixture.Home.AddSource("b", "type=box\nmaximum=1\nreserve=1");
        await _fixture.Acquire("b");
        Assert.Equal(0, await Run("b-0", "sh", "-c", "echo mine > /tmp/left; (sleep 300 &)"));
        Assert.Equal(0, await Run("b-0", "test", "-e", "/tmp/left"));
        await _fixture.Release("b-0");
        Assert.Equal(1, _fixture.Count("b").Cached);

        await _fixture.Acquire("b");
        Assert.Equal(1, await Run("b-0", "test", "-e", "/tmp/left"));
        Assert.Equal(1, await Run("b-0", "pgrep", "-f", "sleep 300"));
        Assert.Equal(2, _fixture.Engine.Inventory.Resources("b")[0].Uses);
    }

    [Fact]
    public async Task As_it_is_kept_it_stays_as_it_was_left_where_that_is_asked_for()
    {
        _fixture.Home.AddSource("b", "type=box\nmaximum=1\nreserve=1\nreset=none");
        await _fixture.Acquire("b");
        Assert.Equal(0, await Run("b-0", "touch", "/tmp/left"));
        await _fixture.Release("b-0");

        await _fixture.Acquire("b");
        Assert.Equal(0, await Run("b-0", "test", "-e", "/tmp/left"));
    }

    [Fact]
    public async Task A_pool_keeps_boxes_and_they_are_made_anew_below_it()
    {
        _fixture.Home.AddSource("b", "type=box\nmaximum=1");
        _fixture.Home.AddSource("pool", "type=pool\nsources=b\nreserve=1");
        await _fixture.Acquire("pool");
        Assert.Equal(0, await Run("pool-0", "touch", "/tmp/left"));
        await _fixture.Release("pool-0");
        Assert.Equal(1, _fixture.Count("pool").Cached);

        await _fixture.Acquire("pool");
        Assert.Equal(1, await Run("pool-0", "test", "-e", "/tmp/left"));
    }

    private async Task<int> Run(string resource, params string[] command)
    {
        await using var running = await _fixture.Engine.Commands.StartAsync(new(resource), new ResourceCommand { Arguments = command }, Token);
        running.StandardInput.Close();
        return (await running.WaitAsync(Token)).ExitCode;
    }
}
