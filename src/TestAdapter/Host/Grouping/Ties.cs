namespace CrCache.TestAdapter.Grouping;

/// <summary>Which things belong together because they are tied, if only by others between them.</summary>
internal sealed class Ties<T>
    where T : notnull
{
    private readonly Dictionary<T, T> _parents = [];

    /// <summary>Ties two things, and all that is tied to them.</summary>
    public void Tie(T one, T other) => _parents[RootOf(other)] = RootOf(one);

    /// <summary>The one that stands for all that are tied to it.</summary>
    public T RootOf(T thing)
    {
        _ = _parents.TryAdd(thing, thing);
        var root = thing;
        while (!_parents[root].Equals(root))
            root = _parents[root];

        // The next question about any of these is answered at once.
        while (!thing.Equals(root))
        {
            var next = _parents[thing];
            _parents[thing] = root;
            thing = next;
        }

        return root;
    }
}
