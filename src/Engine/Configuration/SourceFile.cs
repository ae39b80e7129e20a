using CrCache.Sources;

namespace CrCache.Configuration;

/// <summary>Reads one source's <c>source.conf</c> into checked settings.</summary>
internal sealed class SourceFile(SourceTypes types)
{
    /// <summary>The file's name in a source's directory.</summary>
    public const string FileName = "source.conf";

    private static readonly string[] CommonKeys = ["type", "reserve", "maximum", "max_use_count", "max_age", "idle_time", "concurrency", "labels"];

    /// <summary>Reads a source from its directory.</summary>
    /// <exception cref="ConfigurationException">The file is missing, malformed, or a setting is not acceptable.</exception>
    public SourceSettings Read(string name, string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!Path.Exists(path))
        {
            throw new ConfigurationException(
                ErrorCodes.ConfigurationSyntax,
                $"the source '{name}' has no {FileName}; the least it needs is [DEFAULT] and type=local",
                new SourceLocation(path, 0));
        }

        IniFile.RequireRegular(path);
        Trust.Require(path);
        return Check(new SourceSettings { Name = name, Type = "", Directory = directory, Values = IniFile.Read(path) }, path);
    }

    /// <summary>The <c>local</c> that is there without configuration: this machine, once.</summary>
    public static SourceSettings ImplicitLocal() => new() { Name = "local", Type = "local", Directory = null, Maximum = 1 };

    private SourceSettings Check(SourceSettings settings, string path)
    {
        if (settings.Text("type") is not { } typeName)
        {
            throw new ConfigurationException(
                ErrorCodes.ConfigurationSetting, $"type is missing; it is one of {types.List}", new SourceLocation(path, 0));
        }

        var type = types.Find(typeName)
            ?? throw settings.Wrong("type", $"'{Shown.Cut(typeName)}' is not known{Suggestion.DidYouMean(typeName, types.Names)}; the types are {types.List}");
        string[] known = [.. CommonKeys, .. type.Keys];
        if (settings.Values.Keys.FirstOrDefault(k => !known.Contains(k)) is { } unknown)
        {
            throw settings.Wrong(
                Shown.Cut(unknown),
                $"a source of type {type.Name} has no such setting{Suggestion.DidYouMean(unknown, known)}; it has {string.Join(", ", known)}");
        }

        var maximum = settings.Number("maximum", 0);
        var concurrency = settings.Number("concurrency", 0);
        var uses = settings.Number("max_use_count", 0);
        settings = settings with
        {
            Type = type.Name,
            Reserve = settings.Number("reserve", 0) ?? 0,
            Maximum = maximum is > 0 ? maximum : null,
            MaxUseCount = uses is > 0 ? uses : null,
            MaxAge = settings.Time("max_age"),
            IdleTime = settings.Time("idle_time"),
            Concurrency = concurrency is > 0 ? concurrency : null,
        };
        if (settings.Reserve > settings.Maximum)
        {
            throw settings.Wrong("reserve", $"{settings.Reserve} is more than maximum, {settings.Maximum}");
        }

        settings = settings with { Layers = type.Layers(settings) };
        type.Check(settings);
        return settings;
    }
}
