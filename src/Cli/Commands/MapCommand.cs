using System.CommandLine;
using System.Globalization;
using CrCache.Leasing;
using CrCache.Routes;
using CrCache.Scheduling;

namespace CrCache.Cli.Commands;

/// <summary>Runs a command for each of many inputs, spread over leased resources.</summary>
internal sealed class MapCommand : Command
{
    /// <summary>As many failures as an exit code tells apart; GNU parallel's number.</summary>
    private const int MostFailures = 101;

    private readonly GlobalOptions _options;
    private readonly Option<string[]> _source;
    private readonly Argument<string[]> _command = new("COMMAND")
    {
        HelpName = "COMMAND",
        Description = "The command; {} stands for the input, {#} for its number, {%} for the slot's. Without {} the input comes last",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _count = new("--count", "-n")
    {
        Description = "How many resources, or a range such as 2..8 (default: all that are free)",
        HelpName = "N",
    };
    private readonly Option<string[]> _on = new("--on")
    {
        Description = "A resource that is leased already, as often as there are, instead of a source",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string?> _slots = new("--jobs", "-j") { Description = "How many at once on each resource (default: its concurrency)", HelpName = "N" };
    private readonly Option<string?> _file = new("--arg-file", "-a") { Description = "Read the inputs from FILE instead of standard input", HelpName = "FILE" };
    private readonly Option<bool> _zero = new("--null", "-0") { Description = "Inputs end with a zero byte, not with a line" };
    private readonly Option<bool> _keepOrder = new("--keep-order", "-k") { Description = "Show outputs in the order of the inputs" };
    private readonly Option<bool> _tag = new("--tag") { Description = "Begin each line of output with its input and a tab" };
    private readonly Option<string?> _jobLog = new("--joblog") { Description = "Write a line for each job to FILE, as GNU parallel does", HelpName = "FILE" };
    private readonly Option<string?> _retries = new("--retries") { Description = "Try what fails again so often, on another resource where there is one (default 0)", HelpName = "N" };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "End a job that takes longer: 90s, 15m, 4h", HelpName = "DURATION" };
    private readonly Option<string?> _halt = new("--halt") { Description = "After a failure: never (run all, the default), soon (start no more), now (end those that run, too)", HelpName = "WHEN" };
    private readonly Option<string?> _where = new("--where") { Description = "Only resources of which this is true (CRCACHE_WHERE)", HelpName = "CONDITION" };
    private readonly Option<string?> _wait = new(WaitArgument.Name) { Description = "Wait in line for what others hold, so long or for ever (CRCACHE_WAIT)", HelpName = "DURATION" };

    public MapCommand(GlobalOptions options, Option<string[]> source)
        : base("map", "Run a command for each input, spread over resources: ls *.c | crcache map -s lab -- gcc -c {}")
    {
        _options = options;
        _source = source;
        _on.CompletionSources.Add(new Completions(options).Leased);
        Add(_command);
        Add(source);
        foreach (var option in new Option[] { _count, _on, _slots, _file, _zero, _keepOrder, _tag, _jobLog, _retries, _timeout, _halt, _where, _wait })
            Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MapTemplate template = new(parsed.GetValue(_command) ?? []);
        var slots = parsed.GetValue(_slots) is { } text ? Number("--jobs", text, least: 1) : (int?)null;
        var options = Rules(parsed, template);
        var timeout = parsed.GetValue(_timeout) is { } time ? Duration.Parse(time) : (TimeSpan?)null;
        var engine = _options.OpenEngine(parsed);
        return await Interruption.AllowAsync(async token =>
        {
            var inputs = await MapInputs.ReadAsync(parsed.GetValue(_file), parsed.GetValue(_zero), token).WaitAsync(token);
            if (inputs.Count == 0)
                return ExitCodes.Done;
            using var log = parsed.GetValue(_jobLog) is { } path ? new JobLog(path) : null;
            await using var leases = parsed.GetValue(_on) is { Length: > 0 } ? null : await AcquireAsync(parsed, engine, template, token);
            var places = Places(parsed, engine, leases, slots);
            var (start, begin) = (DateTimeOffset.Now, TimeProvider.System.GetTimestamp());
            var results = await RunAsync(parsed, engine, Items(inputs, template, timeout), inputs, places, options, log, token);
            _ = engine.Reports.Add(MapTimeline.Of($"map {template}", inputs, results, start, TimeProvider.System.GetElapsedTime(begin)));
            if (leases is not null)
                await leases.ReleaseAsync();
            return Math.Min(results.Count(r => r.End != WorkEnd.Passed), MostFailures);
        });
    }

    private async Task<IReadOnlyList<WorkResult>> RunAsync(
        ParseResult parsed,
        CrCacheEngine engine,
        IReadOnlyList<WorkItem> items,
        IReadOnlyList<string> inputs,
        IReadOnlyList<WorkPlace> places,
        WorkOptions options,
        JobLog? log,
        CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_options.Json);
        MapProgress count = new(items.Count);
        using var progress = new ProgressLine($"mapping over {places.Count} resources", parsed.GetValue(_options.Quiet), count);
        MapOutput output = new(inputs, parsed.GetValue(_keepOrder), parsed.GetValue(_tag), json, Ended, problem => new ErrorReport(json).Warn(new ResourceException(ErrorCodes.WorkFailed, problem)));
        return await engine.Work.RunAsync(items, places, options, output, cancellationToken);

        void Ended(WorkResult result)
        {
            count.Add(result.End);
            log?.Add(result, Command(result));
            progress.Clear();
        }

        IEnumerable<string> Command(WorkResult result) =>
            result.Item.Command(new(result.Item, result.Index, result.Attempts, result.Resource!.Value, 0)).Arguments;
    }

