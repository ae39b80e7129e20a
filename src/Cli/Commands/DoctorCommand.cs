using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>Says what works on this machine; exits 1 where something that is needed does not.</summary>
internal sealed class DoctorCommand : Command
{
    private const int SomethingIsWrong = 1;

    private readonly GlobalOptions _options;

    public DoctorCommand(GlobalOptions options)
        : base("doctor", "Say what works on this machine, and what to do about what does not")
    {
        _options = options;
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var engine = _options.OpenEngine(parsed);
        var findings = await Interruption.AllowAsync(engine.Doctor.ExamineAsync);
        if (parsed.GetValue(_options.Json))
        {
            Output.Line(JsonText.Array(findings, (writer, f) =>
            {
                writer.WriteString("subject", f.Subject);
                if (f.Works is { } works)
                    writer.WriteBoolean("works", works);
                else
                    writer.WriteNull("works");
                writer.WriteString("detail", f.Detail);
            }));
        }
        else
        {
            var table = new Table((0, 2), (0, 2), (0, 0));
            foreach (var f in findings)
                table.Add(Mark(f.Works), f.Subject, f.Detail);
            Output.Write(table.ToString());
        }

        return findings.Any(f => f.Works == false) ? SomethingIsWrong : ExitCodes.Done;
    }

    private static string Mark(bool? works) => works switch
    {
        true => "ok",
        false => "broken",
        null => "missing",
    };
}
