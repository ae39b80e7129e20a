using System.Globalization;

namespace CrCache.TestAdapter;

/// <summary>How a run goes, as the user set it. It travels from the collector to the fan-out host as words: <c>retries=2 elsewhere whole</c>.</summary>
internal sealed record RunOptions
{
    private const string RetriesWord = "retries=";
    private const string ElsewhereWord = "elsewhere";
    private const string WholeWord = "whole";
    private const string FallbackWord = "fallback";

    /// <summary>How often a test that failed is tried again, from 0 up.</summary>
    public int Retries { get; init; }

    /// <summary>True where that is on another resource, if there is one.</summary>
    public bool RetriesElsewhere { get; init; }

    /// <summary>True where each resource has one host with all its tests; false where it takes some after others, as long as there are any.</summary>
    public bool IsWhole { get; init; }

    /// <summary>True where the tests run here, as without CrCache, if nothing can be leased.</summary>
    public bool FallsBack { get; init; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static RunOptions Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new()
        {
            Retries = Array.Find(words, w => w.StartsWith(RetriesWord, StringComparison.Ordinal)) is { } retries
                ? int.Parse(retries.AsSpan(RetriesWord.Length), NumberStyles.None, CultureInfo.InvariantCulture)
                : 0,
            RetriesElsewhere = words.Contains(ElsewhereWord),
            IsWhole = words.Contains(WholeWord),
            FallsBack = words.Contains(FallbackWord),
        };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        List<string> words = [];
        if (Retries > 0)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{RetriesWord}{Retries}"));
        if (RetriesElsewhere)
            words.Add(ElsewhereWord);
        if (IsWhole)
            words.Add(WholeWord);
        if (FallsBack)
            words.Add(FallbackWord);
        return string.Join(' ', words);
    }
}
