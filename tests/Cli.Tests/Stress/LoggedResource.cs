namespace CrCache.Cli.Tests.Stress;

/// <summary>A resource as the events so far tell of it.</summary>
internal sealed class LoggedResource(string name, string source)
{
    public string Name { get; } = name;

    public string Source { get; } = source;

    public LoggedPhase Phase { get; set; } = LoggedPhase.Making;

    public long Epoch { get; set; }

    /// <summary>The resource that it is layered on.</summary>
    public string? Base { get; init; }

    /// <summary>The resource that is layered on it, and has it alone.</summary>
    public string? User { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}@{Epoch} ({Phase})";
}
