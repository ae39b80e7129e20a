using System.CommandLine;
using System.Text;
using System.Text.Json;
using CrCache.Copying;

namespace CrCache.Cli.Commands;

/// <summary>Copies files and trees into, out of and between resources.</summary>
internal sealed class CopyCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _paths = new("SRC... DST")
    {
        HelpName = "SRC... DST",
        Description = "Paths here, or NAME:PATH on a leased resource, where PATH may hold *, ? and [...]; the last one is where to",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string[]> _to = new("--to")
    {
        HelpName = "NAME",
        Description = "A resource to copy to, as often as there are: DST is then a path on each of them",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string[]> _exclude = new("--exclude")
    {
        HelpName = "PATTERN",
        Description = "Leave out what fits, as a line of .gitignore has it; also those of .crcacheignore at a tree's root",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _delete = new("--delete") { Description = "Delete from the directories copied to what the sources do not have" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only say what would be done" };
    private readonly Option<bool> _checksum = new("--checksum", "-c") { Description = "Compare what files hold, not only size, time and mode" };
    private readonly Option<bool> _compress = new("--compress", "-z") { Description = "Compress what goes over the way, in place of trying whether it pays" };
    private readonly Option<bool> _noCompress = new("--no-compress") { Description = "Do not compress, in place of trying whether it pays" };
    private readonly Option<bool> _recursive = new("--recursive", "-r")
    {
        Description = "Trees are always taken whole; accepted because cp and scp ask for it",
    };

    public CopyCommand(GlobalOptions options)
        : base("cp", "Copy files and trees to and from leased resources")
    {
        _options = options;
        Aliases.Add("copy");
        _to.AllowMultipleArgumentsPerToken = false;
        _exclude.AllowMultipleArgumentsPerToken = false;
        _to.CompletionSources.Add(new Completions(options).Leased);
        Add(_paths);
        foreach (var option in new Option[] { _to, _exclude, _delete, _dryRun, _checksum, _compress, _noCompress, _recursive })
            Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetRequiredValue(_paths) is not [.. { Length: > 0 } from, var to])
            throw new UsageException("cp needs SRC and DST: what to copy, and where to");

        if (parsed.GetValue(_compress) && parsed.GetValue(_noCompress))
            throw new UsageException("-z and --no-compress cannot be together");
        CopyPath[] sources = [.. from.Select(p => CopyPath.Parse(GivenName.Of(p)))];
        var destinations = Destinations(parsed.GetValue(_to), to);
        var json = parsed.GetValue(_options.Json);
        var engine = _options.OpenEngine(parsed);
        CopyProgressText far = new();
        CopyOptions options = new()
        {
            Exclude = parsed.GetValue(_exclude) ?? [],
            Delete = parsed.GetValue(_delete),
            DryRun = parsed.GetValue(_dryRun),
            Checksum = parsed.GetValue(_checksum),
            Compress = parsed.GetValue(_compress) ? true : parsed.GetValue(_noCompress) ? false : null,
            Progress = Terminal.IsWatched ? far : null,
        };
        var outcomes = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine($"copying to {to}", parsed.GetValue(_options.Quiet), far);
            return destinations is [var only]
                ? [new(only, await engine.Files.CopyAsync(sources, only, options, token), null)]
                : await engine.Files.CopyAsync(sources, destinations, options, token);
        });
        Show(outcomes, json, several: parsed.GetValue(_to) is { Length: > 0 });
        CrCacheException[] failures = [.. outcomes.Select(o => o.Failure).OfType<CrCacheException>()];
        foreach (var failure in failures.SkipLast(1))
            new ErrorReport(json).Write(failure);
        return failures.Length == 0 ? ExitCodes.Done : throw failures[^1];
    }

    private static CopyPath[] Destinations(string[]? names, string to)
    {
        if (names is not { Length: > 0 })
            return [CopyPath.Parse(GivenName.Of(to))];
        if (to.Length == 0)
            throw new UsageException("a path to copy to is empty");
        return [.. names.Distinct().Select(n => CopyPath.Parse([.. Encoding.UTF8.GetBytes($"{ResourceReference.Parse(n)}:"), .. GivenName.Of(to)]))];
    }

    private static void Show(IReadOnlyList<CopyOutcome> outcomes, bool json, bool several)
    {
        if (json)
        {
            Output.Line(several
                ? JsonText.Array(outcomes.Where(o => o.Report is not null), (writer, o) => Write(writer, o.Destination.Resource?.ToString(), o.Report!))
                : JsonText.Of(writer =>
                {
                    writer.WriteStartObject();
                    Write(writer, null, outcomes[0].Report!);
                    writer.WriteEndObject();
                }));
            return;
        }

        foreach (var change in outcomes.SelectMany(o => o.Report?.Changes ?? []))
            Output.Line($"{change.Kind.ToString().ToLowerInvariant()} {Printable.Line(change.Path)}");
    }

    private static void Write(Utf8JsonWriter writer, string? resource, CopyReport report)
    {
        if (resource is not null)
            writer.WriteString("resource", resource);
        writer.WriteNumber("files", report.Files);
        writer.WriteNumber("sent", report.Sent);
        writer.WriteNumber("bytes", report.Bytes);
        if (report.Deleted > 0)
            writer.WriteNumber("deleted", report.Deleted);
        if (report.Changes.Count == 0)
            return;
        writer.WriteStartArray("changes");
        JsonText.Objects(writer, report.Changes, (w, change) =>
        {
            w.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
            w.WriteString("path", change.Path);
        });
        writer.WriteEndArray();
    }
}
