namespace CrCache;

/// <summary>Something the doctor looked at.</summary>
/// <param name="Subject">What: <c>store</c>, <c>source local</c>, <c>tool ssh</c>.</param>
/// <param name="Works">True where it does; null where it is absent and not needed by what is configured.</param>
/// <param name="Detail">What was found and, where something is wrong, what to do.</param>
public sealed record Finding(string Subject, bool? Works, string Detail);
