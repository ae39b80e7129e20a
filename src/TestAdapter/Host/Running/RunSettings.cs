using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using CrCache.TestAdapter.Grouping;

namespace CrCache.TestAdapter.Running;

/// <summary>Fits the run settings to a resource: xUnit uses as many threads as the resource takes units of work.</summary>
internal static class RunSettings
{
    /// <summary>The settings for a host on a resource; the same text where there is nothing to change.</summary>
    /// <param name="settings">The run settings, XML.</param>
    /// <param name="concurrency">The resource's units of work at once.</param>
    /// <param name="sources">The test assemblies: what they, or the files beside them, say about threads is the user's word and stays.</param>
    public static string For(string settings, int concurrency, IReadOnlyList<string> sources)
    {
        if (concurrency == Environment.ProcessorCount || sources.Any(SetsThreads))
            return settings;

        try
        {
            var document = XDocument.Parse(settings, LoadOptions.PreserveWhitespace);
            var xunit = Child(document.Root!, "xUnit");
            if (xunit is null)
                document.Root!.Add(xunit = new XElement("xUnit"));
            if (Child(xunit, "MaxParallelThreads") is not null)
                return settings;

            xunit.Add(new XElement("MaxParallelThreads", concurrency.ToString(CultureInfo.InvariantCulture)));
            return document.ToString(SaveOptions.DisableFormatting);
        }
        catch (XmlException)
        {
            // The hosts report what is wrong with it, as they do without us.
            return settings;
        }
    }

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(e => string.Equals(e.Name.LocalName, name, StringComparison.OrdinalIgnoreCase));

    private static bool SetsThreads(string source)
    {
        var directory = Path.GetDirectoryName(source) ?? "";
        if (ConfigurationSetsThreads(Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(source)}.xunit.runner.json"))
            || ConfigurationSetsThreads(Path.Combine(directory, "xunit.runner.json")))
            return true;

        using var assemblies = new TestAssemblies();
        return assemblies.Open(source)?.SetsMaximumParallelThreads == true;
    }

    private static bool ConfigurationSetsThreads(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("maxParallelThreads", out _);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }
}
