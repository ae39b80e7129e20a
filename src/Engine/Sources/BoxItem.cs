namespace CrCache.Sources;

/// <summary>Something that a box sees otherwise than the place where it is made does.</summary>
/// <param name="Kind">
/// <c>private</c>, empty; <c>memory</c> and <c>run</c>, empty and in memory; <c>file</c>, the table of hosts with the box's name; and of what is
/// there: <c>bind</c>, <c>ro</c>, <c>overlay</c>, <c>copy</c>, as imports are.
/// </param>
/// <param name="Source">What of that place is seen; empty for nothing.</param>
/// <param name="Target">Where it is seen in the box.</param>
internal sealed record BoxItem(string Kind, string Source, string Target);
