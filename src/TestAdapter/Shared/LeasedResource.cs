using System.Globalization;

namespace CrCache.TestAdapter;

/// <summary>A resource that the run may use, as it travels from the collector to the fan-out host: <c>NAME@EPOCH*CONCURRENCY</c>, and <c>:here</c> behind it.</summary>
internal sealed record LeasedResource(ResourceReference Reference, int Concurrency)
{
    private const string HereMark = ":here";

    /// <summary>Whether it is this machine as it is: a command on it needs no look at the store, which costs time.</summary>
    public bool IsHere { get; init; }

    /// <summary>The resource's name, for people.</summary>
    public string Name => Reference.Name;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="UsageException">It is not such a text.</exception>
    public static LeasedResource Parse(string text)
    {
        var isHere = text.EndsWith(HereMark, StringComparison.Ordinal);
        var end = text.Length - (isHere ? HereMark.Length : 0);
        var star = text.LastIndexOf('*');
        return star > 0 && star < end
            && int.TryParse(text.AsSpan(star + 1, end - star - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var concurrency)
            && concurrency > 0
                ? new(ResourceReference.Parse(text[..star]), concurrency) { IsHere = isHere }
                : throw new UsageException($"'{text}' is not a leased resource: NAME@EPOCH*CONCURRENCY is");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Reference}*{Concurrency}{(IsHere ? HereMark : "")}");
}
