namespace CrCache.Configuration;

/// <summary>The configured sources, found by name in the configuration roots; the first root that has one wins.</summary>
public sealed class SourceCatalog
{
    internal SourceCatalog()
    {
    }

    /// <summary>The roots that are looked at, in order, whether they exist or not.</summary>
    public IReadOnlyList<string> Roots { get; } = [];

    /// <summary>The names of all sources, sorted, with <c>local</c> always among them. Reads directories, not files.</summary>
    /// <exception cref="ConfigurationException">A root is not to be trusted.</exception>
    public IReadOnlyList<string> Names() => throw new NotImplementedException();

    /// <summary>Reads and checks one source, and those it is layered on.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its settings.</returns>
    /// <exception cref="ConfigurationException">It is unknown, wrong, or not to be trusted.</exception>
    public SourceSettings Get(string name) => throw new NotImplementedException();
}
