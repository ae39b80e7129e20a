using CrCache.Leasing;

namespace CrCache.Cli.Tests.Stress;

/// <summary>Reads the event log while it is written, because the store forgets the oldest events.</summary>
internal sealed class EventLogReader(TestHome home)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Inventory _inventory = CrCacheEngine.Open(new EngineOptions { Environment = home.Environment, Directory = home.Project }).Inventory;
    private readonly List<ResourceEvent> _events = [];

    /// <summary>All events there were.</summary>
    public IReadOnlyList<ResourceEvent> Events => _events;

    /// <summary>Reads until it is told to stop.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Read();
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads what is new.</summary>
    public void Read() => _events.AddRange(_inventory.Events(_events.LastOrDefault()?.Number ?? 0, int.MaxValue));
}
