using System.CommandLine;
using System.Globalization;

namespace CrCache.Cli.Commands;

/// <summary>Shows what happened to resources.</summary>
internal sealed class EventsCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<string?> _limit = new("--number", "-n")
    {
        Description = "At most the newest so many (default 50)",
        HelpName = "N",
    };

    public EventsCommand(GlobalOptions options)
        : base("events", "Show what happened to resources, the newest last")
    {
        _options = options;
        Add(_limit);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        var limit = parsed.GetValue(_limit) is { } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new UsageException($"-n: '{Shown.Cut(text)}' is not a number of events: write 1 or more")
            : 50;
        var events = _options.OpenEngine(parsed).Inventory.Events(after: 0, limit);
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Array(events, (writer, e) =>
            {
                writer.WriteNumber("number", e.Number);
                writer.WriteString("at", e.At);
                writer.WriteString("resource", e.Resource);
                writer.WriteNumber("epoch", e.Epoch);
                writer.WriteString("kind", e.Kind);
                writer.WriteString("detail", e.Detail);
                writer.WriteString("actor", e.Actor);
            }));
            return ExitCodes.Done;
        }

        var table = new Table((0, 2), (0, 2), (0, 2), (0, 2), (0, 0));
        foreach (var e in events)
            table.Add(Printable.Time(e.At), new ResourceReference(e.Resource, e.Epoch).ToString(), e.Kind, e.Actor, e.Detail ?? "");
        Output.Write(table.ToString());
        return ExitCodes.Done;
    }
}
