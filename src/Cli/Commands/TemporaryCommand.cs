using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Makes a directory or a file on a resource that goes with the lease.</summary>
internal sealed class TemporaryCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string> _name = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resource, as acquire gave it; NAME@EPOCH for that hand-out only",
    };

    private readonly Option<bool> _file = new("--file") { Description = "Make an empty file in place of a directory" };

    public TemporaryCommand(GlobalOptions options)
        : base("mktemp", "Make a directory (or a file) on a resource that goes with the lease, and print its path: dir=$(crcache mktemp lab-0)")
    {
        _options = options;
        _name.CompletionSources.Add(new Completions(options).Leased);
        Add(_name);
        Add(_file);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var resource = ResourceReference.Parse(parsed.GetRequiredValue(_name));
        var engine = _options.OpenEngine(parsed);
        var isFile = parsed.GetValue(_file);
        var path = await Interruption.AllowAsync(token => isFile ? engine.Leases.MakeFileAsync(resource, token) : engine.Leases.MakeDirectoryAsync(resource, token));
        Output.Line(parsed.GetValue(_options.Json)
            ? JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("path", path);
                writer.WriteEndObject();
            })
            : path);
        return ExitCodes.Done;
    }
}
