using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace CrCache.Ssh.Keeping;

/// <summary>
/// Where a user's keeper is found: a socket in a directory that nobody else may enter. Who has another HOME or agent, or another version of this
/// program, has another keeper: it logs in as its starter would.
/// </summary>
internal static class KeeperSocket
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int DirectoryType = 0x4000;
    private const int LongestPath = 108; // what a socket's address takes, with its end
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
        var path = Path.Combine(directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8)));
        return Encoding.UTF8.GetByteCount(path) < LongestPath && IsPrivate(directory) ? path : null;
    }

    /// <summary>Connects to a keeper.</summary>
    /// <returns>Null where there is none.</returns>
    public static async Task<KeeperLink?> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
                return null;
            throw;
        }

        KeeperLink link = new(socket);
        if (link.Peer == LocalUser.EffectiveUser())
            return link;
        await link.DisposeAsync().ConfigureAwait(false);
        return null;
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
