namespace CrCache.Cli.Tests;

/// <summary>
/// What a copy promises that ends in the middle: each file is the old one or the new one, the next copy makes all of it new, and nothing
/// is left over: no file, no process, and a lease like any other.
/// </summary>
public abstract class CopyCrashContract : IAsyncLifetime
{
    private const int Rounds = 4;

    private CopyCrashLab? _lab;

    /// <summary>Which ends of a copy are on a resource.</summary>
    public enum Way
    {
        /// <summary>Its destination.</summary>
        In,

        /// <summary>Its source.</summary>
        Out,

        /// <summary>Both.</summary>
        Across,
    }

    internal CopyCrashLab Lab => _lab ?? throw new InvalidOperationException("no copy was chosen");

    internal abstract int Size { get; }

    [Theory]
    [InlineData(Way.In, false)]
    [InlineData(Way.In, true)]
    [InlineData(Way.Out, false)]
    [InlineData(Way.Out, true)]
    [InlineData(Way.Across, false)]
    [InlineData(Way.Across, true)]
    public async Task A_copy_that_is_killed_at_any_point_leaves_whole_files_and_the_next_one_repairs(Way way, bool tree)
    {
        await BeginAsync(way, tree);
        var seed = Environment.TickCount;
        Random random = new(seed);
        Lab.Write();
        var started = TimeProvider.System.GetTimestamp();
        await CopyAsync(way);
        var whole = TimeProvider.System.GetElapsedTime(started);
        for (var round = 0; round < Rounds; round++)
        {
            Lab.Write();
            using (var victim = Start(way))
            {
                await Task.Delay(whole * random.NextDouble(), TestContext.Current.CancellationToken);
                victim.Kill();
                await victim.WaitAsync();
            }

            Lab.AssertWhole($"seed {seed}, round {round}");

            // Another version, so that what was put there by then is not taken for the one that it is to be.
            if (random.Next(2) == 0)
                Lab.Write();
            await CopyAsync(way);
            await Lab.AssertCopiedAsync($"seed {seed}, round {round}");
        }

        Assert.Equal("2\n", (await Lab.Home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
        (await Lab.Home.CrcacheAsync("release", "lab-0", "lab-1")).Success();
        Assert.Equal("0\n", (await Lab.Home.CrcacheAsync("status", "--query", "in-use", "lab")).Success().Output);
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_lab is null)
            return;

        // What a failed test has left.
        await Lab.Home.CrcacheAsync("release", "lab-0", "lab-1");
        Lab.Dispose();
    }

    /// <summary>The source's settings.</summary>
    internal abstract string Configure(TestHome home);

    /// <summary>Copies the first version.</summary>
    internal async Task BeginAsync(Way way, bool tree)
    {
        _lab = new(tree, Size);
        Lab.Home.AddSource("lab", $"{Configure(Lab.Home)}\nmaximum=2\n");
        await Lab.Home.AcquireAsync("lab", 2);
        await CopyAsync(way);
    }

    internal ProcessRun Start(Way way) => Lab.Home.StartCrcache(
        "cp", way == Way.In ? $"{Lab.From}/data" : $"lab-0:{Lab.From}/data", way == Way.Out ? Lab.To : $"lab-1:{Lab.To}");

    internal async Task CopyAsync(Way way)
    {
        using var copy = Start(way);
        (await copy.WaitAsync()).Success();
    }
}
