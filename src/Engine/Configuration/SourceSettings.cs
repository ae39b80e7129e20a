using System.Globalization;

namespace CrCache.Configuration;

/// <summary>A source as configured: one directory <c>sources/NAME/</c> with its <c>source.conf</c>, checked.</summary>
public sealed record SourceSettings
{
    internal const string HookTimeoutKey = "hook_timeout";
    private static readonly TimeSpan DefaultHookTimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its directory; null for the implicit <c>local</c>.</summary>
    public required string? Directory { get; init; }

    /// <summary>Resources to keep when they are given back, from 0.</summary>
    public int Reserve { get; init; }

    /// <summary>The most it may own; null for no limit.</summary>
    public int? Maximum { get; init; }

    /// <summary>After how many uses a resource is discarded, from 1; null for never.</summary>
    public int? MaxUseCount { get; init; }

    /// <summary>How old a resource may get before it is discarded instead of handed out again; null for any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How long a resource beyond the reserve is kept when it is given back; null for not at all.</summary>
    public TimeSpan? IdleTime { get; init; }

    /// <summary>Units of work a resource takes at once; null to probe.</summary>
    public int? Concurrency { get; init; }

    /// <summary>How long each of its hooks may take; null for any time.</summary>
    internal TimeSpan? HookTimeLimit => Text(HookTimeoutKey) is null ? DefaultHookTimeLimit : Time(HookTimeoutKey);

    /// <summary>The sources it is layered on, in order, each as a <see cref="SourceReference"/> is written.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Whether what it is layered on is shared by any number of its resources, as <c>base=</c> has it, rather than each having one of its own.</summary>
    public bool SharesLayers => Text("base") is not null;

    /// <summary>How many of its resources may share one base resource, from 1; null for any number.</summary>
    public int? BaseUsers { get; init; }

    /// <summary>
    /// What is bound to those parameters that it or a source below it uses, as <see cref="SourceReference.Binding"/> has it; empty for nothing.
    /// Its values hold what was bound already.
    /// </summary>
    public string Bindings { get; init; } = "";

    /// <summary>The parameters that it or a source below it uses, whether they are bound or not, sorted.</summary>
    internal IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>Whether some of its own parameters have no value, because it is only looked at.</summary>
    internal bool IsTemplate { get; init; }

    /// <summary>The settings of its type's own, by key, with where they stand.</summary>
    public IReadOnlyDictionary<string, SettingValue> Values { get; init; } = new Dictionary<string, SettingValue>();

    /// <summary>A setting of the type's own.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>Its text; null where it is not set or empty.</returns>
    public string? Text(string key) => Values.TryGetValue(key, out var value) && value.Text.Length > 0 ? value.Text : null;

    /// <summary>A setting that is a list: its parts are separated by commas, blanks or lines, but not where these are in braces.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The parts, none empty.</returns>
    public IReadOnlyList<string> List(string key)
    {
        if (Text(key) is not { } text)
        {
            return [];
        }

        if (!text.Contains('{', StringComparison.Ordinal))
        {
            return text.Split([',', ' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }

        List<string> parts = [];
        var (begin, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || (depth == 0 && text[at] is ',' or ' ' or '\t' or '\n'))
            {
                if (at > begin)
                {
                    parts.Add(text[begin..at]);
                }

                begin = at + 1;
            }
            else
            {
                depth = Math.Max(0, depth + (text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0));
            }
        }

        return parts;
    }

    /// <summary>A setting that is a whole number.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <returns>The number; null where it is not set.</returns>
    /// <exception cref="ConfigurationException">It is not a number of that range.</exception>
    public int? Number(string key, int least, int most = int.MaxValue)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, most == int.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"'{Shown.Cut(text)}' is not a whole number from {least} up")
                : string.Create(CultureInfo.InvariantCulture, $"'{Shown.Cut(text)}' is not a whole number from {least} to {most}"));
    }

    /// <summary>A setting that is a length of time, such as <c>15m</c>.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The time, more than zero; null where it is not set or zero.</returns>
    /// <exception cref="ConfigurationException">It is no length of time.</exception>
    public TimeSpan? Time(string key)
    {
        try
        {
            return Text(key) is { } text && Duration.Parse(text) is { Ticks: > 0 } time ? time : null;
        }
        catch (UsageException e)
        {
            throw Wrong(key, e.Message);
        }
    }

    /// <summary>The error of a setting whose value will not do.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="why">What is wrong and what to write.</param>
    /// <returns>The exception, to be thrown.</returns>
    public ConfigurationException Wrong(string key, string why) =>
        new(ErrorCodes.ConfigurationSetting, $"{key}: {why}", Location(key));

    /// <summary>Where the setting stands that names a layer.</summary>
    internal SourceLocation? LocationOfLayer(string name) => Location(Values.Keys.FirstOrDefault(k => List(k).Contains(name), ""));

    /// <summary>Where the setting stands that a line is about, which begins with its key and a colon; null where it is about none that is set in a file.</summary>
    internal SourceLocation? LocationOfLine(string line) =>
        line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end && Values.TryGetValue(line[..end], out var value) ? value.Location : null;

    private SourceLocation? Location(string key) =>
        Values.TryGetValue(key, out var value) && value.Location is { } location
            ? location
            : Directory is { } directory ? new SourceLocation(Path.Combine(directory, SourceFile.FileName), 0) : null;
}
