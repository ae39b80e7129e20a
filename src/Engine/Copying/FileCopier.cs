using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Copies files and trees to and from leased resources.</summary>
public sealed class FileCopier
{
    private readonly RouteResolver _resolver;

    internal FileCopier(RouteResolver resolver) => _resolver = resolver;

    /// <summary>
    /// Copies as <c>cp -a</c> would: into the destination where that is a directory, else to that name. Trees are taken
    /// whole, modes, times and links kept, what is unchanged is not sent, and nothing half-written is left in place.
    /// </summary>
    /// <param name="sources">What to copy, at least one.</param>
    /// <param name="destination">Where to; a directory where there are several sources.</param>
    /// <param name="cancellationToken">Gives up; each file is the old one or the new one.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="UsageException">A resource nobody acquired, or several sources and no directory.</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A file that cannot be read or written; it is named.</exception>
    public Task<CopyReport> CopyAsync(IReadOnlyList<CopyPath> sources, CopyPath destination, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
