namespace CrCache.Leasing.Keeping;

/// <summary>What to do about a source's resources; what is in neither list is kept.</summary>
/// <param name="Discard">What to discard, each with the reason.</param>
/// <param name="Make">How many to make of which source; nothing as long as there is something to discard, which may make room.</param>
internal sealed record KeepDecision(IReadOnlyList<(string Resource, string Reason)> Discard, IReadOnlyList<(string Source, int Count)> Make)
{
    /// <summary>Whether everything is as it should be.</summary>
    public bool IsNothing => Discard.Count == 0 && Make.Count == 0;
}
