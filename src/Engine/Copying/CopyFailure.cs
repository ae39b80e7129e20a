namespace CrCache.Copying;

/// <summary>Turns what the file system says into one line that names the file.</summary>
internal static class CopyFailure
{
    /// <summary>Whether an exception is the file system's.</summary>
    public static bool IsOfFile(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <summary>The line.</summary>
    /// <param name="what">The file, as a user would name it.</param>
    /// <param name="exception">What happened.</param>
    public static ResourceException Of(string what, Exception exception) => new(ErrorCodes.CopyFailed, Line(what, Reason(exception)), exception);

    /// <summary>The line.</summary>
    public static ResourceException Of(string what, string reason) => new(ErrorCodes.CopyFailed, Line(what, reason));

    /// <summary>A line about what was found.</summary>
    public static ResourceException Found(string line) => new(ErrorCodes.CopyFailed, FileName.Show(line));

    private static string Line(string what, string reason) => FileName.Show($"cannot copy {what}: {reason}");

    private static string Reason(Exception exception)
    {
        // .NET adds the path, which may be a temporary name.
        var message = exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
            UnauthorizedAccessException => "permission denied",
            _ => exception.Message,
        };
        var path = message.IndexOf(" : '", StringComparison.Ordinal);
        return path > 0 ? message[..path] : message;
    }
}
