using System.Collections.Concurrent;

namespace CrCache.Cli.Tests.Stress;

/// <summary>What a stress run has done, and what went wrong in it that a command's own end shows. Written by all workers at once.</summary>
internal sealed class StressTally
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _violations = new();

    /// <summary>What went wrong.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>How often something was done.</summary>
    public int this[string what] => _counts.GetValueOrDefault(what);

    /// <summary>Counts something that was done.</summary>
    public void Count(string what) => _counts.AddOrUpdate(what, 1, static (_, n) => n + 1);

    /// <summary>Reports what went wrong.</summary>
    public void Report(string violation) => _violations.Enqueue(violation);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}"));
}
