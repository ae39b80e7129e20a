namespace CrCache.TestAdapter.Grouping;

/// <summary>The assemblies that tests, and the base classes of tests, come from; each is read once, as data: nothing of it runs.</summary>
internal sealed class TestAssemblies : IDisposable
{
    private readonly Dictionary<string, TestAssembly?> _byPath = new(StringComparer.Ordinal);

    /// <summary>The collection that a test class belongs to; null where it is one of its own.</summary>
    /// <param name="path">The test assembly.</param>
    /// <param name="className">The class, as reflection names it.</param>
    public string? CollectionOf(string path, string className) => Read(path, assembly =>
        assembly.CollectionOf(className) is { } named ? $"collection {named}"
            : assembly.IsOneCollection ? "assembly" : null);

    /// <summary>The class that a test's full name begins with; null where the assembly does not tell.</summary>
    public string? ClassIn(string path, string fullName) => Read(path, assembly => assembly.ClassIn(fullName));

    /// <summary>The classes that a class is to come after.</summary>
    public IReadOnlyList<string> DependenciesOf(string path, string className) => Read(path, assembly => assembly.DependenciesOf(className)) ?? [];

    /// <summary>What an assembly says about running its tests at once; null where it cannot be read.</summary>
    public AssemblyParallelism? ParallelismOf(string path) => Read(path, assembly => assembly.Parallelism);

    /// <summary>Whether this is how reading a damaged file ends.</summary>
    public static bool IsDamage(Exception e) =>
        e is BadImageFormatException or OverflowException or ArgumentException or InvalidOperationException or IndexOutOfRangeException;

    /// <summary>An assembly; null where it is missing or is none.</summary>
    public TestAssembly? Open(string path)
    {
        if (!_byPath.TryGetValue(path, out var assembly))
            _byPath[path] = assembly = TestAssembly.TryOpen(path, this);
        return assembly;
    }

    private T? Read<T>(string path, Func<TestAssembly, T?> question)
        where T : class
    {
        try
        {
            return Open(path) is { } assembly ? question(assembly) : null;
        }
        catch (Exception e) when (IsDamage(e))
        {
            // Somewhere in it, or in a base class's assembly, is damage that the runtime will name when it loads it.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var assembly in _byPath.Values)
            assembly?.Dispose();
    }
}
