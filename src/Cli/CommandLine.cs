using System.CommandLine;
using System.CommandLine.Parsing;
using CrCache.Cli.Commands;

namespace CrCache.Cli;

/// <summary>The commands and options, and how arguments become a parse result.</summary>
internal sealed class CommandLine
{
    private readonly RootCommand _root = new("Leases compute resources from configured sources, and runs commands on them.");
    private readonly RunCommand _run;

    public CommandLine()
    {
        var source = SourceOption.Create(Options);
        _run = new RunCommand(Options);
        _root.HelpName = "crcache";
        _root.Add(source);
        _root.Add(Options.Here);
        _root.Add(Options.Quiet);
        _root.Add(Options.Json);
        _root.Add(new AcquireCommand(Options, source));
        _root.Add(new ExplainCommand(Options, source));
        _root.Add(_run);
        _root.Add(new MapCommand(Options, source));
        _root.Add(new ReportCommand(Options));
        _root.Add(new CopyCommand(Options));
        _root.Add(new TemporaryCommand(Options));
        _root.Add(new ReleaseCommand(Options));
        _root.Add(new RenewCommand(Options));
        _root.Add(new HoldCommand(Options));
        _root.Add(new StealCommand(Options));
        _root.Add(new StatusCommand(Options));
        _root.Add(new EventsCommand(Options));
        _root.Add(new CollectCommand(Options));
        _root.Add(new RefillCommand(Options));
        _root.Add(new HealCommand(Options));
        _root.Add(new ForgetCommand(Options));
        _root.Add(new DoctorCommand(Options));
        _root.Add(new KeeperCommand(Options));
        _root.Add(new QuickstartCommand());
        _root.Add(new CommandsCommand(Options, _root));
        _root.Add(new HelpCommand(this));
    }

    /// <summary>The options that every command takes.</summary>
    public GlobalOptions Options { get; } = new();

    /// <summary>Runs what was parsed. Signals and exceptions are ours: the library would end both with 1.</summary>
    public static async Task<int> InvokeAsync(ParseResult parsed)
    {
        // Help, version and completions; the console's own writer would change a terminal's settings.
        await using var help = new StringWriter();
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = help,
        });
        var isVersion = parsed.RootCommandResult.Children.OfType<OptionResult>().Any(o => o is { Option: VersionOption, Implicit: false });
        if (isVersion && parsed.GetValue<bool>("--json"))
            Output.Line(JsonText.Of(writer => Version(writer, help.ToString().TrimEnd())));
        else
            Output.Write(help.ToString());
        return exitCode;
    }

    private static void Version(System.Text.Json.Utf8JsonWriter writer, string version)
    {
        writer.WriteStartObject();
        writer.WriteString("version", version);
        writer.WriteEndObject();
    }

    /// <summary>Parses; a wrong command line is found in the result.</summary>
    public ParseResult Parse(string[] arguments) =>
        // "@name" is a name like any other, not a file with more arguments.
        _root.Parse(WaitArgument.Complete(VerbatimArguments.Protect(arguments, _root, _run)), new ParserConfiguration { ResponseFileTokenReplacer = null });
}
