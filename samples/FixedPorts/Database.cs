using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FixedPorts;

/// <summary>
/// A little database as old suites have them: one well-known port, one file and one lock, for whoever comes first.
/// Whoever comes second while it is open fails.
/// </summary>
public sealed class Database : IDisposable
{
    public const int Port = 17432;
    public const string File = "/tmp/fixed-ports.db";
    public const string LockFile = "/tmp/fixed-ports.lock";

    // It takes its time to start, as databases do.
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(1);

    private readonly FileStream _lock = new(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    private readonly TcpListener _listener = new(IPAddress.Loopback, Port);
    private readonly Task _serving;

    public Database()
    {
        try
        {
            _listener.Start();
            System.IO.File.WriteAllText(File, "");
            Thread.Sleep(Start);
            _serving = ServeAsync();
        }
        catch
        {
            _listener.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Adds a row, over the network.</summary>
    public static async Task Insert(string row)
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await client.SendAsync(Encoding.UTF8.GetBytes(row + "\n"));
        client.Shutdown(SocketShutdown.Send);

        // The end of the connection says that the row is written.
        await client.ReceiveAsync(new byte[1]);
    }

    /// <summary>All rows that were ever added, by whomever.</summary>
    public static string[] Rows() => System.IO.File.ReadAllLines(File);

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
        System.IO.File.Delete(File);
        _lock.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                await System.IO.File.AppendAllTextAsync(File, await reader.ReadToEndAsync());
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
