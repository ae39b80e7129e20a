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
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Also what somebody else holds" };
    private readonly Option<string?> _owner = new TermsOptions().Owner;

    public ReleaseCommand(GlobalOptions options)
        : base("release", "Give leased and held resources back")
    {
        _options = options;
        _names.CompletionSources.Add(new Completions(options).Leased);
        Add(_names);
        Add(_force);
        _owner.Description = "In place of names: all that this owner holds";
        Add(_owner);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // No names is fine: a script passes on what acquire gave it, and that may be nothing.
        ResourceReference[] resources = [.. (parsed.GetValue(_names) ?? []).Select(ResourceReference.Parse)];
        var owner = parsed.GetValue(_owner);
        if (owner is not null && resources.Length > 0)
            throw new UsageException("--owner releases all that the owner holds and takes no names; to release some of it, set CRCACHE_OWNER to the name");

        var force = parsed.GetValue(_force);
        var engine = _options.OpenEngine(parsed);
        var released = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("releasing", parsed.GetValue(_options.Quiet));
            return owner is null
                ? await engine.Leases.ReleaseAsync(resources, TermsOptions.SaidOwner, force, token)
                : await engine.Leases.ReleaseOwnedAsync(owner, force, token);
        });
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("released");
                foreach (var name in released)
                    writer.WriteStringValue(name);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }));
        }
        else if (owner is not null && released.Count > 0)
        {
            // Nobody has said which those are.
            Output.Line(string.Join(' ', released));
        }

        if (!parsed.GetValue(_options.Quiet))
            Say(released.Count == 0 ? owner : null, resources.Select(r => r.Name).Except(released));
        return ExitCodes.Done;
    }

    private static void Say(string? without, IEnumerable<string> held)
    {
        foreach (var name in held)
            Talk.Line($"crcache: {name} is still held for a person; 'crcache release {name}' ends that");
        if (without is not null)
            Talk.Line($"crcache: {Printable.Line(without)} holds nothing");
    }
}
