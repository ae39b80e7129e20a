using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Lists the commands, a line each.</summary>
internal sealed class CommandsCommand : Command
{
    public CommandsCommand(GlobalOptions options, RootCommand root)
        : base("commands", "List the commands") => SetAction(parsed =>
        {
            var commands = root.Subcommands.Where(c => !c.Hidden).OrderBy(c => c.Name, StringComparer.Ordinal);
            if (parsed.GetValue(options.Json))
            {
                Output.Line(JsonText.Array(commands, (writer, c) =>
                {
                    writer.WriteString("name", c.Name);
                    writer.WriteString("description", c.Description);
                }));
                return ExitCodes.Done;
            }

            var table = new Table((0, 2), (0, 0));
            foreach (var command in commands)
                table.Add(command.Name, command.Description ?? "");
            Output.Write(table.ToString());
            return ExitCodes.Done;
        });
}
