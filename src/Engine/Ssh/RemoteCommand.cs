namespace CrCache.Ssh;

/// <summary>A command on a host, over whatever connection. Disposing it ends the channel, not the command.</summary>
internal abstract class RemoteCommand : IAsyncDisposable
{
    /// <summary>What the command reads; closing it is its end of file.</summary>
    public abstract Stream Input { get; }

    /// <summary>What the command writes.</summary>
    public abstract Stream Output { get; }

    /// <summary>What the command writes to its standard error.</summary>
    public abstract Stream Error { get; }

    /// <summary>Gives how it ended, once everything has arrived.</summary>
    public abstract Task<SshEnd> Ended { get; }

    /// <summary>Tells the command's terminal its new size.</summary>
    public abstract void Resize(int columns, int rows);

    public abstract ValueTask DisposeAsync();
}
