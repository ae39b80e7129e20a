using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using CrCache.TestAdapter.Grouping;

namespace CrCache.TestAdapter.Running;

/// <summary>Fits the run settings to a host on a resource.</summary>
internal static class RunSettings
{
    private const string Collector = "CrCache";

    /// <summary>The settings for a host on a resource; the same text where there is nothing to change.</summary>
    /// <param name="settings">The run settings, XML.</param>
    /// <param name="concurrency">The resource's units of work at once: xUnit uses as many threads.</param>
    /// <param name="sources">The test assemblies: what they, or the files beside them, say about threads is the user's word and stays.</param>
    public static string For(string settings, int concurrency, IReadOnlyList<string> sources)
    {
        try
        {
            var document = XDocument.Parse(settings, LoadOptions.PreserveWhitespace);
            var isChanged = WithoutCollector(document.Root!);
            isChanged |= concurrency != Environment.ProcessorCount && !sources.Any(SetsThreads) && WithThreads(document.Root!, concurrency);
            return isChanged ? document.ToString(SaveOptions.DisableFormatting) : settings;
        }
        catch (XmlException)
        {
            // The hosts report what is wrong with it, as they do without us.
            return settings;
        }
    }

    /// <summary>
    /// A test host that reads of a data collector writes a message for it at the start and the end of every test, even where
    /// none wants to hear of tests and there is nobody to send it to. CrCache's own never does.
    /// </summary>
    private static bool WithoutCollector(XElement root)
    {
        var section = Child(root, "DataCollectionRunSettings");
        var collectors = section is null ? null : Child(section, "DataCollectors");
        var own = collectors?.Elements().Where(IsOwn).ToArray() ?? [];
        foreach (var element in own)
            element.Remove();
        if (own.Length > 0 && !collectors!.HasElements)
            section!.Remove();
        return own.Length > 0;
    }

    private static bool IsOwn(XElement collector) => collector.Attributes().Any(a =>
        (Is(a.Name, "friendlyName") && string.Equals(a.Value, Collector, StringComparison.OrdinalIgnoreCase))
        || (Is(a.Name, "uri") && a.Value.StartsWith("datacollector://CrCache/", StringComparison.OrdinalIgnoreCase)));

    private static bool WithThreads(XElement root, int concurrency)
    {
        var xunit = Child(root, "xUnit");
        if (xunit is null)
            root.Add(xunit = new XElement("xUnit"));
        if (Child(xunit, "MaxParallelThreads") is not null)
            return false;

        xunit.Add(new XElement("MaxParallelThreads", concurrency.ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    private static bool Is(XName name, string text) => string.Equals(name.LocalName, text, StringComparison.OrdinalIgnoreCase);

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(e => Is(e.Name, name));

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
