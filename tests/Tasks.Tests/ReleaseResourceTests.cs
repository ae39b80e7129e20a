namespace CrCache.Tasks.Tests;

public sealed class ReleaseResourceTests : IDisposable
{
    private readonly TaskBench _bench = new();

    [Fact]
    public void A_released_resource_is_free_before_the_build_ends()
    {
        var task = _bench.Release(_bench.Acquired(2));

        Assert.True(task.Execute());

        Assert.Equal(0, _bench.InUse());
        Assert.Equal(["builders-0", "builders-1"], task.Released.Select(r => r.ItemSpec));
    }

    [Fact]
    public void A_resource_can_be_named_by_hand()
    {
        _bench.Acquired();

        Assert.True(_bench.Release(TaskBench.Items("builders-0")).Execute());

        Assert.Equal(0, _bench.InUse());
    }

    [Fact]
    public void Nothing_to_release_is_fine() => Assert.True(_bench.Release().Execute());

    [Fact]
    public void A_resource_named_twice_is_released_once()
    {
        var resources = _bench.Acquired();

        Assert.True(_bench.Release([.. resources, .. resources]).Execute());

        Assert.Equal(0, _bench.InUse());
    }

    [Fact]
    public void Nothing_at_all_happens_where_one_is_missing()
    {
        var task = _bench.Release([.. _bench.Acquired(), .. TaskBench.Items("builders-7")]);

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.NotLeased, _bench.Log.Error.Code);
        Assert.Equal(1, _bench.InUse());
        Assert.Empty(task.Released);
    }

    [Fact]
    public void What_is_missing_can_be_passed_over()
    {
        var resources = _bench.Acquired(2);
        Assert.True(_bench.Release(resources[0]).Execute());
        var task = _bench.Release([.. resources, .. TaskBench.Items("builders-7", "nowhere-0")]);
        task.IgnoreMissing = true;

        Assert.True(task.Execute());

        Assert.Equal(0, _bench.InUse());
        Assert.Equal("builders-1", Assert.Single(task.Released).ItemSpec);
    }

    [Fact]
    public void A_lease_that_was_handed_on_is_not_released()
    {
        var old = _bench.Acquired();
        Assert.True(_bench.Release(old).Execute());
        _bench.Acquired();

        Assert.False(_bench.Release(old).Execute());

        Assert.Equal(ErrorCodes.LeaseLost, _bench.Log.Error.Code);
        Assert.Equal(1, _bench.InUse());
    }

    public void Dispose() => _bench.Dispose();
}
