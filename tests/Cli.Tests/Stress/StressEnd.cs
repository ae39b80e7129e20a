using System.Text.Json;

namespace CrCache.Cli.Tests.Stress;

/// <summary>What is left when all have gone: what is idle, within the reserve, and nothing else.</summary>
/// <param name="home">Where.</param>
/// <param name="command">Runs commands.</param>
/// <param name="sources">What is configured.</param>
internal sealed class StressEnd(TestHome home, StressCommand command, IReadOnlyList<StressSource> sources)
{
    private readonly List<string> _violations = [];

    /// <summary>What is not as it should be.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Collects until there is nothing to collect, and looks at what there is.</summary>
    /// <returns>The resources, and whether somebody has each.</returns>
    public async Task<IReadOnlyDictionary<string, bool>> SettleAsync()
    {
        await CollectAsync();
        await command.RunAsync(["heal"], kill: null, owner: null);

        // All that the topmost source ever gives is still there to be had, and nobody stands in line before it. It waits, because a detached
        // refill of the last release may be at work on some of it.
        var top = sources[^1];
        if (await command.RunAsync(["acquire", "-s", $"{top.Name}:{top.Maximum}", "--owner", "last", "--wait=60s"], kill: null, owner: null) is { ExitCode: 0 })
        {
            await command.RunAsync(["release", "--owner", "last"], kill: null, owner: null);
        }

        await CollectAsync();

        // By name: it waits for whatever still makes something ahead of time.
        await command.RunAsync(["refill", .. sources.Select(s => s.Name)], kill: null, owner: null);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(home.StateDirectory, "running"), "*", SearchOption.AllDirectories))
        {
            _violations.Add($"{file} is left of a command");
        }

        foreach (var process in ProcessFiles.With("CRCACHE_RUN=", $"CRCACHE_HOME={home.StateDirectory}"))
        {
            _violations.Add($"process {process} was left running");
        }

        return await LeftAsync();
    }

    // What is kept of a pool is at least what is kept of what it draws from.
    private int Floor(StressSource source) =>
        Math.Min(Most(source), Math.Max(source.Reserve, source.IsGuest ? 0 : source.Layers.Sum(l => Floor(sources.Single(s => s.Name == l)))));

    private int Most(StressSource source) => source.Layers.Count == 0 || source.IsGuest
        ? source.Maximum
        : Math.Min(source.Maximum, source.Layers.Sum(l => Most(sources.Single(s => s.Name == l))));

    private async Task CollectAsync()
    {
        try
        {
            await Eventually.TrueAsync(
                async () => await command.RunAsync(["gc", "--apply", "--json"], kill: null, owner: null) is { ExitCode: 0, Output: "[]\n" } && !await IsAnyExpiringAsync(),
                what: "nothing more to collect");
        }
        catch (TimeoutException)
        {
            _violations.Add("there is something to collect again and again");
        }
    }

    // A lease whose time is not over yet is collected a moment later.
    private async Task<bool> IsAnyExpiringAsync()
    {
        using var status = JsonDocument.Parse((await home.CrcacheAsync("status", "-v", "--json")).Success().Output);
        return status.RootElement.EnumerateArray().SelectMany(s => s.GetProperty("resources").EnumerateArray())
            .Any(r => r.GetProperty("expires").ValueKind != JsonValueKind.Null);
    }

    private async Task<IReadOnlyDictionary<string, bool>> LeftAsync()
    {
        using var status = JsonDocument.Parse((await home.CrcacheAsync("status", "-v", "--json")).Success().Output);
        var bySource = status.RootElement.EnumerateArray().ToDictionary(
            s => s,
            s => s.GetProperty("resources").EnumerateArray().Select(r => (
                Name: r.GetProperty("name").GetString()!,
                State: r.GetProperty("state").GetString(),
                Owner: r.GetProperty("owner").GetString(),
                Base: r.GetProperty("base").GetString())).ToList());
        var all = bySource.Values.SelectMany(r => r).ToDictionary(r => r.Name);
        foreach (var (source, resources) in bySource)
        {
            var name = source.GetProperty("source").GetString();
            var idle = resources.Count(r => r.State == "idle");
            if (idle > (sources.FirstOrDefault(s => s.Name == name) is { } own ? Floor(own) : 0))
            {
                _violations.Add($"{idle} of '{name}' are idle, more than the reserve");
            }

            foreach (var resource in resources.Where(r => r.State != "idle" && !(r.State == "leased" && all.Values.Any(u => u.Base == r.Name))))
            {
                _violations.Add($"{resource.Name} is {resource.State} at the end, {resource.Owner}'s");
            }

            var counted = (source.GetProperty("cached").GetInt32(), source.GetProperty("inUse").GetInt32(), source.GetProperty("changing").GetInt32());
            if (counted != (idle, resources.Count - idle, 0))
            {
                _violations.Add($"of '{name}' {counted} are counted as cached, in use and changing, and there are {idle} idle of {resources.Count}");
            }
        }

        return all.ToDictionary(r => r.Key, r => r.Value.State != "idle");
    }
}
