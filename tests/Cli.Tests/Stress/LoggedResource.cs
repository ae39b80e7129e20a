namespace CrCache.Cli.Tests.Stress;

/// <summary>A resource as the events so far tell of it.</summary>
internal sealed class LoggedResource(string name, string source)
{
    public string Name { get; } = name;

    public string Source { get; } = source;

    public LoggedPhase Phase { get; set; } = LoggedPhase.Making;

    public long Epoch { get; set; }

    /// <summary>The resource that is layered on it.</summary>
    public string? User { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}@{Epoch} ({Phase})";
}
