using System.Globalization;

namespace CrCache.Bench;

/// <summary>What to measure, and with what.</summary>
/// <param name="Command">The command line to measure: a native crcache.</param>
/// <param name="Feed">A directory with the packages that the generated test suite uses.</param>
/// <param name="Pairs">How many interleaved pairs of whole processes to time; slower things are timed less often.</param>
/// <param name="Parts">The parts to run; none for all.</param>
internal sealed record BenchSettings(string Command, string Feed, int Pairs, IReadOnlyList<string> Parts)
{
    private const string Usage =
        "usage: bench --command CRCACHE --feed DIRECTORY [--pairs N] [--commands N] [--mib N] [--files N] [start] [sources] [cycles] [sizes] [places] [ssh] [copies] [tests]";

    /// <summary>How many commands are spread over hosts.</summary>
    public int Commands { get; init; } = 200;

    /// <summary>How large the large file is that is copied.</summary>
    public int Mebibytes { get; init; } = 512;

    /// <summary>How many small files the tree has that is copied.</summary>
    public int Files { get; init; } = 10_000;

    public static BenchSettings? Parse(string[] arguments)
    {
        var settings = new BenchSettings("crcache", "", 60, []);
        for (var i = 0; i < arguments.Length; i++)
        {
            var next = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--command" when next is not null:
                    settings = settings with { Command = Path.GetFullPath(next) };
                    i++;
                    break;
                case "--feed" when next is not null:
                    settings = settings with { Feed = Path.GetFullPath(next) };
                    i++;
                    break;
                case "--pairs" or "--commands" or "--mib" or "--files"
                    when int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0:
                    settings = settings.With(arguments[i], number);
                    i++;
                    break;
                case "start" or "sources" or "cycles" or "sizes" or "places" or "ssh" or "copies" or "tests":
                    settings = settings with { Parts = [.. settings.Parts, arguments[i]] };
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return null;
            }
        }

        return settings;
    }

    private BenchSettings With(string option, int number) => option switch
    {
        "--pairs" => this with { Pairs = number },
        "--commands" => this with { Commands = number },
        "--mib" => this with { Mebibytes = number },
        _ => this with { Files = number },
    };
}
