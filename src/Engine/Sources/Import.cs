using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>A directory or file of the place where a resource is made that is to be seen in the resource.</summary>
/// <param name="Kind">How it comes there.</param>
/// <param name="Source">What it is there, absolute and without <c>.</c> and <c>..</c>.</param>
/// <param name="Target">Where it is seen in the resource, likewise; never <c>/</c>.</param>
internal sealed record Import(ImportKind Kind, string Source, string Target)
{
    /// <summary>The setting's key.</summary>
    public const string Key = "import";

    private const string Forms = "write bind:/from:/to, bind:/from:/to:ro, bind:/from:/to:overlay or rsync:/from:/to";

    /// <summary>It as a script is given it: what kind it is, then the two paths.</summary>
    public IReadOnlyList<string> Words => [Kind.ToString().ToLowerInvariant(), Source, Target];

    /// <summary>Reads <c>import</c>: a list, in the order in which they are to be put in place, so that one inside another comes after it.</summary>
    /// <param name="settings">The source.</param>
    /// <exception cref="ConfigurationException">One is malformed, or two have one place.</exception>
    public static IReadOnlyList<Import> Of(SourceSettings settings)
    {
        List<Import> imports = [.. settings.List(Key).Select(t => Parse(settings, t)).OrderBy(i => i.Target, StringComparer.Ordinal)];
        return imports.GroupBy(i => i.Target).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw settings.Wrong(Key, $"'{Shown.Cut(twice.Key)}' is the place of two imports")
            : imports;
    }

    private static Import Parse(SourceSettings settings, string text)
    {
        ConfigurationException Wrong(string why) => settings.Wrong(Key, $"'{Shown.Cut(text)}' {why}");
        var (kind, source, target) = text.Split(':') switch
        {
            ["bind", var from, var to] => (ImportKind.Bind, from, to),
            ["bind", var from, var to, "ro"] => (ImportKind.ReadOnly, from, to),
            ["bind", var from, var to, "overlay"] => (ImportKind.Overlay, from, to),
            ["rsync", var from, var to] => (ImportKind.Copy, from, to),
            _ => throw Wrong($"is no import: {Forms}"),
        };
        if (kind == ImportKind.Overlay && source.AsSpan().ContainsAny(",\\"))
        {
            throw Wrong("cannot be overlaid: there is a comma or backslash in it");
        }

        return new(kind, Clean(source), Clean(target) is "/" or "/proc" or "/dev" or "/sys" ? throw Wrong("would hide what the resource needs: name another place") : Clean(target));

        string Clean(string path) => path.Length > 0 && path[0] == '/' && !path.Any(char.IsControl) && !path.Split('/').Contains("..")
            ? Path.GetFullPath(path) is { Length: > 1 } full ? full.TrimEnd('/') : "/"
            : throw Wrong($"does not name absolute paths without '..': {Forms}");
    }
}
