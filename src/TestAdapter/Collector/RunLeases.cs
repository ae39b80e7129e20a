using CrCache.Configuration;
using CrCache.Leasing;

namespace CrCache.TestAdapter;

/// <summary>The leases of a test run: acquired at its start, renewed while it lasts, given back at its end. They belong to this process.</summary>
internal sealed class RunLeases : IDisposable
{
    // Long enough for a machine that stalls for a while not to lose its resources.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(60);

    private readonly CrCacheEngine _engine;
    private readonly LeaseKeeper _keeper;

    private RunLeases(CrCacheEngine engine, IReadOnlyList<Lease> leases)
    {
        _engine = engine;
        Resources = [.. leases.Select(l => new LeasedResource(l.Reference, l.Concurrency) { IsHere = engine.Commands.IsHere(l.Reference) })];

        // Every use of a resource names its lease and fails with the reason where that was lost.
        _keeper = new(engine.Leases, [.. leases.Select(l => l.Reference)], TimeToLive, TimeProvider.System);
    }

    /// <summary>What was leased.</summary>
    public IReadOnlyList<LeasedResource> Resources { get; }

    /// <summary>Leases all that are free, at least one.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="settings">What to lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CrCacheException">None could be had.</exception>
    public static async Task<RunLeases> AcquireAsync(CrCacheEngine engine, CollectorSettings settings, CancellationToken cancellationToken)
    {
        // A source without a limit has as many as one asks for: as many as this machine can drive at once.
        var limit = engine.Inventory.Sources([SourceReference.Parse(settings.Source).Name]) is [{ Maximum: { } maximum }, ..] ? maximum : Environment.ProcessorCount;
        var leases = await engine.Leases.AcquireAsync(
            new AcquireRequest([new(settings.Source, Math.Max(1, Math.Min(limit, settings.Count ?? limit))) { AtLeast = 1 }])
            {
                Owner = LeaseOwner.ThisProcess,
                TimeToLive = TimeToLive,
                Note = $"dotnet test in {settings.Directory}",
            },
            cancellationToken);
        return new RunLeases(engine, leases);
    }

    /// <summary>Gives them back.</summary>
    /// <exception cref="CrCacheException">A reset or discard failed; they are out of our hands nevertheless.</exception>
    public async Task ReleaseAsync()
    {
        _keeper.Dispose();
        using var limit = new CancellationTokenSource(ReleaseLimit);
        await _engine.Leases.ReleaseAsync(_keeper.Kept, force: false, limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _keeper.Dispose();
}
