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
    /// <param name="name">Its name.</param>
    /// <returns>Its settings.</returns>
    /// <exception cref="ConfigurationException">It is unknown, wrong, or not to be trusted.</exception>
    /// <exception cref="UsageException">Nothing can have that name.</exception>
    public SourceSettings Get(string name)
    {
        var settings = Read(name);
        Descend(settings, []);
        return settings;
    }

    /// <summary>Whether a source is configured, rightly or wrongly.</summary>
    internal bool Has(string name) => name == Implicit || (IsName(name) && Roots().Any(r => Directory.Exists(Path.Combine(r, "sources", name))));

    /// <summary>Reads and checks one source alone.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="above">The source that is layered on it; null where a user named it.</param>
    internal SourceSettings Read(string name, SourceSettings? above = null)
    {
        if (!IsName(name))
        {
            var what = name.Length == 0
                ? "a source's name is empty"
                : $"'{Shown.Cut(name)}' cannot be a source's name: that is up to 100 letters, digits, '_', '.' and '-', and begins with neither '.' nor '-'";
            throw above is null ? new UsageException(what) : new ConfigurationException(ErrorCodes.ConfigurationSetting, what, above.LocationOfLayer(name));
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
                return _file.Read(name, directory);
            }
        }

        return name == Implicit
            ? SourceFile.ImplicitLocal()
            : throw new ConfigurationException(
                ErrorCodes.UnknownSource,
                $"no source is named '{Shown.Cut(name)}'{Suggestion.DidYouMean(name, Names())}; looked in {string.Join(", ", Roots().Where(Directory.Exists).DefaultIfEmpty("no configuration at all"))}",
                above?.LocationOfLayer(name));
    }

    // Names of directories that are no sources (.git, backups~) are passed over, not refused.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name[0] is not ('-' or '.') && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    private void Descend(SourceSettings settings, IReadOnlyList<string> above)
    {
        IReadOnlyList<string> path = [.. above, settings.Name];
        foreach (var layer in settings.Layers)
        {
            if (path.Contains(layer))
            {
                throw new ConfigurationException(
                    ErrorCodes.CircularSources,
                    $"the sources are layered in a circle: {string.Join(" -> ", path.Append(layer))}",
                    settings.LocationOfLayer(layer));
            }

            Descend(Read(layer, settings), path);
        }
    }
}
