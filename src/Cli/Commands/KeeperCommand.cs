using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Keeps ssh connections for the next commands. Others start it and find it by its socket; nobody types it.</summary>
internal sealed class KeeperCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string> _socket = new("SOCKET") { HelpName = "SOCKET", Description = "The socket to serve" };

    public KeeperCommand(GlobalOptions options)
        : base("ssh-keeper", "Keep ssh connections for the next commands; crcache starts it itself")
    {
        _options = options;
        Hidden = true;
        Add(_socket);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var engine = _options.OpenEngine(parsed);
        await Interruption.AllowAsync(token => engine.KeepConnectionsAsync(parsed.GetRequiredValue(_socket), token));
        return ExitCodes.Done;
    }
}
