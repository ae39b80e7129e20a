using System.Buffers;

namespace CrCache.Routes;

/// <summary>What a POSIX shell reads.</summary>
internal static class PosixShell
{
    /// <summary>
    /// The user's shell. sudo and sshd set SHELL from the password file; a changed root has the caller's, which may not exist there.
    /// </summary>
    public const string UserShell =
        """s=${SHELL:-$(getent passwd "$(id -un)" 2>/dev/null | cut -d: -f7)}; [ -x "$s" ] || s=/bin/sh; exec "$s" "$@" """;

    private static readonly SearchValues<char> Safe =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,@%+");

    /// <summary>A word that the shell reads as exactly this text.</summary>
    public static string Quote(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Safe)
        ? text
        : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>A command line that the shell reads as exactly these words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
