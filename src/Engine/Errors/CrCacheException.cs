namespace CrCache;

/// <summary>
/// Something that CrCache reports to its user: one line that says what was wrong, where, and what to do.
/// A command's own non-zero exit is a result, never an exception.
/// </summary>
/// <param name="code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="message">The line, without code and location.</param>
/// <param name="innerException">What caused it, if that was an exception.</param>
public abstract class CrCacheException(string code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The stable code, one of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>What a command line ends with: one of <see cref="ExitCodes"/>.</summary>
    public abstract int ExitCode { get; }

    /// <summary>Where in the configuration it is, or null where it is not about a file.</summary>
    public virtual SourceLocation? Location => null;
}
