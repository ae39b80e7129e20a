using System.Buffers;

namespace CrCache.Copying;

/// <summary>
/// A look at a destination that begins while the sources are still being listed, because each may take a while: what they will be called is told
/// by their paths, as a rule. Where it was not, there is another look.
/// </summary>
internal sealed class EarlyLook : IAsyncDisposable
{
    private static readonly SearchValues<char> Pattern = SearchValues.Create("*?[");

    private readonly HashSet<string> _names;
    private Task<CopyTarget>? _looking;

    private EarlyLook(CopyPlace place, CopyPath destination, IEnumerable<string> names) =>
        (Place, Destination, _names) = (place, destination, new(names, StringComparer.Ordinal));

    /// <summary>Where it looks.</summary>
    public CopyPlace Place { get; }

    /// <summary>What it looks at.</summary>
    public CopyPath Destination { get; }

    /// <summary>Begins to look.</summary>
    public static EarlyLook Begin(CopyPlace place, CopyPath destination, IReadOnlyList<CopyPath> sources, CopyOptions options, CancellationToken cancellationToken)
    {
        string[] names = [.. sources.Select(s => CopyTree.NameOf(s.Path) is { Length: > 0 } name ? name : ".")];
        EarlyLook look = new(place, destination, names);

        // What is in a directory is known when it was listed, and what fits a pattern.
        if (names.Contains(".") ? options.Delete : !sources.Any(s => s.Resource is not null && s.Path.AsSpan().ContainsAny(Pattern)))
            look._looking = Task.Run(() => place.LookAsync(destination, [.. look._names], cancellationToken), cancellationToken);
        return look;
    }

    /// <summary>What is there.</summary>
    /// <param name="names">The names that would be put there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="CopyPlace.LookAsync" path="/returns"/>
    /// <inheritdoc cref="CopyPlace.LookAsync" path="/exception"/>
    public async Task<CopyTarget> TakeAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (_looking is not null && _names.SetEquals(names))
        {
            var looking = _looking;
            _looking = null;
            return await looking.ConfigureAwait(false);
        }

        return await Place.LookAsync(Destination, names, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_looking is null)
            return;
        await ((Task)_looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_looking.IsCompletedSuccessfully)
            await (await _looking.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }
}
