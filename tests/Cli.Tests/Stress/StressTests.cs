using System.Globalization;

namespace CrCache.Cli.Tests.Stress;

/// <summary>
/// Leasing under fire: processes by the thousand, which are killed at any moment. CRCACHE_STRESS_SECONDS runs it longer, CRCACHE_STRESS_SEED
/// replays the plan of a run that failed, CRCACHE_STRESS_LOG names a file for all that happened, and CRCACHE_STRESS_PROGRAM puts another
/// crcache to the test than one that is made for it.
/// </summary>
[Collection(nameof(StressTests))]
[CollectionDefinition(nameof(StressTests), DisableParallelization = true)]
public sealed class StressTests(PackedTool packed) : IDisposable
{
    private const int Seconds = 35;
    private const int Shown = 40;

    private readonly TestHome _tool = new();

    [Fact]
    public async Task Under_fire_nothing_is_held_twice_nothing_is_lost_and_nobody_is_passed_over()
    {
        Assert.SkipWhen(Flock.IsMissing(out var reason), reason);
        var seed = Setting("CRCACHE_STRESS_SEED") ?? Random.Shared.Next(1_000_000);
        StressRun run = new(new StressPlan(seed), await ProgramAsync());

        var violations = await run.RunAsync(TimeSpan.FromSeconds(Setting("CRCACHE_STRESS_SECONDS") ?? Seconds));

        var summary = $"CRCACHE_STRESS_SEED={seed}: {run.Tally}";
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        if (Environment.GetEnvironmentVariable("CRCACHE_STRESS_LOG") is { Length: > 0 } log)
        {
            await File.WriteAllLinesAsync(
                log, run.Events.Select(e => $"{e.Number} {e.At:HH:mm:ss.fff} {e.Resource}@{e.Epoch} {e.Kind} {e.Detail} by {e.Actor}"), TestContext.Current.CancellationToken);
        }

        Assert.True(violations.Count == 0, $"{summary}\n{violations.Count} violations:\n{string.Join('\n', violations.Take(Shown))}");
        Assert.True(run.Tally["acquire"] >= StressPlan.Workers && run.Tally["killed command"] > 0, summary);
    }

    public void Dispose() => _tool.Dispose();

    private static Requirement Flock { get; } = Requirement.Program("flock", "util-linux");

    private static int? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    // Started fifteen times faster, a native program does so much more in the time; without a compiler the built one has to do.
    private async Task<string> ProgramAsync() =>
        Environment.GetEnvironmentVariable("CRCACHE_STRESS_PROGRAM") is { Length: > 0 } chosen ? chosen
        : Requirement.NativeAot.IsMissing(out _) ? Crcache.Program
        : await PackedTool.InstallAsync(_tool, await packed.Native);
}
