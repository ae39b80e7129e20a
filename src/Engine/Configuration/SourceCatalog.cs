using System.Buffers;

namespace CrCache.Configuration;

/// <summary>The configured sources, found by name in the configuration roots; the first root that has one wins.</summary>
public sealed class SourceCatalog
{
    private const string Implicit = "local";
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private readonly SourceFile _file;
    private readonly HostEnvironment _environment;
    private readonly bool _searchParents;

    internal SourceCatalog(SourceFile file, HostEnvironment environment, bool searchParents)
    {
        _file = file;
        _environment = environment;
        _searchParents = searchParents;
    }

    /// <summary>The roots that are looked at, in order, whether they exist or not.</summary>
    /// <exception cref="ConfigurationException">The home directory is not known.</exception>
    public IReadOnlyList<string> Roots()
    {
        List<string> roots = [_environment.ConfigurationRoot];
        for (var directory = _environment.Directory; directory is not null; directory = _searchParents ? Path.GetDirectoryName(directory) : null)
        {
            roots.Add(Path.Combine(directory, ".crcache"));
        }

        return roots;
    }

    /// <summary>The names of all sources, sorted, with <c>local</c> always among them. Reads directories, not files.</summary>
    /// <returns>The names.</returns>
    /// <exception cref="ConfigurationException">A root is not to be trusted, or cannot be read.</exception>
    public IReadOnlyList<string> Names()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal) { Implicit };
        foreach (var sources in Roots().Select(r => Path.Combine(r, "sources")).Where(Directory.Exists))
        {
            Trust.Require(Path.GetDirectoryName(sources)!);
            Trust.Require(sources);
            try
            {
                names.UnionWith(Directory.EnumerateDirectories(sources).Select(d => Path.GetFileName(d)!).Where(IsName));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException(
                    ErrorCodes.ConfigurationSyntax, $"cannot be read: {SystemError.Text(e)}", new SourceLocation(sources, 0), e);
            }
        }

        return [.. names];
    }

    /// <summary>Reads and checks one source, and those it is layered on.</summary>
    /// <param name="name">Its name, with what is bound to its parameters: see <see cref="SourceReference"/>.</param>
    /// <returns>Its settings.</returns>
    /// <exception cref="ConfigurationException">It is unknown, wrong, or not to be trusted, or a parameter of it is not bound.</exception>
    /// <exception cref="UsageException">Nothing can have that name, or a parameter that is bound is not one of its.</exception>
    public SourceSettings Get(string name) => Resolve(SourceReference.Parse(name)).Settings;

    /// <summary>Reads and checks one source, and those it is layered on, as <see cref="Get"/> does.</summary>
    internal ResolvedSource Resolve(SourceReference reference)
    {
        var source = Descend(reference, new SourceBindings(reference.Bindings, reference.Name), above: null, []);
        if (reference.Bindings.Keys.FirstOrDefault(p => !source.Settings.Parameters.Contains(p)) is { } unused)
        {
            throw new UsageException(NoParameter(source.Settings, unused));
        }

        return source;
    }

    /// <summary>Reads one source, and those it is layered on, to look at: what is not bound is left open, and so are layers that depend on it.</summary>
    internal ResolvedSource Outline(string name) => Descend(new SourceReference(name), SourceBindings.Open, above: null, []);

    /// <summary>Reads one source alone, to look at.</summary>
    internal SourceSettings Peek(string name) => Read(name, SourceBindings.Open, above: null, name);

    /// <summary>Whether a source is configured, rightly or wrongly.</summary>
    internal bool Has(string name) => name == Implicit || (IsName(name) && Roots().Any(r => Directory.Exists(Path.Combine(r, "sources", name))));

    /// <summary>Reads and checks one source alone.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bindings">What its parameters are bound to.</param>
    /// <param name="above">The source that is layered on it; null where a user named it.</param>
    /// <param name="layer">How that one names it.</param>
    private SourceSettings Read(string name, SourceBindings bindings, SourceSettings? above, string layer)
    {
        if (!IsName(name))
        {
            var what = name.Length == 0
                ? "a source's name is empty"
                : $"'{Shown.Cut(name)}' cannot be a source's name: that is up to 100 letters, digits, '_', '.' and '-', and begins with neither '.' nor '-'";
            throw above is null ? new UsageException(what) : new ConfigurationException(ErrorCodes.ConfigurationSetting, what, above.LocationOfLayer(layer));
        }

        foreach (var root in Roots())
        {
            var sources = Path.Combine(root, "sources");
            var directory = Path.Combine(sources, name);
            if (Directory.Exists(directory))
            {
                Trust.Require(root);
                Trust.Require(sources);
                Trust.Require(directory);
                return _file.Read(name, directory, bindings);
            }
        }

        return name == Implicit
            ? SourceFile.ImplicitLocal()
            : throw new ConfigurationException(
                ErrorCodes.UnknownSource,
                $"no source is named '{Shown.Cut(name)}'{Suggestion.DidYouMean(name, Names())}; looked in {string.Join(", ", Roots().Where(Directory.Exists).DefaultIfEmpty("no configuration at all"))}",
                above?.LocationOfLayer(layer));
    }

    // Names of directories that are no sources (.git, backups~) are passed over, not refused.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name[0] is not ('-' or '.') && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private ResolvedSource Descend(SourceReference reference, SourceBindings bindings, SourceSettings? above, IReadOnlyList<string> path, string layer = "")
    {
        var settings = Read(reference.Name, bindings, above, layer);
        path = [.. path, settings.Name];
        List<ResolvedSource> layers = [];
        SortedSet<string> parameters = new(settings.Parameters, StringComparer.Ordinal);
        foreach (var text in settings.Layers)
        {
            if (settings.IsTemplate && IsOpen(text))
            {
                continue;
            }

            var below = SourceReference.TryParse(text, out var fault, settings.IsTemplate)
                ?? throw new ConfigurationException(ErrorCodes.ConfigurationSetting, $"{Shown.Cut(settings.Name)} draws from {fault}", settings.LocationOfLayer(text));
            if (path.Contains(below.Name))
            {
                throw new ConfigurationException(
                    ErrorCodes.CircularSources,
                    $"the sources are layered in a circle: {string.Join(" -> ", path.Append(below.Name))}",
                    settings.LocationOfLayer(text));
            }

            var source = Descend(below, bindings.With(below.Bindings), settings, path, text);
            if (!source.IsOpen && below.Bindings.Keys.FirstOrDefault(p => !source.Settings.Parameters.Contains(p)) is { } unused)
            {
                throw new ConfigurationException(ErrorCodes.ConfigurationSetting, NoParameter(source.Settings, unused), settings.LocationOfLayer(text));
            }

            parameters.UnionWith(source.Settings.Parameters.Except(below.Bindings.Keys));
            layers.Add(source);
        }

        return parameters.Count == 0
            ? new(settings, layers)
            : new(settings with { Parameters = [.. parameters], Bindings = bindings.Of(parameters) }, layers);
    }

    // The name itself depends on what will be bound.
    private static bool IsOpen(string layer)
    {
        var brace = layer.IndexOf('{', StringComparison.Ordinal);
        return layer.AsSpan(0, brace < 0 ? layer.Length : brace).Contains(ParameterText.Unknown);
    }

    private static string NoParameter(SourceSettings source, string parameter) => source.Parameters.Count == 0
        ? $"'{source.Name}' takes no parameters, and '{parameter}' is bound: a parameter is a ${{name}} in its source.conf or in that of a source below it"
        : $"'{source.Name}' takes no parameter '{parameter}'{Suggestion.DidYouMean(parameter, source.Parameters)}; it takes {string.Join(", ", source.Parameters)}";
}
