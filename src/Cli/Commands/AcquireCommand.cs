using System.CommandLine;
using System.Globalization;

namespace CrCache.Cli.Commands;

/// <summary>Leases resources and prints their names.</summary>
internal sealed class AcquireCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<string?> _source;
    private readonly Argument<string?> _count = new("N")
    {
        Description = "How many resources, all or none (default 1)",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _timeToLive = new("--ttl")
    {
        Description = "How long the lease lasts, run and cp renew it: 90s, 15m, 4h, 2d (default 24h, CRCACHE_TTL)",
        HelpName = "DURATION",
    };
    private readonly Option<string?> _note = new("--note")
    {
        Description = "A remark for whoever finds the resource taken (CRCACHE_NOTE)",
        HelpName = "TEXT",
    };
    private readonly Option<string?> _whileProcess = new("--while-pid")
    {
        Description = "Take the resources back once this process of this machine has ended",
        HelpName = "PID",
    };

    public AcquireCommand(GlobalOptions options, Option<string?> source)
        : base("acquire", "Lease compute resources; prints their names")
    {
        _options = options;
        _source = source;
        Add(_count);
        Add(source);
        Add(_timeToLive);
        Add(_note);
        Add(_whileProcess);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = Request(parsed);
        var engine = _options.OpenEngine(parsed);
        var leases = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine(
                string.Create(CultureInfo.InvariantCulture, $"acquiring {request.Count} of {request.Source}"), parsed.GetValue(_options.Quiet));
            return await engine.Leases.AcquireAsync(request, token);
        });
        try
        {
            Output.Line(parsed.GetValue(_options.Json) ? JsonText.Array(leases, Fields) : string.Join(' ', leases.Select(l => l.Resource)));
        }
        catch (IOException)
        {
            // Nobody learned the names, so nobody could give the resources back.
            await engine.Leases.ReleaseAsync([.. leases.Select(l => l.Reference)], force: false, CancellationToken.None);
            throw;
        }

        return ExitCodes.Done;
    }

    private AcquireRequest Request(ParseResult parsed)
    {
        var request = new AcquireRequest
        {
            Source = parsed.GetValue(_source) ?? EnvironmentFallback.Source ?? "local",
            Count = Count(parsed.GetValue(_count)),
            Note = parsed.GetValue(_note) ?? EnvironmentFallback.Of("CRCACHE_NOTE"),
        };
        if ((parsed.GetValue(_timeToLive) ?? EnvironmentFallback.Of("CRCACHE_TTL")) is { } timeToLive)
            request = request with { TimeToLive = Duration.Parse(timeToLive) };
        if (parsed.GetValue(_whileProcess) is { } process)
            request = request with { Owner = LeaseOwner.OfProcess(ProcessId(process)) };
        return request;
    }

    private static int Count(string? text) => text is null
        ? 1
        : Positive(text) ?? throw new UsageException($"'{text}' is not a number of resources: write 1 or more");

    private static int ProcessId(string text) =>
        Positive(text) ?? throw new UsageException($"--while-pid: '{text}' is not the id of a process");

    private static int? Positive(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static void Fields(System.Text.Json.Utf8JsonWriter writer, Lease lease)
    {
        writer.WriteString("name", lease.Resource);
        writer.WriteString("source", lease.Source);
        writer.WriteNumber("epoch", lease.Epoch);
        writer.WriteNumber("concurrency", lease.Concurrency);
        writer.WriteString("expires", lease.Expires);
        writer.WriteString("reference", lease.Reference.ToString());
    }
}
