using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Gives resources back.</summary>
internal sealed class ReleaseCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string[]> _names = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resources; if one of them cannot be released, none is",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Also what another live process holds" };

    public ReleaseCommand(GlobalOptions options)
        : base("release", "Give leased resources back")
    {
        _options = options;
        _names.CompletionSources.Add(new Completions(options).Leased);
        Add(_names);
        Add(_force);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // No names is fine: a script passes on what acquire gave it, and that may be nothing.
        ResourceReference[] resources = [.. (parsed.GetValue(_names) ?? []).Select(ResourceReference.Parse)];
        var engine = _options.OpenEngine(parsed);
        await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("releasing", parsed.GetValue(_options.Quiet));
            await engine.Leases.ReleaseAsync(resources, parsed.GetValue(_force), token);
        });
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("released");
                foreach (var resource in resources)
                    writer.WriteStringValue(resource.Name);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
        }

        return ExitCodes.Done;
    }
}
