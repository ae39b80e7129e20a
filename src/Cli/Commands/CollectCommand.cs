using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Takes back and clears away what nobody needs any more.</summary>
internal sealed class CollectCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<bool> _apply = new("--apply") { Description = "Do it; without, only say what would be done" };

    public CollectCommand(GlobalOptions options)
        : base("gc", "Take back what dead owners hold, and discard what is not needed")
    {
        _options = options;
        Add(_apply);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var apply = parsed.GetValue(_apply);
        var engine = _options.OpenEngine(parsed);
        var collected = await Interruption.AllowAsync(async token =>
        {
            using var progress = new ProgressLine("collecting", parsed.GetValue(_options.Quiet));
            return await engine.Leases.CollectAsync(apply, token);
        });
        CollectedReport.Write(collected, apply, parsed.GetValue(_options.Json));
        if (!apply && !parsed.GetValue(_options.Quiet) && !parsed.GetValue(_options.Json))
            Talk.Line(collected.Count > 0 ? "crcache: nothing was done; 'crcache gc --apply' does it" : "crcache: there is nothing to do");
        return ExitCodes.Done;
    }
}
