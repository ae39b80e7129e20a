using System.Text;

namespace CrCache.Cli;

/// <summary>Columns that line up: each as wide as its longest value and a gap, and never narrower than it says.</summary>
internal sealed class Table(params ReadOnlySpan<(int Width, int Gap)> columns)
{
    private readonly (int Width, int Gap)[] _columns = columns.ToArray();
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with one value for each column; the last column has no padding.</summary>
    public void Add(params string[] values) => _rows.Add([.. values.Select(Printable.Line)]);

    /// <summary>The rows, each a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var widths = _columns.Select((c, i) => Math.Max(c.Width, _rows.Select(r => r[i].Length + c.Gap).DefaultIfEmpty().Max())).ToArray();
        foreach (var row in _rows)
        {
            var line = string.Concat(row.Select((value, i) => i < row.Length - 1 ? value.PadRight(widths[i]) : value));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
