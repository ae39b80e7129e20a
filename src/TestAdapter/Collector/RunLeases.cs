using CrCache.Leasing;

namespace CrCache.TestAdapter;

/// <summary>The leases of a test run: acquired at its start, given back at its end. They belong to this process.</summary>
internal sealed class RunLeases
{
    private readonly KeptLeases _leases;

    private RunLeases(CrCacheEngine engine, KeptLeases leases, int? slots)
    {
        _leases = leases;
        Resources = [.. leases.Leases.Select(l => new LeasedResource(l.Reference, Math.Min(l.Concurrency, slots ?? l.Concurrency)) { IsHere = engine.Commands.IsHere(l.Reference) })];
    }

    /// <summary>What was leased.</summary>
    public IReadOnlyList<LeasedResource> Resources { get; }

    /// <summary>Leases all that are free, at least one, and waits for that one.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="settings">What to lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CrCacheException">None could be had.</exception>
    public static async Task<RunLeases> AcquireAsync(CrCacheEngine engine, CollectorSettings settings, CancellationToken cancellationToken)
    {
        AcquireRequest request = new([engine.Inventory.AllFree(settings.Source, settings.Count)])
        {
            Note = $"dotnet test in {settings.Directory}",
            Wait = settings.Wait,
        };
        return new RunLeases(engine, await KeptLeases.AcquireAsync(engine.Leases, request, time: null, cancellationToken), settings.Slots);
    }

    /// <summary>Gives them back.</summary>
    /// <exception cref="CrCacheException">A reset or discard failed; they are out of our hands nevertheless.</exception>
    public Task ReleaseAsync() => _leases.ReleaseAsync();
}
