namespace CrCache.Copying;

/// <summary>One step of a copy.</summary>
/// <param name="Entry">What is copied.</param>
/// <param name="Target">Where to, from the target's directory; empty for that itself.</param>
/// <param name="Changed">False where the target has it already.</param>
/// <param name="Clears">Whether something of another kind is there, and is to go.</param>
internal sealed record CopyItem(CopyEntry Entry, string Target, bool Changed, bool Clears = false);
