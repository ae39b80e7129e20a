namespace CrCache;

/// <summary>The state store cannot be used.</summary>
public sealed class StoreException(string code, string message, Exception? innerException = null)
    : CrCacheException(code, message, innerException)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Failed;
}
