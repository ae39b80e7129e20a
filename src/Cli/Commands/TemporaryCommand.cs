using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Makes a directory on a resource that goes with the lease.</summary>
internal sealed class TemporaryCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string> _name = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resource, as acquire gave it; NAME@EPOCH for that hand-out only",
    };

    public TemporaryCommand(GlobalOptions options)
        : base("mktemp", "Make a directory on a resource that goes with the lease, and print its path: dir=$(crcache mktemp lab-0)")
    {
        _options = options;
        _name.CompletionSources.Add(new Completions(options).Leased);
        Add(_name);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var resource = ResourceReference.Parse(parsed.GetRequiredValue(_name));
        var engine = _options.OpenEngine(parsed);
        var path = await Interruption.AllowAsync(token => engine.Leases.MakeDirectoryAsync(resource, token));
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
