using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace CrCache.Cli.Commands;

/// <summary>Says where the timeline of the last run is, or shows it.</summary>
internal sealed class ReportCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Option<bool> _all = new("--all") { Description = "All that are kept, the newest first" };
    private readonly Option<bool> _open = new("--open") { Description = "Show it in the browser ($BROWSER, else xdg-open)" };

    public ReportCommand(GlobalOptions options)
        : base("report", "Print the path of the last run's timeline, or show it: crcache report --open")
    {
        _options = options;
        Add(_all);
        Add(_open);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_all) && parsed.GetValue(_open))
            throw new UsageException("--all and --open exclude each other: one report is shown");
        var paths = _options.OpenEngine(parsed).Reports.Paths;
        if (paths.Count == 0)
            throw new UsageException("there is no report yet: 'dotnet test' with CrCacheSource and 'crcache map' write one");
        IReadOnlyList<string> chosen = parsed.GetValue(_all) ? paths : [paths[0]];
        if (parsed.GetValue(_options.Json))
            Output.Line(JsonText.Array(chosen, (writer, path) => writer.WriteString("path", path)));
        else
            foreach (var path in chosen)
                Output.Line(path);
        if (parsed.GetValue(_open))
            Show(paths[0]);
        return ExitCodes.Done;
    }

    private static void Show(string path)
    {
        var browser = EnvironmentFallback.Of("BROWSER") ?? "xdg-open";
        try
        {
            using var process = Process.Start(new ProcessStartInfo(browser, [path]));
        }
        catch (Win32Exception e)
        {
            throw new UsageException($"cannot start {Shown.Cut(browser)} to show {path}: {e.Message}; set BROWSER to a program that shows HTML");
        }
    }
}
