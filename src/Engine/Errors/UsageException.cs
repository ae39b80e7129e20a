namespace CrCache;

/// <summary>A request that cannot be right: a wrong name, number or combination.</summary>
public sealed class UsageException(string code, string message) : CrCacheException(code, message)
{
    /// <summary>A plain usage error.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public UsageException(string message)
        : this(ErrorCodes.Usage, message)
    {
    }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Usage;
}
