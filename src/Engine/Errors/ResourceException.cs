namespace CrCache;

/// <summary>A resource could not be made, reset, discarded, reached or copied to: infrastructure, not the user's command.</summary>
public sealed class ResourceException(string code, string message, Exception? innerException = null)
    : CrCacheException(code, message, innerException)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Failed;

    /// <inheritdoc/>
    public override SourceLocation? Location => Setting;

    /// <summary>Where the setting stands that it is about; null where it is about none.</summary>
    internal SourceLocation? Setting { get; init; }
}
