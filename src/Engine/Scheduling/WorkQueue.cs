namespace CrCache.Scheduling;

/// <summary>
/// Work that places take as they get idle: the heaviest first, so that nothing long begins when the others are done (Graham's list scheduling by longest
/// processing time). A place may take several items at once: then the less the less there is left, as guided self-scheduling does. What a place gives back,
/// another one takes. Safe for concurrent use.
/// </summary>
/// <typeparam name="T">A unit of work.</typeparam>
public sealed class WorkQueue<T>
    where T : notnull
{
    /// <summary>A place takes at once what would keep it busy for this part of what is left for it.</summary>
    private const double Part = 0.5;

    private readonly Lock _lock = new();
    private readonly Func<T, double> _weight;
    private readonly Func<T, bool> _isAlone;
    private readonly List<T> _waiting;
    private readonly double[] _speeds;
    private readonly bool[] _isGone;
    private readonly Dictionary<T, HashSet<int>> _elsewhere = [];
    private readonly double _least;
    private int _taken;
    private TaskCompletionSource _changed = NewChange();

    /// <summary>A queue of all there is to do.</summary>
    /// <param name="items">The work; no two are equal.</param>
    /// <param name="weight">What an item costs, from zero up, in any unit; asked a few times an item.</param>
    /// <param name="speeds">For each place, how much of it the place does at once; above zero.</param>
    /// <param name="isAlone">Says of an item that it is never taken together with others; null where none is.</param>
    public WorkQueue(IReadOnlyList<T> items, Func<T, double> weight, IReadOnlyList<double> speeds, Func<T, bool>? isAlone = null)
    {
        if (speeds.Count == 0 || speeds.Any(s => !(s > 0)))
            throw new ArgumentOutOfRangeException(nameof(speeds), "at least one place, each with a speed above zero");
        _weight = weight;
        _isAlone = isAlone ?? (_ => false);
        _speeds = [.. speeds];
        _isGone = new bool[speeds.Count];
        _waiting = [.. items.OrderByDescending(weight)];

        // Many small bites cost more than they even out.
        _least = items.Sum(weight) / speeds.Sum() / 16;
    }

    /// <summary>What nobody has taken.</summary>
    public IReadOnlyList<T> Waiting
    {
        get
        {
            lock (_lock)
                return [.. _waiting];
        }
    }

    /// <summary>Takes one item; waits while there is none but another place may still give one back.</summary>
    /// <param name="place">Which of the places takes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The item, to be given to <see cref="Finish"/> or <see cref="GiveBack"/>; nothing once there will be none.</returns>
    public async Task<IReadOnlyList<T>> TakeAsync(int place, CancellationToken cancellationToken) => await TakeAsync(place, 1, cancellationToken).ConfigureAwait(false);

    /// <summary>Takes as many items at once as are a good part of what is left for the place; else as <see cref="TakeAsync(int, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="TakeAsync(int, CancellationToken)" path="/param"/>
    /// <returns>The items.</returns>
    public async Task<IReadOnlyList<T>> TakeSeveralAsync(int place, CancellationToken cancellationToken) =>
        await TakeAsync(place, int.MaxValue, cancellationToken).ConfigureAwait(false);

    /// <summary>Says that items are done with.</summary>
    public void Finish(IReadOnlyCollection<T> items)
    {
        lock (_lock)
        {
            _taken -= items.Count;
            Change();
        }
    }

    /// <summary>Gives items back, to be taken again: first, as whoever waits for the end waits for them.</summary>
    /// <param name="items">The items.</param>
    /// <param name="place">The place that had them.</param>
    /// <param name="isElsewhere">True where another place shall take them, if there is one.</param>
    public void GiveBack(IReadOnlyCollection<T> items, int place, bool isElsewhere)
    {
        foreach (var item in items.Reverse())
            Add(item, isElsewhere ? place : null);
        Finish(items);
    }

    /// <summary>
    /// Adds an item, to be taken first. Whoever adds what is left of another item finishes that one afterwards: else the places end in between.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="notOn">The place that shall not take it, if there is another; null where any may.</param>
    public void Add(T item, int? notOn)
    {
        lock (_lock)
        {
            if (notOn is { } place)
                Avoid(item, place);
            _waiting.Insert(0, item);
            Change();
        }
    }

    /// <summary>Says that a place takes no more: what it has is to be given back or finished nevertheless.</summary>
    public void Lose(int place)
    {
        lock (_lock)
        {
            _isGone[place] = true;
            Change();
        }
    }

    /// <summary>Takes away all that nobody has taken.</summary>
    /// <returns>It.</returns>
    public IReadOnlyList<T> Clear()
    {
        lock (_lock)
        {
            IReadOnlyList<T> left = [.. _waiting];
            _waiting.Clear();
            Change();
            return left;
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<IReadOnlyList<T>> TakeAsync(int place, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_isGone[place])
                    return [];
                if (Take(place, most) is { Count: > 0 } items)
                {
                    _taken += items.Count;
                    return items;
                }

                if (_waiting.Count == 0 && _taken == 0)
                    return [];
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private List<T> Take(int place, int most)
    {
        var target = most == 1 ? 0 : Math.Max(_least, Part * _waiting.Sum(_weight) * _speeds[place] / LivingSpeed());
        List<T> taken = [];
        var weight = 0.0;
        for (var i = 0; i < _waiting.Count && taken.Count < most;)
        {
            var item = _waiting[i];
            if (!IsFor(item, place) || (taken.Count > 0 && _isAlone(item)))
            {
                i++;
                continue;
            }

            weight += _weight(item);
            if (taken.Count > 0 && weight > target)
                break;
            taken.Add(item);
            _waiting.RemoveAt(i);
            if (_isAlone(item))
                break;
        }

        return taken;
    }

    private double LivingSpeed() => _speeds.Where((_, place) => !_isGone[place]).Sum();

    /// <summary>An item that shall go elsewhere does, unless it has been on every place that is left.</summary>
    private bool IsFor(T item, int place) =>
        !_elsewhere.TryGetValue(item, out var places) || !places.Contains(place)
        || Enumerable.Range(0, _isGone.Length).All(p => _isGone[p] || places.Contains(p));

    private void Avoid(T item, int place)
    {
        if (!_elsewhere.TryGetValue(item, out var places))
            _elsewhere[item] = places = [];
        _ = places.Add(place);
    }

    private void Change()
    {
        var changed = _changed;
        _changed = NewChange();
        changed.SetResult();
    }
}
