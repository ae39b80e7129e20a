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
    /// <summary>Reads an array of tests.</summary>
    /// <exception cref="ProtocolException">One of them lacks what every test has.</exception>
    public static IEnumerable<DiscoveredTest> ReadAll(ReadOnlyMemory<byte> array) => JsonSlice.Array(array).Select(Read);

    /// <summary>The id of a test.</summary>
    /// <exception cref="ProtocolException">It has none.</exception>
    public static Guid IdOf(ReadOnlyMemory<byte> test)
    {
        var parts = JsonSlice.Object(test);
        return Guid.TryParse(Text(parts, "Id") ?? Bag(parts).GetValueOrDefault("TestCase.Id"), out var id)
            ? id
            : throw new ProtocolException("a test without an id");
    }

    private static DiscoveredTest Read(ReadOnlyMemory<byte> json)
    {
        var parts = JsonSlice.Object(json);
        var bag = Bag(parts);

        // Version 1 of the protocol keeps everything in the bag, later ones only what is not built in.
        var fullName = Text(parts, "FullyQualifiedName") ?? bag.GetValueOrDefault("TestCase.FullyQualifiedName");
        return Guid.TryParse(Text(parts, "Id") ?? bag.GetValueOrDefault("TestCase.Id"), out var id)
            && fullName is not null
            && (Text(parts, "Source") ?? bag.GetValueOrDefault("TestCase.Source")) is { } source
                ? new(
                    id,
                    Text(parts, "DisplayName") ?? bag.GetValueOrDefault("TestCase.DisplayName") ?? fullName,
                    fullName,
                    source,
                    bag.GetValueOrDefault("TestCase.ManagedType"),
                    json)
                : throw new ProtocolException("a test without id, name or assembly");
    }

    private static string? Text(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, string name) =>
        parts.TryGetValue(name, out var value) ? JsonSlice.Text(value) : null;

    private static Dictionary<string, string> Bag(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var bag = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!parts.TryGetValue("Properties", out var properties))
            return bag;

        foreach (var property in JsonSlice.Array(properties).Select(JsonSlice.Object))
            if (property.TryGetValue("Key", out var key)
                && property.TryGetValue("Value", out var value)
                && Text(JsonSlice.Object(key), "Id") is { } id
                && JsonSlice.Text(value) is { } text)
                bag[id] = text;
        return bag;
    }
}
