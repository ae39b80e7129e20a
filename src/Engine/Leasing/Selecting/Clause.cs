using System.Text;

namespace CrCache.Leasing.Selecting;

/// <summary>A part of a condition.</summary>
internal abstract class Clause
{
    /// <summary>The facts it looks at, in order.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>Whether it holds; where that is not known yet, true.</summary>
    public bool Holds(Facts facts) => Judge(facts) is not false;

    /// <summary>Whether it holds; null where a fact is not known yet.</summary>
    public abstract bool? Judge(Facts facts);

    /// <summary>Writes its canonical text.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="blank">What stands around <c>&amp;&amp;</c> and <c>||</c>.</param>
    public abstract void Write(StringBuilder text, string blank);

    public string Text(string blank)
    {
        StringBuilder text = new();
        Write(text, blank);
        return text.ToString();
    }
}
