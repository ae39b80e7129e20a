using System.Globalization;
using System.Xml;

namespace CrCache.TestAdapter;

/// <summary>The collector's configuration, as <c>--collect "CrCache;Source=NAME;Count=N"</c> or a .runsettings file has it.</summary>
internal sealed record CollectorSettings
{
    /// <summary>How long to wait for what others hold, unless the project says otherwise: a solution's projects run at the same time, and share.</summary>
    private static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(10);

    /// <summary>The source to lease from.</summary>
    public required string Source { get; init; }

    /// <summary>At most so many resources; null for all that are free.</summary>
    public int? Count { get; init; }

    /// <summary>At most so many units of work at once on each resource; null for its concurrency.</summary>
    public int? Slots { get; init; }

    /// <summary>How long to wait where nothing is free.</summary>
    public TimeSpan Wait { get; init; } = UsualWait;

    /// <summary>The directory whose configuration counts, with its parents.</summary>
    public required string Directory { get; init; }

    /// <summary>How the run goes.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Names of settings that mean nothing here.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Reads the configuration element.</summary>
    /// <param name="configuration">The element; null where there is none.</param>
    /// <param name="currentDirectory">Where the run was started: the project's directory under <c>dotnet test</c>.</param>
    /// <exception cref="UsageException">Something is missing or not what it should be.</exception>
    public static CollectorSettings Read(XmlElement? configuration, string currentDirectory)
    {
        CollectorSettings settings = new() { Source = "", Directory = currentDirectory };
        foreach (var element in configuration?.ChildNodes.OfType<XmlElement>() ?? [])
            settings = settings.With(element.LocalName, element.InnerText.Trim());
        return settings.Source.Length > 0
            ? settings
            : throw new UsageException("the data collector CrCache needs a source to lease from: set CrCacheSource in the project, or Source in its configuration");
    }

    private CollectorSettings With(string name, string value) => name.ToUpperInvariant() switch
    {
        // vstest's command line takes no second '=': the package's targets write '~' for those of a source's bindings.
        "SOURCE" => this with { Source = value.Replace('~', '=') },
        "COUNT" => this with { Count = Number("CrCacheCount", value, "a number of resources", least: 1) },
        "SLOTSPERRESOURCE" => this with { Slots = Number("CrCacheSlotsPerResource", value, "a number of units of work", least: 1) },
        "RETRIES" => this with { Options = Options with { Retries = Number("CrCacheRetries", value, "how often a failed test is tried again", least: 0) ?? 0 } },
        "RETRYON" => this with { Options = Options with { RetriesElsewhere = Word("CrCacheRetryOn", value, "same", "other") } },
        "DISTRIBUTION" => this with { Options = Options with { IsWhole = Word("CrCacheDistribution", value, "chunks", "whole") } },
        "FALLBACK" => this with { Options = Options with { FallsBack = Word("CrCacheFallback", value, "none", "local") } },
        "WAIT" => this with { Wait = value.Length == 0 ? UsualWait : Duration.Parse(value) },
        "DIRECTORY" => this with { Directory = Path.GetFullPath(value, Directory) },

        // vstest tells every collector.
        "FRAMEWORK" => this,
        _ => this with { Unknown = [.. Unknown, name] },
    };

    private static int? Number(string name, string value, string what, int least) =>
        value.Length == 0 ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{Shown.Cut(value)}': it is {what}, from {least} up"));

    private static bool Word(string name, string value, string no, string yes) =>
        string.Equals(value, yes, StringComparison.OrdinalIgnoreCase) || (value.Length == 0 || string.Equals(value, no, StringComparison.OrdinalIgnoreCase)
            ? false
            : throw new UsageException($"{name} is '{Shown.Cut(value)}': it is {no} or {yes}"));
}
