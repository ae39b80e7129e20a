namespace CrCache.Configuration;

/// <summary>The values that a source is read with: those that were bound to it and those that the sources above it pass on.</summary>
/// <param name="Values">The values by parameter.</param>
/// <param name="Source">The source that the user named; null where it is only looked at, and what is not bound stays open.</param>
internal sealed record SourceBindings(IReadOnlyDictionary<string, string> Values, string? Source)
{
    /// <summary>Nothing is bound, and nothing need be.</summary>
    public static SourceBindings Open { get; } = new(new Dictionary<string, string>(), null);

    /// <summary>What stands for a parameter that has no value; null where it must have one.</summary>
    public string? Unbound(string parameter) => Source is null ? ParameterText.Unknown + parameter : null;

    /// <summary>A part of a sentence about a parameter that has no value, where another is bound that it may have been; or nothing.</summary>
    public string Slip(string parameter) =>
        Suggestion.For(parameter, Values.Keys) is { } bound ? $" ('{bound}' is bound, did you mean {parameter}?)" : "";

    /// <summary>These passed on to a layer, whose own win.</summary>
    public SourceBindings With(IReadOnlyDictionary<string, string> own)
    {
        if (own.Count == 0)
        {
            return this;
        }

        Dictionary<string, string> all = new(Values, StringComparer.Ordinal);
        foreach (var (parameter, value) in own)
        {
            all[parameter] = value;
        }

        return this with { Values = all };
    }

    /// <summary>The canonical text of those that matter.</summary>
    public string Of(IReadOnlySet<string> parameters)
    {
        SortedDictionary<string, string> bound = new(StringComparer.Ordinal);
        foreach (var (parameter, value) in Values)
        {
            if (parameters.Contains(parameter) && !value.Contains(ParameterText.Unknown, StringComparison.Ordinal))
            {
                bound[parameter] = value;
            }
        }

        return new SourceReference("", bound).Binding;
    }
}
