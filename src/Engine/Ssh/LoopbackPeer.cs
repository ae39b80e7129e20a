using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrCache.Ssh;

/// <summary>Who is at the other end of a connection over the loopback address, which every user of this machine can reach.</summary>
internal static class LoopbackPeer
{
    private const int Local = 1;
    private const int Remote = 2;
    private const int User = 7;
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Whether it is a process of this user, as far as the kernel says whose sockets are.</summary>
    /// <param name="socket">A connection that was accepted.</param>
    public static bool IsOwn(Socket socket)
    {
        try
        {
            var (theirs, ours) = (Port(socket.RemoteEndPoint), Port(socket.LocalEndPoint));
            var user = LocalUser.EffectiveUser().ToString(CultureInfo.InvariantCulture);
            return Tables.Where(File.Exists).SelectMany(File.ReadLines)
                .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(w => w.Length > User && w[Local].EndsWith(theirs, StringComparison.Ordinal) && w[Remote].EndsWith(ours, StringComparison.Ordinal) && w[User] == user);
        }
        catch (SocketException)
        {
            return false; // it has gone already
        }
    }

    private static string Port(EndPoint? end) => string.Create(CultureInfo.InvariantCulture, $":{((IPEndPoint)end!).Port:X4}");
}
