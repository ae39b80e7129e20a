using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CrCache.Ssh.Keeping;

/// <summary>
/// Where a user's keeper is found: a socket in a directory that nobody else may enter. Who has another HOME or agent, or another version of this
/// program, has another keeper: it logs in as its starter would.
/// </summary>
internal static class KeeperSocket
{
    /// <summary>What a socket's address takes, with its end.</summary>
    public const int LongestPath = 108;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int DirectoryType = 0x4000;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: process, user, group
    private static readonly string[] Telling = ["HOME", "SSH_AUTH_SOCK", "PATH"];

    /// <summary>The socket's path, in a directory that is there.</summary>
    /// <param name="environment">Looks a variable up.</param>
    /// <returns>Null where there can be none: the directory is somebody else's, or its name is too long.</returns>
    public static string? Find(Func<string, string?> environment)
    {
        var directory = environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
            ? Path.Combine(runtime, "crcache")
            : Path.Combine(Path.GetTempPath(), $"crcache-{Environment.UserName}");
        var text = string.Join('\n', Telling.Select(environment).Append(typeof(KeeperSocket).Module.ModuleVersionId.ToString()));
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Hash(text):x16}"));
        return Encoding.UTF8.GetByteCount(path) < LongestPath && IsPrivate(directory) ? path : null;
    }

    /// <summary>Connects to a keeper.</summary>
    /// <returns>A link that waits in its calls; null where there is no keeper.</returns>
    public static KeeperLink? Connect(string path)
    {
        if (LocalSocket.Connect(path) is not { } socket)
            return null;
        if (LocalSocket.PeerOf(socket) == LocalUser.EffectiveUser())
            return new(new FileStream(socket, FileAccess.ReadWrite, bufferSize: 0), () => LocalSocket.Shut(socket));
        socket.Dispose();
        return null;
    }

    /// <summary>The user who has connected to a keeper.</summary>
    public static uint PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return BitConverter.ToUInt32(credentials[sizeof(int)..]);
    }

    // FNV-1a: names need only differ, and to load what makes a better hash takes longer than to connect.
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var part in Encoding.UTF8.GetBytes(text))
            hash = unchecked((hash ^ part) * 1099511628211UL);
        return hash;
    }

    private static bool IsPrivate(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, Private);
            return FileStatus.Of(directory, follow: false) is { } status && status.Mode == (DirectoryType | (int)Private) && status.User == LocalUser.EffectiveUser();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
