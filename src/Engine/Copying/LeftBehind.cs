using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>
/// What a copy that was killed has left in a directory. A file is locked for as long as somebody fills it, whoever and wherever he is, so that one
/// that is not is nobody's any more. The lock is a shared one: .NET's own readers take such a one, and find the file in its place at once. What cannot be locked goes when it is an hour old.
/// </summary>
internal static class LeftBehind
{
    private const int WouldBlock = 11;
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    /// <summary>Makes a temporary file that is locked.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static SafeFileHandle Make(HeldEntry directory, string temporary)
    {
        while (true)
        {
            var made = directory.Create(temporary);

            // Whoever cleans up may have come just before the lock. Not every file system can lock.
            var isMine = DirectoryCalls.Lock(made, DirectoryCalls.Shared) == 0 || Marshal.GetLastPInvokeError() != WouldBlock;
            if (isMine && FileStatus.Of(made).Links > 0)
                return made;
            made.Dispose();
            directory.Remove(temporary);
        }
    }

    /// <summary>Removes what others have left in a directory; what may not be removed stays.</summary>
    public static void Remove(HeldEntry directory)
    {
        try
        {
            foreach (var name in directory.Names())
                if (TemporaryName.Is(name) && directory.StatusOf(name) is { } status && IsDead(directory, name, status))
                    directory.Remove(name);
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            // Another user's, or a directory that may be written and not read.
        }
    }

    private static bool IsDead(HeldEntry directory, string name, FileStatus status)
    {
        // A directory is another machine's, which knows better.
        if (!status.IsRegular)
            return !status.IsDirectory && TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(status.ChangedSeconds) > Old;
        using var entry = directory.Entry(name);
        using var file = entry?.Read();
        return file is not null && DirectoryCalls.Lock(file, DirectoryCalls.Exclusive) == 0;
    }
}
