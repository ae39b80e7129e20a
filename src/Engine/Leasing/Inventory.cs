namespace CrCache.Leasing;

/// <summary>What there is and what happened: reads, and changes nothing.</summary>
public sealed class Inventory
{
    internal Inventory()
    {
    }

    /// <summary>The state of sources.</summary>
    /// <param name="sources">Their names; none for every configured one, and every one that still has resources.</param>
    /// <returns>In the order asked for, else sorted by name.</returns>
    /// <exception cref="ConfigurationException">A source that was named is unknown.</exception>
    public IReadOnlyList<SourceStatus> Sources(IReadOnlyList<string> sources) => throw new NotImplementedException();

    /// <summary>The resources of a source, by number.</summary>
    /// <param name="source">Its name.</param>
    public IReadOnlyList<ResourceStatus> Resources(string source) => throw new NotImplementedException();

    /// <summary>What happened, oldest first.</summary>
    /// <param name="after">Only events with a greater number; 0 for all that are kept.</param>
    /// <param name="limit">At most the newest so many, from 1 up.</param>
    public IReadOnlyList<ResourceEvent> Events(long after, int limit) => throw new NotImplementedException();
}
