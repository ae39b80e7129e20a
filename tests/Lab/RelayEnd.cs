namespace CrCache.Lab;

/// <summary>The connection that a <see cref="Relay"/> carries one on to.</summary>
/// <param name="Read">What comes from there.</param>
/// <param name="Write">What goes there.</param>
/// <param name="Owner">What ends it.</param>
internal sealed record RelayEnd(Stream Read, Stream Write, IDisposable Owner)
{
    /// <summary>Nothing more goes there.</summary>
    public void Close()
    {
        if (Write is System.Net.Sockets.NetworkStream stream)
            stream.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        else
            Write.Dispose();
    }
}
