using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>
/// Reads a condition: <c>||</c> binds less than <c>&amp;&amp;</c>, that less than <c>!</c>; an operand is a name, a comparison, or a condition in
/// parentheses.
/// </summary>
internal sealed class ConditionReader(string text)
{
    private const string Joints = "'&&' or '||'";

    private int _at;
    private int _level;

    // What could have stood here besides the end or a joint.
    private string _besides = "";

    private char Here => _at < text.Length ? text[_at] : '\0';

    private char Next => _at + 1 < text.Length ? text[_at + 1] : '\0';

    public Clause Read()
    {
        if (text.Length > Condition.MaximumLength)
        {
            throw new UsageException($"--where: a condition has at most {Condition.MaximumLength} characters (character {Condition.MaximumLength + 1})");
        }

        var clause = Any();
        return _at == text.Length ? clause : throw Expected(_besides + Joints);
    }

    private Clause Any() => Joined(all: false, '|', All);

    private Clause All() => Joined(all: true, '&', Operand);

    private Clause Joined(bool all, char sign, Func<Clause> operand)
    {
        List<Clause> operands = [operand()];
        while (Here == sign && Next == sign)
        {
            _at += 2;
            operands.Add(operand());
        }

        return JoinedClause.Of(all, operands);
    }

    /// <summary>Reads an operand and the blanks around it.</summary>
    private Clause Operand()
    {
        SkipBlanks();
        if (Here is not ('!' or '('))
        {
            return Comparison();
        }

        if (_level == Condition.MaximumDepth)
        {
            throw Fault($"goes deeper than {Condition.MaximumDepth} parentheses and negations");
        }

        _level++;
        var negation = Here == '!';
        _at++;
        Clause clause;
        if (negation)
        {
            clause = new NotClause(Operand());
        }
        else
        {
            clause = Any();
            if (Here != ')')
            {
                throw Expected($"{_besides}'&&', '||' or ')'");
            }

            _at++;
            _besides = "";
            SkipBlanks();
        }

        _level--;
        return clause;
    }

    private Clause Comparison()
    {
        var begin = _at;
        if (!FactName.MayBegin(Here))
        {
            throw Expected("a name");
        }

        while (FactName.MayHold(Here))
        {
            _at++;
        }

        var name = text[begin.._at].ToLowerInvariant();
        SkipBlanks();
        if (Sign() is not { } sign)
        {
            _besides = "a comparison, ";
            return new NameClause(name);
        }

        SkipBlanks();
        var value = Here is '\'' or '"' ? Quoted(Here) : Bare();
        _besides = "";
        SkipBlanks();
        return new ComparisonClause(name, sign, value);
    }

    private string? Sign()
    {
        var (sign, length) = (Here, Next) switch
        {
            ('=', '=') => ("=", 2),
            ('=', _) => ("=", 1),
            ('!', '=') => ("!=", 2),
            ('<', '=') => ("<=", 2),
            ('<', _) => ("<", 1),
            ('>', '=') => (">=", 2),
            ('>', _) => (">", 1),
            ('~', _) => ("~", 1),
            _ => (null, 0),
        };
        _at += length;
        return sign;
    }

    private string Bare()
    {
        var begin = _at;
        while (_at < text.Length && ConditionText.At(text, _at) is { } rune && ConditionText.IsBare(rune))
        {
            _at += rune.Utf16SequenceLength;
        }

        return _at > begin ? text[begin.._at] : throw Expected("a value");
    }

    private string Quoted(char quote)
    {
        StringBuilder value = new();
        _at++;
        while (_at == text.Length || Here != quote)
        {
            if (_at < text.Length && quote == '"' && Here == '\\')
            {
                _at++;
                if (Here is not ('"' or '\\'))
                {
                    throw Expected("'\"' or '\\' after a '\\'");
                }
            }

            if (_at == text.Length || ConditionText.At(text, _at) is not { } rune || !ConditionText.IsQuotable(rune))
            {
                throw Expected($"a closing {quote}");
            }

            value.Append(rune);
            _at += rune.Utf16SequenceLength;
        }

        _at++;
        return value.ToString();
    }

    private void SkipBlanks()
    {
        while (char.IsWhiteSpace(Here))
        {
            _at++;
        }
    }

    private UsageException Expected(string what) =>
        Fault(_at == text.Length ? $"ends where {what} is expected" : $"has {ConditionText.Token(text, _at)} where {what} is expected");

    private UsageException Fault(string what) =>
        new($"--where: '{ConditionText.Around(text, _at)}' {what} (character {ConditionText.Character(text, _at)})");
}
