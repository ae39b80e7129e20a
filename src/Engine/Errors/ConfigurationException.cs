namespace CrCache;

/// <summary>The configuration is wrong at a place that can be named.</summary>
public sealed class ConfigurationException(string code, string message, SourceLocation? location, Exception? innerException = null)
    : CrCacheException(code, message, innerException)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Usage;

    /// <inheritdoc/>
    public override SourceLocation? Location { get; } = location;
}
