using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>A fact compared with a value.</summary>
internal sealed class ComparisonClause(string name, string sign, string value) : Clause
{
    public override IEnumerable<string> Names => [name];

    public override bool? Judge(Facts facts) => facts.Lacks(name) ? null : facts[name] is { } has
        ? sign switch
        {
            "=" => has == value,
            "!=" => has != value,
            "<" => FactOrder.Compare(has, value) < 0,
            "<=" => FactOrder.Compare(has, value) <= 0,
            ">" => FactOrder.Compare(has, value) > 0,
            ">=" => FactOrder.Compare(has, value) >= 0,
            _ => Glob.Matches(value, has),
        }
        : sign == "!=";

    public override void Write(StringBuilder text, string blank) => text.Append(name).Append(sign).Append(ConditionText.Quote(value));
}
