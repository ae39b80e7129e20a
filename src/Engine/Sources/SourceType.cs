namespace CrCache.Sources;

/// <summary>Code that makes, resets and discards resources. Limits, caching, leases, commands and files are not its business.</summary>
public abstract class SourceType
{
    /// <summary>Its name, as <c>type=</c> has it.</summary>
    public abstract string Name { get; }
}
