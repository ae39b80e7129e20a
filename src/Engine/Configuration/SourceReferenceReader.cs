using System.Buffers;
using System.Globalization;
using System.Text;

namespace CrCache.Configuration;

/// <summary>Reads a source's name with the bindings in braces behind it.</summary>
internal sealed class SourceReferenceReader(string text, bool isTemplate)
{
    private const int MostOfValue = 200;
    private const int ShownAround = 30;

    // No blank, quote, dollar, comma or brace: a value goes into command lines and settings as it is.
    private static readonly SearchValues<char> ValueCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+:/@-");

    private int _at;
    private string _fault = "";

    private char Here => _at < text.Length ? text[_at] : '\0';

    /// <summary>Reads it.</summary>
    /// <param name="fault">What is wrong; empty where nothing is.</param>
    /// <returns>The reference; null where something is wrong.</returns>
    public SourceReference? Read(out string fault)
    {
        SortedDictionary<string, string> bindings = new(StringComparer.Ordinal);
        _at = text.IndexOf('{', StringComparison.Ordinal);
        var name = text[.._at];
        do
        {
            _at++;
        }
        while (Binding(bindings) && Here == ',');

        if (_fault.Length == 0 && Here != '}')
        {
            Expected("',' or '}'");
        }
        else if (_fault.Length == 0 && ++_at < text.Length)
        {
            Expected("the end");
        }

        fault = _fault;
        return fault.Length == 0 ? new(name, bindings) : null;
    }

    private bool Binding(SortedDictionary<string, string> bindings)
    {
        var begin = _at;
        if (!char.IsAsciiLetter(Here))
        {
            return Expected("a parameter's name, which begins with a letter,");
        }

        while (ParameterName.MayHold(Here))
        {
            _at++;
        }

        if (_at - begin > ParameterName.MaximumLength)
        {
            _at = begin;
            return Fault($"has a parameter's name of more than {ParameterName.MaximumLength} characters");
        }

        var name = text[begin.._at];
        if (Here != '=')
        {
            return Expected("'='");
        }

        _at++;
        if (Value() is not { } value)
        {
            return false;
        }

        if (bindings.Keys.FirstOrDefault(k => ParameterName.Variable(k) == ParameterName.Variable(name)) is { } twice)
        {
            _at = begin;
            return Fault(twice == name ? $"binds {name} twice" : $"binds {twice} and {name}, which hooks could not tell apart");
        }

        if (bindings.Count == SourceReference.MostBindings)
        {
            _at = begin;
            return Fault($"binds more than {SourceReference.MostBindings} parameters");
        }

        bindings.Add(name, value);
        return true;
    }

    private string? Value()
    {
        var begin = _at;
        if (Here == '-')
        {
            Fault("has a value that begins with '-'; it goes into command lines, where it would be an option");
            return null;
        }

        while (_at < text.Length && (ValueCharacters.Contains(Here) || (isTemplate && Here == ParameterText.Unknown)))
        {
            _at++;
        }

        if (_at == begin)
        {
            Expected("a value");
            return null;
        }

        if (_at - begin > MostOfValue)
        {
            _at = begin;
            Fault($"has a value of more than {MostOfValue} characters");
            return null;
        }

        if (Here is not (',' or '}') && _at < text.Length)
        {
            Expected("',' or '}'", "; a value goes into command lines, and is made of letters, digits, '_', '.', '+', ':', '/', '@' and '-'");
            return null;
        }

        return text[begin.._at];
    }

    private bool Expected(string what, string why = "") =>
        Fault((_at == text.Length ? $"ends where {what} is expected" : $"has {Token()} where {what} is expected") + why);

    private bool Fault(string what)
    {
        var begin = Math.Max(0, _at - ShownAround);
        begin += begin > 0 && char.IsLowSurrogate(text[begin]) ? 1 : 0;
        var place = 1;
        foreach (var _ in text.AsSpan(0, _at).EnumerateRunes())
        {
            place++;
        }

        _fault = string.Create(CultureInfo.InvariantCulture, $"'{(begin > 0 ? "..." : "")}{Shown.Cut(text[begin..])}' {what} (character {place})");
        return false;
    }

    private string Token() =>
        Rune.TryGetRuneAt(text, _at, out var rune) && !Rune.IsWhiteSpace(rune)
            && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned)
            ? $"'{rune}'"
            : string.Create(CultureInfo.InvariantCulture, $"U+{(rune.Value > 0 ? rune.Value : Here):X4}");
}
