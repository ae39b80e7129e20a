using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CrCache.Ssh;

/// <summary>An ssh-agent: it has keys, and signs with them. Each question is a connection of its own, so that nothing is left open.</summary>
/// <param name="socket">Its socket.</param>
internal sealed class SshAgent(string socket)
{
    private const byte Failure = 5;
    private const byte ListKeys = 11;
    private const byte KeysFollow = 12;
    private const byte SignThis = 13;
    private const byte SignatureFollows = 14;
    private const int LongestAnswer = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A person may have to agree.
    private static readonly TimeSpan PatienceToSign = TimeSpan.FromSeconds(60);

    /// <summary>The keys that it has, in its order.</summary>
    /// <exception cref="IOException">It does not answer, or not as an agent does.</exception>
    public IReadOnlyList<SshAgentKey> Keys()
    {
        SshWire answer = new(Ask([ListKeys], KeysFollow, Patience));
        List<SshAgentKey> keys = [];
        for (var left = answer.Number(out var count) ? count : 0; left > 0; left--)
        {
            if (!answer.String(out var key) || !answer.String(out var comment))
            {
                throw new IOException("the agent's list of keys is cut off");
            }

            keys.Add(new(key.ToArray(), Encoding.UTF8.GetString(comment)));
        }

        return keys;
    }

    /// <summary>Signs with a key.</summary>
    /// <param name="key">The key, as it was listed.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="flags">2 for RSA with SHA-256, 4 for RSA with SHA-512, else 0.</param>
    /// <returns>The signature, with its algorithm's name before it.</returns>
    /// <exception cref="IOException">It does not answer, or refuses.</exception>
    public byte[] Sign(byte[] key, byte[] data, uint flags)
    {
        var request = new byte[1 + 4 + key.Length + 4 + data.Length + 4];
        request[0] = SignThis;
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(1), key.Length);
        key.CopyTo(request, 5);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(5 + key.Length), data.Length);
        data.CopyTo(request, 9 + key.Length);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(9 + key.Length + data.Length), flags);
        return new SshWire(Ask(request, SignatureFollows, PatienceToSign)).String(out var signature)
            ? signature.ToArray()
            : throw new IOException("the agent's signature is cut off");
    }

    private byte[] Ask(byte[] request, byte expected, TimeSpan patience)
    {
        using Socket agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = (int)patience.TotalMilliseconds,
            ReceiveTimeout = (int)patience.TotalMilliseconds,
        };
        try
        {
            agent.Connect(new UnixDomainSocketEndPoint(socket));
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, request.Length);
            agent.Send(length);
            agent.Send(request);
            Receive(agent, length);
            var answer = new byte[BinaryPrimitives.ReadUInt32BigEndian(length) is > 0 and <= LongestAnswer and var count ? count : throw new IOException("it does not answer as an agent does")];
            Receive(agent, answer);
            return answer[0] == expected ? answer[1..]
                : throw new IOException(answer[0] == Failure ? "the agent refuses" : "it does not answer as an agent does");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new IOException(e is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } ? "the agent does not answer" : e.Message, e);
        }
    }

    private static void Receive(Socket agent, byte[] into)
    {
        for (var at = 0; at < into.Length;)
        {
            at += agent.Receive(into.AsSpan(at)) is > 0 and var count ? count : throw new IOException("the agent hangs up");
        }
    }
}
