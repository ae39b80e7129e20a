using System.CommandLine;
using System.Globalization;
using CrCache.Leasing;

namespace CrCache.Cli.Commands;

/// <summary>Shows what happened to resources, and what happens.</summary>
internal sealed class EventsCommand : Command
{
    private const int Usual = 50;

    private readonly GlobalOptions _options;
    private readonly Option<string?> _limit = new("--number", "-n")
    {
        Description = "At most the newest so many (default 50; with --after all)",
        HelpName = "N",
    };
    private readonly Option<string?> _after = new("--after")
    {
        Description = "Only events whose number is greater",
        HelpName = "N",
    };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with each that happens, until it is interrupted" };

    public EventsCommand(GlobalOptions options)
        : base("events", "Show what happened to resources, the newest last")
    {
        _options = options;
        Add(_limit);
        Add(_after);
        Add(_follow);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var after = parsed.GetValue(_after) is { } number ? After(number) : null as long?;
        var limit = parsed.GetValue(_limit) is { } text ? Limit(text) : after is null ? Usual : int.MaxValue;
        var json = parsed.GetValue(_options.Json);
        var inventory = _options.OpenEngine(parsed).Inventory;
        if (parsed.GetValue(_follow))
            await Interruption.AllowAsync(token => Output.WhileReadAsync(t => FollowAsync(inventory, after, limit, json, t), token));
        else
            Output.Write(EventText.Of(inventory.Events(after ?? 0, limit), json));
        return ExitCodes.Done;
    }

    private static async Task FollowAsync(Inventory inventory, long? after, int limit, bool json, CancellationToken cancellationToken)
    {
        var last = after ?? 0;
        if (limit < int.MaxValue)
        {
            var shown = inventory.Events(last, limit);
            foreach (var e in shown)
                await Output.LineAsync(EventText.Line(e, json), cancellationToken);
            last = shown is [.., var newest] ? newest.Number : last;
        }

        await foreach (var e in inventory.FollowAsync(last, cancellationToken))
        {
            // From the very beginning nobody expects all that there ever was.
            if (e.Number > last + 1 && last > 0)
                Talk.Line(string.Create(CultureInfo.InvariantCulture, $"crcache: events {last + 1} to {e.Number - 1} are no longer kept"));
            else if (e.Number <= last)
                Talk.Line("crcache: the store was replaced by another: its events follow");
            await Output.LineAsync(EventText.Line(e, json), cancellationToken);
            last = e.Number;
        }
    }

    private static int Limit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"-n: '{Shown.Cut(text)}' is not a number of events: write 1 or more");

    private static long After(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"--after: '{Shown.Cut(text)}' is not an event's number: write 0 or more, as --json shows it");
}
