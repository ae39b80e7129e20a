namespace CrCache.Copying;

/// <summary>Puts what it is given in place, each file complete or not at all. Disposing it unfinished leaves nothing behind.</summary>
internal abstract class CopyReceiver : IAsyncDisposable
{
    /// <summary>How many bytes of content it has taken.</summary>
    public long Bytes { get; protected set; }

    /// <summary>Makes a directory, or takes note of how one shall be.</summary>
    public abstract Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken);

    /// <summary>Puts a file.</summary>
    /// <param name="item">The file.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken);

    /// <summary>Puts a link.</summary>
    public abstract Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken);

    /// <summary>All has been put: it is in place afterwards, with every directory's mode and time.</summary>
    /// <param name="removed">What is to go, by its path from the target's directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract Task CompleteAsync(IReadOnlyList<string> removed, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
