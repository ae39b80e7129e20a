namespace CrCache.Leasing;

/// <summary>Something that happened to a resource, or in the line of those who wait for one.</summary>
/// <param name="Number">Grows with every event.</param>
/// <param name="At">When.</param>
/// <param name="Resource">The resource's name; of the line the sources that are waited for, joined by commas.</param>
/// <param name="Epoch">Its hand-out number then; of the line the number of the place in it.</param>
/// <param name="Kind">What: <c>provisioning</c>, <c>provisioned</c>, <c>acquired</c>, <c>renewed</c>, <c>stolen</c>, <c>held</c>, <c>released</c>, <c>reset</c>, <c>discarding</c>, <c>discarded</c>, <c>failed</c>, <c>collected</c>; of the line <c>waiting</c>, <c>served</c>, <c>left</c>.</param>
/// <param name="Detail">More, for a person to read; null where there is none.</param>
/// <param name="Actor">Who did it, such as <c>alice@build1 (pid 4711)</c>.</param>
public sealed record ResourceEvent(long Number, DateTimeOffset At, string Resource, long Epoch, string Kind, string? Detail, string Actor);
