namespace CrCache.Store;

/// <summary>An event as the store has it.</summary>
internal sealed record EventRow(long Number, DateTimeOffset At, string Resource, long Epoch, string Kind, string? Detail, string Actor);
