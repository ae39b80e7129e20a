using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Messages;
using Renci.SshNet.Messages.Connection;
using Renci.SshNet.Messages.Transport;

namespace CrCache.Ssh;

/// <summary>
/// What the library leaves out of its public face: a client's session and its way to send. With them a channel is our own, with a window that fills up,
/// a terminal for a command, and its end of file; the library's commands have none of the three.
/// </summary>
internal static class SshMessages
{
    /// <summary>The session of a client that is connected.</summary>
    public static Session SessionOf(SshClient client) => (Session)Get(client);

    /// <summary>Sends a message; waits where the connection is full.</summary>
    /// <exception cref="SshException">There is no connection any more.</exception>
    public static void Send(Session session, Message message)
    {
        try
        {
            SendMessage(session, message);
        }
        catch (Exception e) when (IsGone(e))
        {
            throw new SshConnectionException(e.Message, DisconnectReason.ConnectionLost, e);
        }
    }

    /// <summary>
    /// Closes a session's socket, whatever waits for it. The library says goodbye first, behind whoever is about to send: where the host has stopped reading that
    /// is never.
    /// </summary>
    public static void Cut(Session session) => SocketOf(session)?.Dispose();

    /// <summary>Whether the library says so that its own state is gone, in the midst of something.</summary>
    public static bool IsGone(Exception e) => e is SocketException or ObjectDisposedException or NullReferenceException;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SendMessage")]
    private static extern void SendMessage(Session session, Message message);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? SocketOf(Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Session")]
    [return: UnsafeAccessorType("Renci.SshNet.ISession, Renci.SshNet")]
    private static extern object Get(BaseClient client);

    /// <summary>Opens a channel for a command.</summary>
    internal sealed class SessionOpen : ChannelOpenInfo
    {
        public override string ChannelType => "session";
    }

    /// <summary>Opens a channel to a port that the host reaches.</summary>
    internal sealed class ForwardOpen(string host, int port) : ChannelOpenInfo
    {
        public override string ChannelType => "direct-tcpip";

        protected override int BufferCapacity => -1;

        protected override void SaveData()
        {
            WriteBinaryString(Encoding.UTF8.GetBytes(host));
            Write((uint)port);
            WriteBinaryString("127.0.0.1"u8.ToArray());
            Write(0u);
        }
    }

    /// <summary>Starts a command. (RFC 4254, 6.5)</summary>
    internal sealed class Execution : RequestInfo
    {
        private readonly string _command;

        public Execution(string command) => (_command, WantReply) = (command, true);

        public override string RequestName => "exec";

        protected override int BufferCapacity => -1;

        protected override void SaveData()
        {
            base.SaveData();
            WriteBinaryString(Encoding.UTF8.GetBytes(_command));
        }
    }

    /// <summary>Sets a variable, where the server's AcceptEnv lets it; it is not asked. (RFC 4254, 6.4)</summary>
    internal sealed class Variable(string name, string value) : RequestInfo
    {
        public override string RequestName => "env";

        protected override int BufferCapacity => -1;

        protected override void SaveData()
        {
            base.SaveData();
            WriteBinaryString(Encoding.UTF8.GetBytes(name));
            WriteBinaryString(Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>Asks for a terminal. (RFC 4254, 6.2)</summary>
    internal sealed class TerminalRequest : RequestInfo
    {
        private readonly SshTerminal _terminal;

        public TerminalRequest(SshTerminal terminal) => (_terminal, WantReply) = (terminal, true);

        public override string RequestName => "pty-req";

        protected override int BufferCapacity => -1;

        protected override void SaveData()
        {
            base.SaveData();
            WriteBinaryString(Encoding.UTF8.GetBytes(_terminal.Type));
            Write((uint)_terminal.Columns);
            Write((uint)_terminal.Rows);
            Write(0u);
            Write(0u);
            WriteBinaryString([0]);
        }
    }

    /// <summary>Tells a terminal's new size. (RFC 4254, 6.7)</summary>
    internal sealed class Resize(int columns, int rows) : RequestInfo
    {
        public override string RequestName => "window-change";

        protected override int BufferCapacity => -1;

        protected override void SaveData()
        {
            base.SaveData();
            Write((uint)columns);
            Write((uint)rows);
            Write(0u);
            Write(0u);
        }
    }

    /// <summary>Asks the server for a sign of life; that it does not know the request is one.</summary>
    internal sealed class KeepAlive : GlobalRequestMessage
    {
        private static readonly byte[] Name = "keepalive@openssh.com"u8.ToArray();

        protected override int BufferCapacity => 1 + sizeof(uint) + Name.Length + 1;

        protected override void SaveData()
        {
            WriteBinaryString(Name);
            Write(true);
        }
    }
}
