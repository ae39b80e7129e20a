using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary><c>!clause</c>.</summary>
internal sealed class NotClause(Clause operand) : Clause
{
    public override IEnumerable<string> Names => operand.Names;

    public override bool? Judge(Facts facts) => !operand.Judge(facts);

    public override void Write(StringBuilder text, string blank)
    {
        var inner = operand is JoinedClause;
        text.Append(inner ? "!(" : "!");
        operand.Write(text, blank);
        text.Append(inner ? ")" : "");
    }
}
