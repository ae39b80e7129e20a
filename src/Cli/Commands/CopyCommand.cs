using System.CommandLine;
using System.Globalization;
using CrCache.Copying;

namespace CrCache.Cli.Commands;

/// <summary>Copies files and trees into, out of and between resources.</summary>
internal sealed class CopyCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _paths = new("SRC... DST")
    {
        HelpName = "SRC... DST",
        Description = "Paths here, or NAME:PATH on a leased resource; the last one is where to",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<bool> _recursive = new("--recursive", "-r")
    {
        Description = "Trees are always taken whole; accepted because cp and scp ask for it",
    };

    public CopyCommand(GlobalOptions options)
        : base("cp", "Copy files and trees to and from leased resources")
    {
        _options = options;
        Aliases.Add("copy");
        Add(_paths);
        Add(_recursive);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetRequiredValue(_paths) is not [.. { Length: > 0 } from, var to])
            throw new UsageException("cp needs SRC and DST: what to copy, and where to");

        CopyPath[] sources = [.. from.Select(CopyPath.Parse)];
        var destination = CopyPath.Parse(to);
        var engine = _options.OpenEngine(parsed);
        var report = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine($"copying to {to}", parsed.GetValue(_options.Quiet));
            return await engine.Files.CopyAsync(sources, destination, token);
        });
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("files", report.Files);
                writer.WriteNumber("sent", report.Sent);
                writer.WriteNumber("bytes", report.Bytes);
                writer.WriteEndObject();
            }));
        }

        return ExitCodes.Done;
    }
}
