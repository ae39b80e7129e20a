using CrCache.Configuration;

namespace CrCache.Leasing.Selecting;

/// <summary>
/// Which resources a request takes, such as <c>os=linux &amp;&amp; cores>=4 &amp;&amp; !label.gpu</c>. Equal where the canonical texts are.
/// </summary>
internal sealed class Condition : IEquatable<Condition>
{
    /// <summary>The most characters of a condition.</summary>
    public const int MaximumLength = 4096;

    /// <summary>The most parentheses and negations that one clause may be in.</summary>
    public const int MaximumDepth = 64;

    private readonly Clause _clause;

    private Condition(Clause clause)
    {
        _clause = clause;

        // Whatever was read can be read again: without blanks the text is no longer than what it was read from.
        var text = clause.Text(" ");
        Text = text.Length <= MaximumLength ? text : clause.Text("");
    }

    /// <summary>The canonical text; it parses to an equal condition.</summary>
    public string Text { get; }

    /// <summary>Reads a condition.</summary>
    /// <exception cref="UsageException">It is malformed, too long or too deep; the message says where.</exception>
    public static Condition Parse(string text) => new(new ConditionReader(text).Read());

    /// <summary>Whether a resource of these facts is one.</summary>
    public bool Holds(Facts facts) => _clause.Holds(facts);

    /// <summary>The first of the clauses that all have to hold and does not, with what the facts say; null where the condition holds.</summary>
    public string? FirstFalse(Facts facts)
    {
        var clause = _clause is JoinedClause { All: true } joined ? joined.Operands.FirstOrDefault(o => !o.Holds(facts)) : _clause;
        if (clause is null || clause.Holds(facts))
        {
            return null;
        }

        string[] names = [.. clause.Names.Distinct()];
        var has = names is [var only]
            ? facts[only] is { } value ? Shown(value) : "none"
            : string.Join(", ", names.Select(n => facts[n] is { } v ? $"{n}={Shown(v)}" : $"no {n}"));
        return $"{clause.Text(" ")} (it has {has})";
    }

    public bool Equals(Condition? other) => Text == other?.Text;

    public override bool Equals(object? obj) => Equals(obj as Condition);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    private static string Shown(string value) => value.Length > 0 ? CrCache.Shown.Cut(value) : "''";
}
