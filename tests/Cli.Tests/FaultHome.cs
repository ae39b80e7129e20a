using CrCache.Leasing;

namespace CrCache.Cli.Tests;

/// <summary>
/// A home with a source of each sort: <c>db</c> keeps one of two, <c>kept</c> another for a second, <c>made</c> has hooks as it
/// is made and unmade, <c>fresh</c> as it is handed out and given back, <c>top</c> is
/// layered on that.
/// </summary>
internal sealed class FaultHome : IDisposable
{
    private readonly TestHome _home = new();
    private CrCacheEngine _engine;

    public FaultHome()
    {
        _home.AddSource("db", "type=local\nmaximum=2\nreserve=1");
        _home.AddSource("kept", "type=local\nmaximum=2\nreserve=1\nidle_time=1s");
        _home.AddSource("made", "type=local\nmaximum=1");
        _home.AddHook("made", "provision.d", "10-asked", $"test ! -e {FailsToBegin}");
        _home.AddHook("made", "discard.d", "10-asked", $"test ! -e {Fails} || exit 1; test ! -e {Lasts} || {{ touch {Begun}; exec sleep 300; }}");
        _home.AddHook("kept", "provision.d", "10-asked", $"test ! -e {FailsToBegin}");
        _home.AddSource("fresh", "type=local\nmaximum=1\nreserve=1");
        foreach (var stage in (string[])["acquire.d", "release.d", "reset.d"])
            _home.AddHook("fresh", stage, "10-asked", $"test {stage} != reset.d || test ! -e {FailsToReset}");
        _home.AddSource("top", "type=pool\nsources=made\nmaximum=1");
        _engine = Open(TimeProvider.System);
    }

    /// <summary>The home itself.</summary>
    public TestHome Home => _home;

    /// <summary>While this file is there a discard fails.</summary>
    public string Fails => _home.Combine("fails");

    /// <summary>While this file is there nothing can be made.</summary>
    public string FailsToBegin => _home.Combine("fails-to-begin");

    /// <summary>While this file is there nothing can be reset.</summary>
    public string FailsToReset => _home.Combine("fails-to-reset");

    /// <summary>While this file is there a discard takes long.</summary>
    public string Lasts => _home.Combine("lasts");

    /// <summary>This file is there once a discard that takes long has begun.</summary>
    public string Begun => _home.Combine("begun");

    /// <summary>The hand-out that was prepared.</summary>
    public ResourceReference Lease { get; private set; }

    /// <summary>What there is.</summary>
    public Inventory Inventory => _engine.Inventory;

    /// <summary>Does what follows as if it had been done some time ago.</summary>
    public void Earlier(TimeSpan ago) => _engine = Open(new EarlierTime(ago));

    /// <summary>Fails so often to acquire from a source whose resources cannot be made.</summary>
    public async Task FailAsync(int times)
    {
        await File.WriteAllTextAsync(FailsToBegin, "", Token);
        for (var i = 0; i < times; i++)
            await Assert.ThrowsAsync<ResourceException>(() => AcquireAsync("made"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Acquires from a source.</summary>
    /// <returns>The names.</returns>
    public async Task<IReadOnlyList<string>> AcquireAsync(string source, int count = 1, LeaseOwner? owner = null)
    {
        AcquireRequest request = new(source, count);
        var leases = await _engine.Leases.AcquireAsync(owner is null ? request : request with { Owner = owner }, Token);
        Lease = leases[0].Reference;
        return [.. leases.Select(l => l.Resource)];
    }

    /// <summary>Acquires what cannot be reset.</summary>
    public async Task AcquireToFailAsync(string source)
    {
        await AcquireAsync(source);
        await File.WriteAllTextAsync(FailsToReset, "", Token);
    }

    /// <summary>Releases what was acquired.</summary>
    public async Task ReleaseAsync(params string[] names) =>
        await _engine.Leases.ReleaseAsync(names.Length == 0 ? (ResourceReference[])[Lease] : [.. names.Select(ResourceReference.Parse)], force: false, Token);

    /// <summary>Has what was acquired held for somebody.</summary>
    public void Hold(string owner) => _engine.Leases.Hold([Lease], new LeaseTerms { OwnerName = owner });

    /// <summary>Starts a command on what was acquired, whose crcache is killed.</summary>
    public async Task LeaveCommandAsync()
    {
        using var victim = _home.StartCrcache("run", Lease.Name, "sh", "-c", "echo here; exec >/dev/null 2>&1; exec sleep 300");
        await Eventually.True(() => victim.OutputSoFar == "here\n", what: "the command");
        victim.Kill();
        await victim.WaitAsync();
    }

    /// <summary>Lets everything succeed at once, and now.</summary>
    public void Calm()
    {
        _engine = Open(TimeProvider.System);
        File.Delete(FailsToBegin);
        File.Delete(Fails);
        File.Delete(FailsToReset);
        File.Delete(Lasts);
    }

    /// <summary>Asserts that nothing is half-way, that what is counted is there, and that no maximum is exceeded.</summary>
    public void AssertWhole()
    {
        foreach (var source in Inventory.Sources([]))
        {
            var resources = Inventory.Resources(source.Source);
            Assert.All(resources, r => Assert.True(r.State is "idle" or "leased" or "held", $"{r.Resource} is {r.State}"));
            Assert.Equal(
                (resources.Count(r => r.State == "idle"), resources.Count(r => r.State != "idle"), 0),
                (source.Cached, source.InUse, source.Changing));
            Assert.True(source.Maximum is not { } maximum || resources.Count <= maximum, $"{resources.Count} of '{source.Source}'");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _home.Dispose();

    private CrCacheEngine Open(TimeProvider time) => CrCacheEngine.Open(new EngineOptions
    {
        Environment = _home.Environment,
        Directory = _home.Project,
        CommandPath = Crcache.Program,
        Time = time,
    });
}
