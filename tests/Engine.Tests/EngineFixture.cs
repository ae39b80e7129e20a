using CrCache.Leasing;

namespace CrCache;

/// <summary>An engine on a fresh home, with a clock that the test moves.</summary>
internal sealed class EngineFixture : IDisposable
{
    public EngineFixture() => Engine = Open();

    public TestHome Home { get; } = new();

    public SteppedTime Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public CrCacheEngine Engine { get; }

    public CrCacheEngine Open(bool searchParents = false, string? directory = null) => CrCacheEngine.Open(new EngineOptions
    {
        Directory = directory ?? Home.Project,
        Environment = Home.Environment,
        SearchParents = searchParents,
        Time = Time,
    });

    public async Task<IReadOnlyList<string>> Acquire(string source, int count = 1) =>
        [.. (await Engine.Leases.AcquireAsync(new AcquireRequest(source, count), TestContext.Current.CancellationToken)).Select(l => l.Resource)];

    public Task Release(params string[] names) =>
        Engine.Leases.ReleaseAsync([.. names.Select(ResourceReference.Parse)], force: false, TestContext.Current.CancellationToken);

    public (int Cached, int InUse) Count(string source)
    {
        var status = Engine.Inventory.Sources([source])[0];
        return (status.Cached, status.InUse);
    }

    public void Dispose() => Home.Dispose();
}
