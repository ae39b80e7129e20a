using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>Several clauses of which all (<c>&amp;&amp;</c>) or any (<c>||</c>) shall hold.</summary>
internal sealed class JoinedClause : Clause
{
    private JoinedClause(bool all, IReadOnlyList<Clause> operands) => (All, Operands) = (all, operands);

    public bool All { get; }

    /// <summary>Two or more, none of them joined in the same way.</summary>
    public IReadOnlyList<Clause> Operands { get; }

    public override IEnumerable<string> Names => Operands.SelectMany(o => o.Names);

    public static Clause Of(bool all, IReadOnlyList<Clause> operands) =>
        operands is [var only] ? only : new JoinedClause(all, [.. operands.SelectMany(o => o is JoinedClause j && j.All == all ? j.Operands : [o])]);

    public override bool? Judge(Facts facts)
    {
        var isKnown = true;
        foreach (var operand in Operands)
        {
            var judged = operand.Judge(facts);
            if (judged == !All)
            {
                return judged;
            }

            isKnown &= judged is not null;
        }

        return isKnown ? All : null;
    }

    public override void Write(StringBuilder text, string blank)
    {
        for (var i = 0; i < Operands.Count; i++)
        {
            if (i > 0)
            {
                text.Append(blank).Append(All ? "&&" : "||").Append(blank);
            }

            var inner = All && Operands[i] is JoinedClause;
            text.Append(inner ? "(" : "");
            Operands[i].Write(text, blank);
            text.Append(inner ? ")" : "");
        }
    }
}
