using System.Globalization;

namespace CrCache.Bench;

/// <summary>Prints ratios as a Markdown table, each as soon as it is known.</summary>
internal sealed class RatioTable(TextWriter writer)
{
    public void Begin()
    {
        writer.WriteLine("| measured | median | peer | median | ratio (min to max of the pairs) | target | met |");
        writer.WriteLine("| --- | ---: | --- | ---: | ---: | ---: | --- |");
    }

    public void Add(Ratio ratio)
    {
        if (ratio.Missing is { } reason)
        {
            writer.WriteLine($"| {ratio.What} | | {ratio.Peer} | | {reason} | {ratio.Target} | |");
            writer.Flush();
            return;
        }

        var met = ratio.Target is { } target ? target.IsMet(ratio.Value) ? "yes" : "**no**" : "";
        writer.WriteLine(
            $"| {ratio.What} | {Number(Ratio.MedianOf(ratio.Ours))} {ratio.Unit} | {ratio.Peer} | {Number(Ratio.MedianOf(ratio.Peers))} {ratio.Unit} "
            + $"| {Number(ratio.Value)} ({Number(ratio.Pairs[0])} to {Number(ratio.Pairs[^1])}) | {ratio.Target} | {met} |");
        writer.Flush();
    }

    private static string Number(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
