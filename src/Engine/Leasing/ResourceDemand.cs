namespace CrCache;

/// <summary>A part of a request: so many resources of one source.</summary>
/// <param name="Source">The source to lease from, with what is bound to its parameters: <c>ubuntu</c> or <c>ubuntu{release=lucid}</c>.</param>
/// <param name="Count">How many, from 1 up.</param>
public sealed record ResourceDemand(string Source, int Count = 1)
{
    /// <summary>
    /// How many will do where <see cref="Count"/> are not free: as many as there are, and at least this many. From 1 to
    /// <see cref="Count"/>, which it is unless said otherwise: all or none.
    /// </summary>
    public int AtLeast { get; init; } = Count;

    /// <summary>Which resources will do, such as <c>os=linux &amp;&amp; cores>=4 &amp;&amp; !label.gpu</c>; null for any.</summary>
    public string? Where { get; init; }
}
