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
    private const string NUnit = "NUnit";

    /// <summary>The settings for a host on a resource; the same text where there is nothing to change.</summary>
    /// <param name="settings">The run settings, XML.</param>
    /// <param name="concurrency">The resource's units of work at once: the frameworks use as many threads.</param>
    /// <param name="sources">The test assemblies: what they, or the files beside them, say about threads is the user's word and stays.</param>
    public static string For(string settings, int concurrency, IReadOnlyList<string> sources)
    {
        try
        {
            var document = XDocument.Parse(settings, LoadOptions.PreserveWhitespace);
            var isChanged = WithoutCollector(document.Root!);
            isChanged |= concurrency != Environment.ProcessorCount && WithConcurrency(document.Root!, concurrency, sources);
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

    /// <summary>The settings for a host that is told which tests to run: NUnit's adapter forgets that where they are many, and runs all there are.</summary>
    public static string ForSelection(string settings)
    {
        try
        {
            var document = XDocument.Parse(settings, LoadOptions.PreserveWhitespace);
            Set(Section(document.Root!, NUnit), "AssemblySelectLimit", int.MaxValue);
            return document.ToString(SaveOptions.DisableFormatting);
        }
        catch (XmlException)
        {
            return settings;
        }
    }

    /// <summary>Whether NUnit's explicit tests are to run beside others where a filter selects both.</summary>
    public static bool MixesExplicitTests(string settings)
    {
        try
        {
            return Child(XDocument.Parse(settings).Root!, NUnit) is { } section
                && string.Equals(Child(section, "ExplicitMode")?.Value.Trim(), "Relaxed", StringComparison.OrdinalIgnoreCase);
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static bool WithConcurrency(XElement root, int concurrency, IReadOnlyList<string> sources)
    {
        using var assemblies = new TestAssemblies();
        var isChanged = !sources.Any(s => SetsThreads(s, assemblies)) && WithThreads(root, concurrency);
        if (Child(root, "RunConfiguration") is { } common && string.Equals(Child(common, "DisableParallelization")?.Value.Trim(), "true", StringComparison.OrdinalIgnoreCase))
            return isChanged;

        IReadOnlyList<AssemblyParallelism> parallelism = [.. sources.Select(assemblies.ParallelismOf).OfType<AssemblyParallelism>()];
        if (parallelism.Any(p => p.IsNUnit) && !parallelism.Any(p => p.HasLevel))
            isChanged |= Add(Section(root, NUnit), "NumberOfTestWorkers", concurrency);
        return isChanged | WithWorkers(root, concurrency, [.. parallelism.Select(p => p.Parallelize)]);
    }

    /// <summary>MSTest runs tests at once only where somebody asks for it, and forgets what the assembly says where the settings say a part of it.</summary>
    private static bool WithWorkers(XElement root, int concurrency, IReadOnlyList<(int Workers, bool IsByMethod)?> asked)
    {
        if (Child(root, "MSTest") is { } section && Child(section, "Parallelize") is { } parallelize)
            return Add(parallelize, "Workers", concurrency);
        if (asked is not [{ Workers: 0 } first, ..] || asked.Any(a => a != first))
            return false;

        Section(root, "MSTest").Add(new XElement(
            "Parallelize", new XElement("Workers", concurrency), new XElement("Scope", first.IsByMethod ? "MethodLevel" : "ClassLevel")));
        return true;
    }

    private static bool WithThreads(XElement root, int concurrency) => Add(Section(root, "xUnit"), "MaxParallelThreads", concurrency);

    /// <summary>Sets what the user did not; says whether it did.</summary>
    private static bool Add(XElement section, string name, int value)
    {
        if (Child(section, name) is not null)
            return false;
        section.Add(new XElement(name, value.ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    private static void Set(XElement section, string name, int value)
    {
        Child(section, name)?.Remove();
        _ = Add(section, name, value);
    }

    private static XElement Section(XElement root, string name)
    {
        if (Child(root, name) is { } section)
            return section;
        section = new XElement(name);
        root.Add(section);
        return section;
    }

    private static bool Is(XName name, string text) => string.Equals(name.LocalName, text, StringComparison.OrdinalIgnoreCase);

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(e => Is(e.Name, name));

    private static bool SetsThreads(string source, TestAssemblies assemblies)
    {
        var directory = Path.GetDirectoryName(source) ?? "";
        if (ConfigurationSetsThreads(Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(source)}.xunit.runner.json"))
            || ConfigurationSetsThreads(Path.Combine(directory, "xunit.runner.json")))
            return true;
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
