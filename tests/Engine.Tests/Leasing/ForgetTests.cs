using CrCache.Sources;

namespace CrCache.Leasing;

/// <summary>Resources whose discard can never succeed.</summary>
public sealed class ForgetTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private ResourceEvent Last => _fixture.Engine.Inventory.Events(after: 0, 1000)[^1];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task One_that_cannot_be_discarded_is_given_up_and_another_can_be_made()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=1");
        var hook = _fixture.Home.AddHook("lab", "discard.d", "10-fail", "exit 1");
        await _fixture.Acquire("lab");
        Assert.DoesNotContain("forget", (await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("lab-0"))).Message, StringComparison.Ordinal);
        var again = await Assert.ThrowsAsync<ResourceException>(() => _fixture.Engine.Leases.CollectAsync(apply: true, Token));
        Assert.Equal(ErrorCodes.HookFailed, again.Code);
        Assert.EndsWith("(if it never can be, 'crcache forget lab-0' gives it up)", again.Message, StringComparison.Ordinal);

        Assert.Equal([new ForgottenResource("lab-0", null)], await ForgetAsync("lab-0"));

        Assert.Empty(_fixture.Engine.Inventory.Names());
        Assert.Equal("forgotten", Last.Kind);
        File.Delete(hook);
        Assert.Equal(["lab-0"], await _fixture.Acquire("lab"));
    }

    [Fact]
    public async Task What_its_source_may_have_left_is_said_and_is_left()
    {
        Assert.SkipWhen(Requirement.Root.IsMissing(out var reason), reason);
        ChrootLab.Require();
        var directory = _fixture.Home.Combine("chroots");
        _fixture.Home.AddSource("lab", $"type=chroot\ntree={BusyboxRoot.Path}\nclone=command\nclone_command=cp -a {{golden}}/. {{path}}\ndiscard_command=echo no such volume >&2; exit 1\ndirectory={directory}");
        await _fixture.Acquire("lab");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("lab-0"));

        var forgotten = Assert.Single(await ForgetAsync("lab-0"));

        var place = Assert.Single(Directory.GetDirectories(directory, "lab-0", SearchOption.AllDirectories));
        Assert.Equal($"the directory {place}, with the process that holds the chroot, on this machine", forgotten.Left);
        Assert.True(Directory.Exists(Path.Combine(place, "root")));
        Assert.Equal(forgotten.Left, Last.Detail);
    }

    [Fact]
    public async Task One_with_which_nothing_is_wrong_or_that_is_in_use_is_forgotten_only_by_force()
    {
        _fixture.Home.AddSource("lab", "type=local\nmaximum=2\nreserve=2");
        await _fixture.Acquire("lab", 2);
        await _fixture.Release("lab-1");
        var leased = await Assert.ThrowsAsync<UsageException>(() => ForgetAsync("lab-0"));
        Assert.Equal(ErrorCodes.HeldByAnother, leased.Code);
        Assert.StartsWith("lab-0 is leased by ", leased.Message, StringComparison.Ordinal);
        Assert.StartsWith("nothing is wrong with lab-1: it is idle", (await Assert.ThrowsAsync<UsageException>(() => ForgetAsync("lab-1"))).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.NotLeased, (await Assert.ThrowsAsync<UsageException>(() => ForgetAsync("lab-7", "lab-0"))).Code);
        Assert.Equal(2, _fixture.Engine.Inventory.Names().Count);

        await _fixture.Engine.Leases.ForgetAsync(["lab-0", "lab-0"], force: true, Token);

        Assert.Equal(["lab-1"], _fixture.Engine.Inventory.Names());
        await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Commands.RunAsync(new("lab-0"), new() { Arguments = ["true"] }, Token));
    }

    [Fact]
    public async Task What_it_was_layered_on_is_given_back_and_cannot_be_forgotten_before()
    {
        _fixture.Home.AddSource("below", "type=local\nmaximum=1\nreserve=1");
        _fixture.Home.AddSource("above", "type=local\nbase=below\nmaximum=1");
        _fixture.Home.AddHook("above", "discard.d", "10-fail", "exit 1");
        await _fixture.Acquire("above");
        await Assert.ThrowsAsync<ResourceException>(() => _fixture.Release("above-0"));
        var refused = await Assert.ThrowsAsync<UsageException>(() => _fixture.Engine.Leases.ForgetAsync(["below-0"], force: true, Token));
        Assert.Equal("above-0 is layered on below-0; release or forget above-0 first", refused.Message);

        await ForgetAsync("above-0");

        Assert.Equal("idle", Assert.Single(_fixture.Engine.Inventory.Resources("below")).State);
        Assert.Equal(["above-0"], await _fixture.Acquire("above"));
    }

    private Task<IReadOnlyList<ForgottenResource>> ForgetAsync(params string[] names) => _fixture.Engine.Leases.ForgetAsync(names, force: false, Token);
}
