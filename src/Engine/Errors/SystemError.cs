using System.Runtime.InteropServices;

namespace CrCache;

/// <summary>What the operating system said, without .NET's wording around it.</summary>
internal static class SystemError
{
    private const int PermissionDenied = 13;
    private const int LastNumber = 133;

    /// <summary>The system's own words for what went wrong with a file, such as <c>No space left on device</c>.</summary>
    /// <param name="error">What .NET threw; on Linux its result is mostly the error's number.</param>
    public static string Text(Exception error) => error switch
    {
        UnauthorizedAccessException => Marshal.GetPInvokeErrorMessage(PermissionDenied),
        DirectoryNotFoundException => "a directory on the way is not there",
        IOException { HResult: > 0 and <= LastNumber } known => Marshal.GetPInvokeErrorMessage(known.HResult),
        _ => error.Message,
    };
}
