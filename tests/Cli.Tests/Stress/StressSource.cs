namespace CrCache.Cli.Tests.Stress;

/// <summary>A source under stress.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Maximum">The most it may own.</param>
/// <param name="Reserve">What it keeps.</param>
/// <param name="Layers">What it draws from; none for a local one.</param>
/// <param name="HasHooks">Whether scripts run as its resources are made and unmade.</param>
internal sealed record StressSource(string Name, int Maximum, int Reserve, IReadOnlyList<string> Layers, bool HasHooks = false)
{
    /// <summary>How many guests may share a base.</summary>
    public const int Guests = 3;

    /// <summary>After how many uses a resource is discarded; null for never.</summary>
    public int? MaxUseCount { get; init; }

    /// <summary>Whether what it draws from is a base that its resources share.</summary>
    public bool IsGuest { get; init; }

    /// <summary>Its source.conf.</summary>
    public string Text =>
        $"{(IsGuest ? $"type=local\nbase={Layers[0]}\nbase_users={Guests}" : Layers.Count == 0 ? "type=local" : $"type=pool\nsources={string.Join(',', Layers)}")}\nmaximum={Maximum}\nreserve={Reserve}\n{(MaxUseCount is { } count ? $"max_use_count={count}\n" : "")}";
}
