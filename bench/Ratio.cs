namespace CrCache.Bench;

/// <summary>Ours against a peer's, measured in turns.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Peer">What it is compared with.</param>
/// <param name="Ours">Our values, one a pair.</param>
/// <param name="Peers">The peer's values, one a pair.</param>
/// <param name="Unit">Their unit.</param>
/// <param name="Target">The ratio that is aimed at; null where the row only informs.</param>
internal sealed record Ratio(
    string What, string Peer, IReadOnlyList<double> Ours, IReadOnlyList<double> Peers, string Unit, Target? Target = null)
{
    /// <summary>The ratio of each pair, sorted: what one pair suffered from the machine, both of it did.</summary>
    public IReadOnlyList<double> Pairs { get; } = [.. Ours.Zip(Peers, (o, p) => o / p).Order()];

    public double Value => MedianOf(Pairs);

    /// <summary>Why it was not measured; null where it was.</summary>
    public string? Missing { get; private init; }

    /// <summary>One that cannot be measured here.</summary>
    public static Ratio Without(string what, string peer, string reason, Target? target = null) => new(what, peer, [], [], "", target) { Missing = reason };

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
