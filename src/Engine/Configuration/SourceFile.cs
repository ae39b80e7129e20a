using CrCache.Sources;

namespace CrCache.Configuration;

/// <summary>Reads one source's <c>source.conf</c> into checked settings.</summary>
internal sealed class SourceFile(SourceTypes types)
{
    /// <summary>The file's name in a source's directory.</summary>
    public const string FileName = "source.conf";

    // What says how many there are holds for a source however it is bound: there, nothing is replaced.
    private static readonly string[] LimitKeys = ["type", "reserve", "maximum", "max_use_count", "max_age", "idle_time", "concurrency", "base_users"];
    private static readonly string[] CommonKeys = [.. LimitKeys, "labels", SourceSettings.HookTimeoutKey, "base"];

    /// <summary>Reads a source from its directory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="bindings">What its parameters are bound to, and for whom.</param>
    /// <exception cref="ConfigurationException">The file is missing, malformed, or a setting is not acceptable.</exception>
    public SourceSettings Read(string name, string directory, SourceBindings bindings)
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
        return Check(new SourceSettings { Name = name, Type = "", Directory = directory, Values = IniFile.Read(path) }, path, bindings);
    }

    /// <summary>The <c>local</c> that is there without configuration: this machine, once.</summary>
    public static SourceSettings ImplicitLocal() => new() { Name = "local", Type = "local", Directory = null, Maximum = 1 };

    private SourceSettings Check(SourceSettings settings, string path, SourceBindings bindings)
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
        var users = settings.Number("base_users", 0);
        settings = settings with
        {
            Type = type.Name,
            Reserve = settings.Number("reserve", 0) ?? 0,
            Maximum = maximum is > 0 ? maximum : null,
            MaxUseCount = uses is > 0 ? uses : null,
            MaxAge = settings.Time("max_age"),
            IdleTime = settings.Time("idle_time"),
            Concurrency = concurrency is > 0 ? concurrency : null,
            BaseUsers = users is > 0 ? users : null,
        };
        if (settings.Reserve > settings.Maximum)
        {
            throw settings.Wrong("reserve", $"{settings.Reserve} is more than maximum, {settings.Maximum}");
        }

        if (settings.Text("base") is null && settings.BaseUsers is not null)
        {
            throw settings.Wrong("base_users", "it counts the users of one resource of the base, and there is none: base=NAME");
        }

        settings = Bound(settings, bindings);
        settings = settings with { Layers = type.Layers(settings) };
        if (!settings.IsTemplate)
        {
            _ = settings.HookTimeLimit;
            type.Check(settings);
            settings = Within(settings, type.Hosts(settings)?.Limit);
        }

        return settings;
    }

    /// <summary>Where no more can be than there are places, that is the maximum.</summary>
    private static SourceSettings Within(SourceSettings settings, int? limit) =>
        settings.Maximum > limit ? throw settings.Wrong("maximum", $"{settings.Maximum} is more than the hosts have places, {limit}")
        : settings.Reserve > limit ? throw settings.Wrong("reserve", $"{settings.Reserve} is more than the hosts have places, {limit}")
        : settings with { Maximum = settings.Maximum ?? limit };

    private static SourceSettings Bound(SourceSettings settings, SourceBindings bindings)
    {
        if (settings.Values.All(v => ParameterText.IsPlain(v.Value.Text)))
        {
            return settings;
        }

        SortedSet<string> parameters = new(StringComparer.Ordinal);
        Dictionary<string, SettingValue> values = new(settings.Values, StringComparer.Ordinal);
        foreach (var (key, value) in settings.Values.Where(v => !LimitKeys.Contains(v.Key) && !ParameterText.IsPlain(v.Value.Text)))
        {
            values[key] = value with
            {
                Text = ParameterText.Replace(
                    value.Text,
                    p =>
                    {
                        parameters.Add(p);
                        return bindings.Values.GetValueOrDefault(p);
                    },
                    p => bindings.Unbound(p) ?? throw settings.Wrong(key, $"nothing binds ${{{p}}}{bindings.Slip(p)}: ask for {bindings.Source}{{{p}=...}}, or give it a default here, ${{{p}:-...}}"),
                    why => settings.Wrong(key, why)),
            };
        }

        return settings with
        {
            Values = values,
            Parameters = [.. parameters],
            IsTemplate = values.Values.Any(v => v.Text.Contains(ParameterText.Unknown, StringComparison.Ordinal)),
        };
    }
}
