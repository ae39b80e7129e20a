namespace CrCache.Copying;

/// <summary>One end of a copy: a file system that can be read directly, or one at the other end of a channel.</summary>
internal abstract class CopyPlace
{
    /// <summary>Finds what is to be copied.</summary>
    /// <param name="origins">Where it is.</param>
    /// <param name="exclusion">What is left out of trees.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>All of it; dispose it.</returns>
    /// <exception cref="ResourceException">There is no such thing, or it cannot be read.</exception>
    public abstract Task<CopySource> ListAsync(IReadOnlyList<CopyPath> origins, Exclusion exclusion, CancellationToken cancellationToken);

    /// <summary>Finds what a copy would replace.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="names">The names that would be put there, were it a directory; one that is a dot stands for all that is in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ResourceException">There is no directory to put it in.</exception>
    public abstract Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>Says what files in a target hold, to be compared with what others do.</summary>
    /// <inheritdoc cref="CopySource.SumAsync" path="/returns"/>
    public abstract Task<IReadOnlyList<string>> SumAsync(CopyTarget target, IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Begins to put things into a target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="meter">Counts what goes there.</param>
    /// <param name="compresses">Whether the way is slow.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract Task<CopyReceiver> ReceiveAsync(CopyTarget target, CopyMeter meter, bool compresses, CancellationToken cancellationToken);

    /// <summary>What both ends ask of a destination.</summary>
    protected static (string Directory, string Name) Split(string path)
    {
        var trimmed = path.TrimEnd('/');
        var slash = trimmed.LastIndexOf('/');
        return (slash < 0 ? "." : slash == 0 ? "/" : trimmed[..slash], trimmed[(slash + 1)..]);
    }
}
