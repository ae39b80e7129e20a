namespace CrCache.Configuration;

/// <summary>
/// A source as a caller names it: <c>ubuntu</c>, or <c>ubuntu{release=lucid,arch=arm}</c> where values are bound to its parameters.
/// Equal where the name and the bindings are, in whatever order they were written.
/// </summary>
public sealed class SourceReference : IEquatable<SourceReference>
{
    /// <summary>How many parameters can be bound at once.</summary>
    internal const int MostBindings = 20;

    private static readonly SortedDictionary<string, string> Nothing = new(StringComparer.Ordinal);

    internal SourceReference(string name, SortedDictionary<string, string>? bindings = null)
    {
        Name = name;
        Bindings = bindings ?? Nothing;
        Binding = Bindings.Count == 0 ? "" : $"{{{string.Join(',', Bindings.Select(b => $"{b.Key}={b.Value}"))}}}";
    }

    /// <summary>The source's name, which is not checked yet.</summary>
    public string Name { get; }

    /// <summary>The values by parameter, in the order of the parameters' names; empty where nothing is bound.</summary>
    public IReadOnlyDictionary<string, string> Bindings { get; }

    /// <summary>The canonical text of the bindings, such as <c>{arch=arm,release=lucid}</c>; empty where nothing is bound.</summary>
    public string Binding { get; }

    /// <summary>Reads <c>NAME</c> or <c>NAME{key=value,key2=value2}</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="UsageException">What is in braces, or behind them, has not that form; the message says where.</exception>
    public static SourceReference Parse(string text) => TryParse(text, out var fault) ?? throw new UsageException(fault);

    /// <summary>The values that a canonical text such as <c>{release=lucid}</c> binds.</summary>
    /// <param name="binding">The text; empty for nothing.</param>
    /// <returns>The values by parameter.</returns>
    /// <exception cref="UsageException">It has not that form.</exception>
    public static IReadOnlyDictionary<string, string> BindingsOf(string binding) => Parse(binding).Bindings;

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it; empty where nothing is.</param>
    /// <param name="isTemplate">Whether a value may be one that is not known yet.</param>
    internal static SourceReference? TryParse(string text, out string fault, bool isTemplate = false)
    {
        fault = "";
        return text.Contains('{', StringComparison.Ordinal) ? new SourceReferenceReader(text, isTemplate).Read(out fault) : new(text);
    }

    /// <inheritdoc/>
    public bool Equals(SourceReference? other) => other is not null && Name == other.Name && Binding == other.Binding;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SourceReference);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Binding);

    /// <summary>The canonical text: the parameters in the order of their names.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Name + Binding;
}
