using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Lists the commands, a line each.</summary>
internal sealed class CommandsCommand : Command
{
    public CommandsCommand(RootCommand root)
        : base("commands", "List the commands") => SetAction(_ =>
        {
            var table = new Table((0, 2), (0, 0));
            foreach (var command in root.Subcommands.OrderBy(c => c.Name, StringComparer.Ordinal))
                table.Add(command.Name, command.Description ?? "");
            Output.Write(table.ToString());
            return ExitCodes.Done;
        });
}