    private async Task<KeptLeases> AcquireAsync(ParseResult parsed, CrCacheEngine engine, MapTemplate template, CancellationToken cancellationToken)
    {
        AcquireRequest request = new(DemandText.ParseAll(
            parsed.GetValue(_source), parsed.GetValue(_count), parsed.GetValue(_where), source => engine.Inventory.AllFree(source)))
        {
            OwnerName = TermsOptions.SaidOwner,
            Note = EnvironmentFallback.Of("CRCACHE_NOTE") ?? Shown.Cut($"map {template}"),
            Wait = WaitArgument.Parse(parsed.GetValue(_wait) ?? EnvironmentFallback.Of("CRCACHE_WAIT")),
        };
        using var progress = new ProgressLine("acquiring resources", parsed.GetValue(_options.Quiet));
        return await KeptLeases.AcquireAsync(engine.Leases, request, time: null, cancellationToken);
    }

    private IReadOnlyList<WorkPlace> Places(ParseResult parsed, CrCacheEngine engine, KeptLeases? leases, int? slots) =>
        leases is not null
            ? [.. leases.Leases.Select(l => WorkPlace.Of(l, slots))]
            : [.. parsed.GetValue(_on)!.Distinct().Select(n => WorkPlace.Of(engine.Leases.Get(ResourceReference.Parse(n)), slots))];

    private WorkOptions Rules(ParseResult parsed, MapTemplate template) => new()
    {
        Retries = parsed.GetValue(_retries) is { } text ? Number("--retries", text, least: 0) : 0,
        Halt = parsed.GetValue(_halt) switch
        {
            null or "never" => HaltRule.Never,
            "soon" => HaltRule.Soon,
            "now" => HaltRule.Now,
            var other => throw new UsageException($"--halt: '{Shown.Cut(other)}' is none of never, soon, now"),
        },
        Series = $"map {Directory.GetCurrentDirectory()} {template}",
    };

    private static IReadOnlyList<WorkItem> Items(IReadOnlyList<string> inputs, MapTemplate template, TimeSpan? timeout)
    {
        // An input that comes again is another unit of work.
        Dictionary<string, int> seen = [];
        return [.. inputs.Select(input =>
        {
            var times = seen[input] = seen.GetValueOrDefault(input) + 1;
            return new WorkItem(WorkName.Of(input, times.ToString(CultureInfo.InvariantCulture)), attempt => new ResourceCommand
            {
                Arguments = template.For(input, attempt.Index + 1, attempt.Slot + 1),
                Environment = new Dictionary<string, string> { ["CRCACHE_RESOURCE"] = attempt.Resource.Name },
            })
            {
                Timeout = timeout,
            };
        })];
    }

    private static int Number(string option, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option}: '{Shown.Cut(text)}' is not a whole number from {least} up"));
}
