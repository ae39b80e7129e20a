using CsCheck;

namespace CrCache.Scheduling;

public sealed class WorkQueueTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private static readonly Gen<(int[] Weights, int[] Speeds)> Work =
        Gen.Select(Gen.Int[0, 100].Array[0, 60], Gen.Int[1, 4].Array[1, 8]);

    [Fact]
    public void Every_item_is_taken_once_whoever_takes_it_and_however_many_at_once() =>
        Gen.Select(Work, Gen.Bool).Sample((work, several) =>
        {
            var items = Enumerable.Range(0, work.Weights.Length).ToList();
            WorkQueue<int> queue = new(items, i => work.Weights[i], [.. work.Speeds.Select(s => (double)s)]);
            List<int> taken = [];
            for (var place = 0; ; place = (place + 1) % work.Speeds.Length)
            {
                var next = (several ? queue.TakeSeveralAsync(place, Token) : queue.TakeAsync(place, Token)).Result;
                if (next.Count == 0)
                    break;
                Assert.True(several || next.Count == 1);
                taken.AddRange(next);
                queue.Finish(next);
            }

            Assert.Equal(items, taken.Order());
        });

    /// <summary>Graham's bound for the longest first: 4/3 - 1/(3m) of the best possible, which is itself at least the lower bound.</summary>
    [Fact]
    public void Taken_as_places_get_idle_the_end_is_within_four_thirds_of_the_best() => Gen.Select(Gen.Int[1, 100].Array[1, 60], Gen.Int[1, 8]).Sample((weights, places) =>
    {
        var end = Simulate(weights, [.. Enumerable.Repeat(1.0, places)], several: false);
        var bound = Math.Max((double)weights.Sum() / places, weights.Max());
        Assert.True(end <= Math.Max(bound * 4 / 3, bound + weights.Max() / 3.0) + 0.001, $"{end} against {bound}");
    });

    [Fact]
    public void Taken_several_at_once_the_end_is_near_the_bound_as_well() => Gen.Select(Gen.Int[1, 20].Array[40, 200], Gen.Int[1, 8]).Sample((weights, places) =>
    {
        var end = Simulate(weights, [.. Enumerable.Repeat(1.0, places)], several: true);
        var bound = Math.Max((double)weights.Sum() / places, weights.Max());
        Assert.True(end <= (bound * 1.1) + weights.Max(), $"{end} against {bound}");
    });

    [Fact]
    public void The_heaviest_is_taken_first_and_equal_ones_in_their_order() =>
        Assert.Equal([2, 0, 3, 1], Drain(new WorkQueue<int>([0, 1, 2, 3], i => new[] { 5, 1, 9, 5 }[i], [1])));

    [Fact]
    public async Task A_place_gets_the_less_at_once_the_less_is_left()
    {
        WorkQueue<int> queue = new([.. Enumerable.Range(0, 100)], _ => 1, [1, 1]);
        List<int> sizes = [];
        while (await queue.TakeSeveralAsync(0, Token) is { Count: > 0 } some)
        {
            sizes.Add(some.Count);
            queue.Finish(some);
        }

        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.InRange(sizes[0], 20, 30);
        Assert.InRange(sizes.Count, 5, 30);
    }

    [Fact]
    public async Task What_is_given_back_goes_to_another_place_unless_there_is_none()
    {
        WorkQueue<string> queue = new(["a"], _ => 1, [1, 1]);
        var first = await queue.TakeAsync(0, Token);
        queue.GiveBack(first, 0, isElsewhere: true);

        var again = queue.TakeAsync(0, Token);
        Assert.False(again.IsCompleted);
        Assert.Equal(["a"], await queue.TakeAsync(1, Token));
        queue.GiveBack(["a"], 1, isElsewhere: true);
        Assert.Equal(["a"], await again);
    }

    [Fact]
    public async Task Who_finds_nothing_waits_until_all_is_finished()
    {
        WorkQueue<string> queue = new(["a"], _ => 1, [1, 1]);
        var first = await queue.TakeAsync(0, Token);
        var waiting = queue.TakeAsync(1, Token);
        Assert.False(waiting.IsCompleted);

        queue.Finish(first);

        Assert.Empty(await waiting);
    }

    [Fact]
    public async Task A_lost_place_gets_no_more_and_others_get_what_it_had()
    {
        WorkQueue<string> queue = new(["a", "b"], _ => 1, [1, 1]);
        var first = await queue.TakeAsync(0, Token);
        queue.Lose(0);
        queue.GiveBack(first, 0, isElsewhere: true);

        Assert.Empty(await queue.TakeAsync(0, Token));
        Assert.Equal(["a"], await queue.TakeAsync(1, Token));
    }

    [Fact]
    public void A_place_without_speed_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkQueue<int>([1], i => i, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkQueue<int>([1], i => i, [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkQueue<int>([1], i => i, [double.NaN]));
    }

    private static List<int> Drain(WorkQueue<int> queue)
    {
        List<int> taken = [];
        while (queue.TakeAsync(0, Token).Result is [var item])
        {
            taken.Add(item);
            queue.Finish([item]);
        }

        return taken;
    }

    /// <summary>When the last place is done, where each takes more the moment it is idle.</summary>
    private static double Simulate(int[] weights, double[] speeds, bool several)
    {
        WorkQueue<int> queue = new([.. Enumerable.Range(0, weights.Length)], i => weights[i], speeds);
        PriorityQueue<int, double> idle = new(Enumerable.Range(0, speeds.Length).Select(p => (p, 0.0)));
        var end = 0.0;
        while (queue.Waiting.Count > 0 && idle.TryDequeue(out var place, out var at))
        {
            var taken = (several ? queue.TakeSeveralAsync(place, Token) : queue.TakeAsync(place, Token)).Result;
            at += taken.Sum(i => weights[i]) / speeds[place];
            end = Math.Max(end, at);
            idle.Enqueue(place, at);
        }

        return end;
    }
}
