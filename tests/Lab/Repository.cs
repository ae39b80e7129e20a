namespace CrCache.Lab;

/// <summary>This repository on disk.</summary>
public static class Repository
{
    /// <summary>Its directory, found from the running test's own place in it.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A path in it.</summary>
    /// <param name="parts">The path from the root, in parts.</param>
    /// <returns>The full path.</returns>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find(string? directory)
    {
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "CrCache.sln")))
            directory = System.IO.Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException($"no CrCache.sln above {AppContext.BaseDirectory}");
    }
}
