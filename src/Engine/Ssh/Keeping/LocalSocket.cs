using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Ssh.Keeping;

/// <summary>
/// A socket between two processes, by the C library's calls. The runtime's own sockets start a thread that waits for all of them, which takes longer
/// than all that a process that soon ends has to say.
/// </summary>
internal static unsafe partial class LocalSocket
{
    private const ushort Local = 1; // AF_UNIX
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int Socket = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: process, user, group
    private const int BothWays = 2;
    private const int AddressSize = sizeof(ushort) + KeeperSocket.LongestPath;

    /// <summary>Connects.</summary>
    /// <param name="path">The socket's path, shorter than <see cref="KeeperSocket.LongestPath"/> bytes.</param>
    /// <returns>Null where nobody listens.</returns>
    public static SafeFileHandle? Connect(string path)
    {
        Span<byte> address = stackalloc byte[AddressSize];
        address.Clear();
        MemoryMarshal.Write(address, Local);
        Encoding.UTF8.GetBytes(path, address[sizeof(ushort)..]);
        SafeFileHandle socket = new(Open(Local, StreamCloseOnExec, 0), ownsHandle: true);
        fixed (byte* at = address)
        {
            if (!socket.IsInvalid && Connect(socket, at, AddressSize) == 0)
                return socket;
        }

        socket.Dispose();
        return null;
    }

    /// <summary>The user at the other end.</summary>
    /// <returns>Null where it has gone.</returns>
    public static uint? PeerOf(SafeFileHandle socket)
    {
        var credentials = stackalloc uint[3];
        var size = 3 * sizeof(uint);
        return GetOption(socket, Socket, PeerCredentials, credentials, ref size) == 0 ? credentials[1] : null;
    }

    /// <summary>Ends both directions, and the wait of whoever is in a call.</summary>
    public static void Shut(SafeFileHandle socket) => _ = Shut(socket, BothWays);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Open(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect")]
    private static partial int Connect(SafeFileHandle socket, byte* address, int size);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(SafeFileHandle socket, int level, int name, void* value, ref int size);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shut(SafeFileHandle socket, int how);
}
