namespace CrCache;

/// <summary>The lease the caller relied on has ended; nothing was touched.</summary>
public sealed class LeaseLostException(string code, string message, Exception? innerException = null)
    : CrCacheException(code, message, innerException)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.LeaseLost;
}
