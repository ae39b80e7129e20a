namespace CrCache.Copying;

/// <summary>One end of a copy: a file system that can be read directly, or one at the other end of a channel.</summary>
internal abstract class CopyPlace
{
    /// <summary>Finds what is to be copied.</summary>
    /// <param name="origin">Where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>All of it.</returns>
    /// <exception cref="ResourceException">There is no such thing, or it cannot be read.</exception>
    public abstract Task<CopyTree> ListAsync(CopyPath origin, CancellationToken cancellationToken);

    /// <summary>Finds what a copy would replace.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="names">The names that would be put there, were it a directory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ResourceException">There is no directory to put it in.</exception>
    public abstract Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>Hands files and links over.</summary>
    /// <param name="tree">What they are part of.</param>
    /// <param name="items">The files and links.</param>
    /// <param name="receiver">Gets each, in any order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when all are handed over.</returns>
    /// <exception cref="ResourceException">One cannot be read.</exception>
    public abstract Task SendAsync(
        CopyTree tree, IReadOnlyList<CopyItem> items, CopyReceiver receiver, CancellationToken cancellationToken);

    /// <summary>Begins to put things into a target.</summary>
    public abstract Task<CopyReceiver> ReceiveAsync(CopyTarget target, CancellationToken cancellationToken);

    /// <summary>What both ends ask of a destination.</summary>
    protected static (string Directory, string Name) Split(string path)
    {
        var trimmed = path.TrimEnd('/');
        var slash = trimmed.LastIndexOf('/');
        return (slash < 0 ? "." : slash == 0 ? "/" : trimmed[..slash], trimmed[(slash + 1)..]);
    }
}
