namespace CrCache;

/// <summary>Not enough resources are free. Nothing was taken; trying again later can help.</summary>
public sealed class NothingAvailableException(string message, IReadOnlyList<LeaseHolder> holders)
    : CrCacheException(ErrorCodes.NothingAvailable, message)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.NothingAvailable;

    /// <summary>Who holds what stands in the way.</summary>
    public IReadOnlyList<LeaseHolder> Holders { get; } = holders;
}
