namespace CrCache.TestAdapter.Protocol;

/// <summary>A test as a test host found it.</summary>
/// <param name="Id">What its results are told by.</param>
/// <param name="Name">What people call it.</param>
/// <param name="FullName">Its fully qualified name.</param>
/// <param name="Source">The assembly it was found in.</param>
/// <param name="ManagedType">Its class as reflection names it, where the framework says so.</param>
/// <param name="Json">All of it, to be passed on as it is.</param>
internal sealed record DiscoveredTest(Guid Id, string Name, string FullName, string Source, string? ManagedType, ReadOnlyMemory<byte> Json)
{
    /// <summary>The class that declares it, where only NUnit says so: for an inherited test a base class.</summary>
    public string? DeclaringClass { get; init; }

    /// <summary>True for a test of NUnit's.</summary>
    public bool IsNUnit { get; init; }

    /// <summary>True for an explicit test of NUnit's: it runs only where nothing else does.</summary>
    public bool IsExplicit { get; init; }

    /// <summary>What it, or its class, is marked with: traits, properties, categories.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Traits { get; init; } = [];

    /// <summary>Reads an array of tests.</summary>
    /// <exception cref="ProtocolException">One of them lacks what every test has.</exception>
    public static IEnumerable<DiscoveredTest> ReadAll(ReadOnlyMemory<byte> array) => JsonSlice.Array(array).Select(Read);

    /// <summary>The id of a test.</summary>
    /// <exception cref="ProtocolException">It has none.</exception>
    public static Guid IdOf(ReadOnlyMemory<byte> test)
    {
        var parts = JsonSlice.Object(test);
        return Guid.TryParse(Text(parts, "Id") ?? Text(Bag(parts), "TestCase.Id"), out var id)
            ? id
            : throw new ProtocolException("a test without an id");
    }

    private static DiscoveredTest Read(ReadOnlyMemory<byte> json)
    {
        var parts = JsonSlice.Object(json);
        var bag = Bag(parts);

        // Version 1 of the protocol keeps everything in the bag, later ones only what is not built in.
        var fullName = Text(parts, "FullyQualifiedName") ?? Text(bag, "TestCase.FullyQualifiedName");
        return Guid.TryParse(Text(parts, "Id") ?? Text(bag, "TestCase.Id"), out var id)
            && fullName is not null
            && (Text(parts, "Source") ?? Text(bag, "TestCase.Source")) is { } source
                ? new(
                    id,
                    Text(parts, "DisplayName") ?? Text(bag, "TestCase.DisplayName") ?? fullName,
                    fullName,
                    source,
                    Text(bag, "TestCase.ManagedType"),
                    json)
                {
                    DeclaringClass = Text(bag, "NUnit.ClassName"),
                    IsNUnit = (Text(parts, "ExecutorUri") ?? Text(bag, "TestCase.ExecutorUri"))?.Contains("NUnit", StringComparison.OrdinalIgnoreCase) is true,
                    IsExplicit = bag.TryGetValue("NUnit.Explicit", out var isExplicit) && JsonSlice.IsTrue(isExplicit),
                    Traits = bag.TryGetValue("TestObject.Traits", out var traits) ? [.. ReadTraits(traits)] : [],
                }
                : throw new ProtocolException("a test without id, name or assembly");
    }

    private static string? Text(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, string name) =>
        parts.TryGetValue(name, out var value) ? JsonSlice.Text(value) : null;

    private static Dictionary<string, ReadOnlyMemory<byte>> Bag(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var bag = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (!parts.TryGetValue("Properties", out var properties))
            return bag;

        foreach (var property in JsonSlice.Array(properties).Select(JsonSlice.Object))
            if (property.TryGetValue("Key", out var key)
                && property.TryGetValue("Value", out var value)
                && Text(JsonSlice.Object(key), "Id") is { } id)
                bag[id] = value;
        return bag;
    }

    private static IEnumerable<KeyValuePair<string, string>> ReadTraits(ReadOnlyMemory<byte> traits) =>
        JsonSlice.Array(traits).Select(JsonSlice.Object).Select(t => KeyValuePair.Create(Text(t, "Key") ?? "", Text(t, "Value") ?? ""));
}
