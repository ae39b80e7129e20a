namespace CrCache.Copying;

/// <summary>What is to be copied of one place, as it was found.</summary>
internal abstract class CopySource : IAsyncDisposable
{
    /// <summary>The files and trees.</summary>
    public abstract IReadOnlyList<CopyTree> Trees { get; }

    /// <summary>Whether it can hand over the same again, and to several at once.</summary>
    public abstract bool IsRepeatable { get; }

    /// <summary>Hands files and links over.</summary>
    /// <param name="parts">The files and links, by what they are part of.</param>
    /// <param name="receiver">Gets each, in any order.</param>
    /// <param name="compresses">Whether the way is slow; null where that is to be found out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when all are handed over.</returns>
    /// <exception cref="ResourceException">One cannot be read.</exception>
    public abstract Task SendAsync(
        IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CopyReceiver receiver, bool? compresses, CancellationToken cancellationToken);

    /// <summary>Reads a little of what is to be handed over; nothing where it is not at hand.</summary>
    /// <param name="tree">What it is part of.</param>
    /// <param name="items">Files and links.</param>
    public virtual byte[] Sample(CopyTree tree, IReadOnlyList<CopyItem> items) => [];

    /// <summary>Says what files hold, to be compared with what others do.</summary>
    /// <param name="tree">What they are part of.</param>
    /// <param name="paths">Their paths in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A sum each; empty for one that cannot be read.</returns>
    public abstract Task<IReadOnlyList<string>> SumAsync(CopyTree tree, IReadOnlyList<string> paths, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
