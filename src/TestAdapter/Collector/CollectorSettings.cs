using System.Globalization;
using System.Xml;

namespace CrCache.TestAdapter;

/// <summary>The collector's configuration, as <c>--collect "CrCache;Source=NAME;Count=N"</c> or a .runsettings file has it.</summary>
/// <param name="Source">The source to lease from.</param>
/// <param name="Count">At most so many resources; null for all that are free.</param>
/// <param name="Directory">The directory whose configuration counts, with its parents.</param>
/// <param name="Unknown">Names of settings that mean nothing here.</param>
internal sealed record CollectorSettings(string Source, int? Count, string Directory, IReadOnlyList<string> Unknown)
{
    /// <summary>Reads the configuration element.</summary>
    /// <param name="configuration">The element; null where there is none.</param>
    /// <param name="currentDirectory">Where the run was started: the project's directory under <c>dotnet test</c>.</param>
    /// <exception cref="UsageException">Something is missing or no number.</exception>
    public static CollectorSettings Read(XmlElement? configuration, string currentDirectory)
    {
        string? source = null;
        int? count = null;
        var directory = currentDirectory;
        List<string> unknown = [];
        foreach (var element in configuration?.ChildNodes.OfType<XmlElement>() ?? [])
        {
            var value = element.InnerText.Trim();
            switch (element.LocalName.ToUpperInvariant())
            {
                case "SOURCE":
                    // vstest's command line takes no second '=': the package's targets write '~' for those of a source's bindings.
                    source = value.Replace('~', '=');
                    break;
                case "COUNT":
                    count = value.Length == 0 ? null
                        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
                        : throw new UsageException($"CrCacheCount is '{value}': it is a number of resources, from 1 up");
                    break;
                case "DIRECTORY":
                    directory = Path.GetFullPath(value, currentDirectory);
                    break;
                case "FRAMEWORK":
                    // vstest tells every collector.
                    break;
                default:
                    unknown.Add(element.LocalName);
                    break;
            }
        }

        return string.IsNullOrEmpty(source)
            ? throw new UsageException("the data collector CrCache needs a source to lease from: set CrCacheSource in the project, or Source in its configuration")
            : new(source, count, directory, unknown);
    }
}
