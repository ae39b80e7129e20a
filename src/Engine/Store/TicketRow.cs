namespace CrCache.Store;

/// <summary>A request that waits, as the store has it.</summary>
/// <param name="Number">Its place among those of equal priority.</param>
/// <param name="Priority">Greater ones are served first.</param>
/// <param name="Since">When it began to wait.</param>
/// <param name="Seen">When its process last said that it still waits.</param>
/// <param name="Process">The process that waits.</param>
/// <param name="Owner">Whom it waits for, for people to read.</param>
/// <param name="Note">A remark.</param>
/// <param name="Demands">What it wants, as JSON.</param>
internal sealed record TicketRow(
    long Number, int Priority, DateTimeOffset Since, DateTimeOffset Seen, string Process, string Owner, string? Note, string Demands);
