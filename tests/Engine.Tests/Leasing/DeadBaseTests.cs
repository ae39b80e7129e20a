using CrCache.Routes;
using CrCache.Sources;

namespace CrCache.Leasing;

/// <summary>A base that dies under what is made on it: boxes in a box whose first process is killed, as by a reboot.</summary>
public sealed class DeadBaseTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public DeadBaseTests() => BoxLab.Require();

    public void Dispose()
    {
        BoxLab.Sweep(_fixture.Home);
        ChrootLab.Sweep(_fixture.Home);
        _fixture.Dispose();
    }

    [Fact]
    public async Task Another_is_made_and_the_dead_one_goes_with_the_last_on_it()
    {
        _fixture.Home.AddSource("outer", "type=box\nmaximum=2");
        _fixture.Home.AddSource("inner", "type=box\nbase=outer");
        await _fixture.Acquire("inner", 2);
        await KillAsync("outer-0");

        Assert.Equal(["inner-2"], await _fixture.Acquire("inner"));

        Assert.Equal(["outer-0", "outer-0", "outer-1"], _fixture.Engine.Inventory.Resources("inner").Select(r => r.Base));
        await _fixture.Release("inner-0", "inner-1");
        Assert.Equal(["inner-2", "outer-1"], _fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task What_was_kept_on_it_is_discarded_and_made_anew()
    {
        _fixture.Home.AddSource("outer", "type=box\nmaximum=1");
        _fixture.Home.AddSource("inner", "type=box\nbase=outer\nmaximum=1\nreserve=1");
        await _fixture.Acquire("inner");
        await _fixture.Release("inner-0");
        await KillAsync("outer-0");
        _fixture.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(["inner-0"], await _fixture.Acquire("inner"));

        Assert.Equal((0, 1), _fixture.Count("outer"));
    }

    [Fact]
    public async Task What_cannot_be_made_on_a_base_leaves_nothing_there()
    {
        ChrootLab.Require();
        _fixture.Home.AddSource("outer", $"type=chroot\ntree={BusyboxRoot.Path}\ndirectory={_fixture.Home.Combine("chroots")}");
        _fixture.Home.AddSource("inner", "type=box\nbase=outer");

        var error = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Acquire("inner"));

        Assert.Contains("unshare is not that of util-linux there", error.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Engine.Inventory.Names());
    }

    private async Task KillAsync(string box)
    {
        var processes = ProcessStatus.WithVariable("CRCACHE_BOX", Path.Combine(_fixture.Home.StateDirectory, "boxes", box));
        Assert.NotEmpty(processes);
        await SureSignal.SendAsync([.. processes], Libc.SigKill);
        await Eventually.True(() => !processes.Any(p => p.IsAlive));
    }
}
