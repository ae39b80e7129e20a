using System.Globalization;

namespace CrCache.Bench;

/// <summary>A ratio that is aimed at.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="AtLeast">True where more is better.</param>
internal sealed record Target(double Limit, bool AtLeast)
{
    public static Target AtMostRatio(double limit) => new(limit, AtLeast: false);

    public static Target AtLeastRatio(double limit) => new(limit, AtLeast: true);

    public bool IsMet(double value) => AtLeast ? value >= Limit : value <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? ">=" : "<=")} {Limit:0.##}");
}
