using CrCache.Bench;

// bench worker: one of the processes that LeaseCycles starts.
if (args is ["worker"])
    return await Worker.RunAsync();

var settings = BenchSettings.Parse(args);
if (settings is null)
    return 2;

var table = new RatioTable(Console.Out);
table.Begin();
var failed = false;
foreach (var (name, run) in new (string, Func<BenchSettings, IAsyncEnumerable<Ratio>>)[]
{
    ("start", CommandStarts.RunAsync),
    ("sources", SourceCounts.RunAsync),
    ("cycles", LeaseCycles.RunAsync),
    ("sizes", StoreSizes.RunAsync),
    ("places", Places.RunAsync),
    ("ssh", SshCommands.RunAsync),
    ("copies", Copies.RunAsync),
    ("tests", SpreadTests.RunAsync),
})
{
    if (settings.Parts.Count > 0 && !settings.Parts.Contains(name))
        continue;
    try
    {
        await foreach (var ratio in run(settings))
            table.Add(ratio);
    }
    catch (InvalidOperationException e)
    {
        await Console.Error.WriteLineAsync($"{name}: {e.Message}");
        failed = true;
    }
}

return failed ? 1 : 0;
