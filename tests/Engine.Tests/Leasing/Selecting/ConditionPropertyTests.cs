using System.Globalization;
using CsCheck;

namespace CrCache.Leasing.Selecting;

/// <summary>What is so of every condition, against an evaluator that is as plain as can be.</summary>
public sealed class ConditionPropertyTests
{
    private static readonly Gen<string> Name = OneOf("os", "cores", "label.gpu", "Zone_1", "a-b", "missing");

    private static readonly Gen<string> Value =
        Gen.OneOf(OneOf("linux", "eu west", "it's", "say \"x\"", "'\"\\", "", "true", "no"), Gen.Int[0, 20].Select(i => i.ToString(CultureInfo.InvariantCulture)));

    private static readonly Gen<string> Blank = OneOf("", " ", "\n", " \t ");

    private static readonly Gen<Facts> SomeFacts = Gen.Select(Name, Value).Array[0, 6]
        .Select(pairs => new Facts(pairs.Where(p => p.Item1 != "missing").Select(p => KeyValuePair.Create(p.Item1, p.Item2))));

    private static readonly Gen<Written> Leaf = Gen.OneOf(
        Name.Select(n => new Written(n, f => f[n] is { } v && v.Length > 0 && v != "0" && v != "false" && v != "no")),
        Gen.Select(Name, Blank, OneOf("=", "==", "!=", "<", "<=", ">", ">="), Blank, Value, (n, b, s, c, v) =>
            new Written($"{n}{b}{s}{c}{Quote(v)}", f => f[n] is { } has ? Compare(has, s, v) : s == "!=")));

    private static readonly Gen<Written> Any = Tree(4);

    [Fact]
    public void Every_condition_holds_as_the_plain_evaluator_says() => Gen.Select(Any, SomeFacts).Sample(
        (written, facts) => Condition.Parse(written.Text).Holds(facts) == written.Holds(facts),
        iter: 5_000);

    [Fact]
    public void A_canonical_text_parses_to_itself() => Gen.Select(Any, SomeFacts).Sample((written, facts) =>
    {
        var condition = Condition.Parse(written.Text);
        var again = Condition.Parse(condition.Text);
        return again.Text == condition.Text && again.Equals(condition) && again.Holds(facts) == condition.Holds(facts);
    });

    [Fact]
    public void De_Morgan_is_right() => Gen.Select(Any, Any, SomeFacts).Sample((a, b, facts) =>
        Holds($"!(({a.Text}) && ({b.Text}))", facts) == Holds($"!({a.Text}) || !({b.Text})", facts)
        && Holds($"!(({a.Text}) || ({b.Text}))", facts) == Holds($"!({a.Text}) && !({b.Text})", facts));

    [Fact]
    public void What_is_shown_as_false_is_false() => Gen.Select(Any, SomeFacts).Sample((written, facts) =>
    {
        var condition = Condition.Parse(written.Text);
        return condition.FirstFalse(facts) is { } shown
            ? !condition.Holds(facts) && !Holds(shown[..shown.LastIndexOf(" (it has ", StringComparison.Ordinal)], facts)
            : condition.Holds(facts);
    });

    [Fact]
    public void Garbage_is_refused_in_one_line_or_parses_to_itself() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["ab1.0=!<>~&|()'\"\\ \n\0é\uD83D\uDE42\u2028"], 0, 40]).Sample(
            text =>
            {
                try
                {
                    var condition = Condition.Parse(text);
                    condition.Holds(Facts.None);
                    return Condition.Parse(condition.Text).Text == condition.Text;
                }
                catch (UsageException e)
                {
                    return e.Message.StartsWith("--where: ", StringComparison.Ordinal)
                        && !e.Message.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029');
                }
            },
            iter: 20_000);

    private static Gen<Written> Tree(int depth)
    {
        if (depth == 0)
            return Leaf;
        var inner = Tree(depth - 1);
        return Gen.OneOf(
            Leaf,
            inner.Select(i => new Written($"!({i.Text})", f => !i.Holds(f))),
            inner.Select(i => new Written($"( {i.Text})", i.Holds)),
            Gen.Select(inner, Blank, inner, (a, b, c) => new Written($"({a.Text}){b}&&{b}({c.Text})", f => a.Holds(f) && c.Holds(f))),
            Gen.Select(inner, Blank, inner, (a, b, c) => new Written($"({a.Text}){b}||{b}({c.Text})", f => a.Holds(f) || c.Holds(f))),
            Gen.Select(Leaf, Leaf, Leaf, (a, b, c) => new Written($"{a.Text}||{b.Text}&&{c.Text}", f => a.Holds(f) || (b.Holds(f) && c.Holds(f)))),
            Gen.Select(Leaf, Leaf, (a, b) => new Written($"!{a.Text} && {b.Text}", f => !a.Holds(f) && b.Holds(f))));
    }

    private static Gen<string> OneOf(params string[] values) => Gen.OneOf([.. values.Select(Gen.Const)]);

    private static bool Holds(string text, Facts facts) => Condition.Parse(text).Holds(facts);

    private static string Quote(string value) => $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool Compare(string has, string sign, string value)
    {
        var order = int.TryParse(has, out var a) && int.TryParse(value, out var b) ? a.CompareTo(b) : string.CompareOrdinal(has, value);
        return sign switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "!=" => has != value,
            _ => has == value,
        };
    }

    private sealed record Written(string Text, Func<Facts, bool> Holds)
    {
        public override string ToString() => Text;
    }
}
