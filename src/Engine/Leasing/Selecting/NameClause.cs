using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>A fact's name alone: it is there and says neither no nor nothing.</summary>
internal sealed class NameClause(string name) : Clause
{
    public override IEnumerable<string> Names => [name];

    public override bool? Judge(Facts facts) => facts.Lacks(name) ? null : facts[name] is not (null or "" or "0" or "false" or "no");

    public override void Write(StringBuilder text, string blank) => text.Append(name);
}
