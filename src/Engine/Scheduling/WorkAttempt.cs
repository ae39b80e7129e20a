namespace CrCache.Scheduling;

/// <summary>An item on its way.</summary>
/// <param name="Item">The item.</param>
/// <param name="Index">Its place among the run's items, from 0.</param>
/// <param name="Number">Which attempt this is, from 1.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Slot">Which of the resource's slots, from 0.</param>
public sealed record WorkAttempt(WorkItem Item, int Index, int Number, ResourceReference Resource, int Slot);
