using System.CommandLine;
using CrCache.Copying;
using CrCache.Routes;

namespace CrCache.Cli.Commands;

/// <summary>Runs a command, or a shell, on a leased resource; its exit code is this program's.</summary>
internal sealed class RunCommand : Command
{
    private const string End = "--";
    private static readonly TimeSpan RemoveTime = TimeSpan.FromSeconds(30);

    private readonly GlobalOptions _options;
    private readonly Argument<string> _name = new("NAME")
    {
        HelpName = "NAME",
        Description = "The resource, as acquire gave it; NAME@EPOCH for that hand-out only",
    };
    private readonly Argument<string[]> _command = new("COMMAND")
    {
        HelpName = "COMMAND",
        Description = "The command and its arguments, which arrive as they are; none for a shell",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _push = new("--push")
    {
        Description = "What follows NAME up to -- are files, which the command finds at the same paths on the resource",
    };

    public RunCommand(GlobalOptions options)
        : base("run", "Run a command, or a shell, on a leased resource")
    {
        _options = options;
        _name.CompletionSources.Add(new Completions(options).Leased);
        Add(_name);
        Add(_command);
        Add(_push);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var resource = ResourceReference.Parse(parsed.GetRequiredValue(_name));
        var words = parsed.GetValue(_command) ?? [];
        if (Array.Find(words, w => !GivenName.IsText(w)) is { } changed)
            throw new UsageException($"'{changed}' is not UTF-8, and would not arrive as it is: pass such bytes through standard input or a file");
        var (files, arguments) = Divide(words, parsed.GetValue(_push));
        var command = new ResourceCommand
        {
            Arguments = arguments,
            InheritStreams = true,
            Terminal = arguments is [] && !Console.IsInputRedirected,
        };
        var engine = _options.OpenEngine(parsed);
        using var signals = new SignalForwarding();
        PushedFiles? pushed = null;
        try
        {
            await using var running = await signals.StartAsync(async token =>
            {
                if (files.Length > 0)
                    pushed = await engine.Files.PushAsync(resource, files, token);
                return await engine.Commands.StartAsync(resource, command, token);
            });
            var result = await running.WaitAsync(cancellationToken);
            if (running.NotStarted is { } why)
                throw new CommandNotStartedException(why, result.ExitCode);
            return result.ExitCode;
        }
        finally
        {
            if (pushed is not null)
                await RemoveAsync(pushed, new ErrorReport(parsed.GetValue(_options.Json)));
        }
    }

    /// <summary>The files, and the command without the mark before it.</summary>
    private static (string[] Files, string[] Command) Divide(string[] arguments, bool push)
    {
        if (!push)
            return ([], arguments is [End, ..] ? arguments[1..] : arguments);
        var end = Array.IndexOf(arguments, End);
        return end >= 0
            ? (arguments[..end], arguments[(end + 1)..])
            : throw new UsageException("run --push needs -- between the files and the command: crcache run --push NAME FILE... -- COMMAND");
    }

    /// <summary>The exit code is the command's own: what cannot be taken away is told, and no more.</summary>
    private static async Task RemoveAsync(PushedFiles pushed, ErrorReport report)
    {
        using CancellationTokenSource limit = new(RemoveTime);
        try
        {
            await pushed.RemoveAsync(limit.Token);
        }
        catch (LeaseLostException)
        {
            // Whoever has the resource now has it reset.
        }
        catch (CrCacheException e)
        {
            report.Warn(e);
        }
        catch (OperationCanceledException)
        {
            report.Warn(new ResourceException(ErrorCodes.CopyFailed, "the pushed files could not be taken away in time"));
        }
    }
}
