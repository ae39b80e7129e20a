using CsCheck;

namespace CrCache.Scheduling;

public sealed class WorkPlanTests
{
    private static readonly Gen<(int[] Weights, int[] Slots)> Work =
        Gen.Select(Gen.Int[1, 100].Array[0, 60], Gen.Int[1, 4].Array[1, 8]);

    [Fact]
    public void Every_item_is_given_to_exactly_one_place() => Work.Sample((weights, slots) =>
    {
        var items = Enumerable.Range(0, weights.Length).ToList();
        var places = WorkPlan.Divide(items, i => weights[i], [.. slots.Select(s => (double)s)]);
        Assert.Equal(slots.Length, places.Count);
        Assert.Equal(items, places.SelectMany(p => p).Order());
        Assert.All(places, p => Assert.Equal(p.Order(), p));
    });

    [Fact]
    public void On_equal_places_the_end_is_within_four_thirds_of_the_lower_bound_and_one_item() => Gen.Select(Gen.Int[1, 100].Array[1, 60], Gen.Int[1, 8]).Sample((weights, places) =>
    {
        var divided = WorkPlan.Divide(weights, w => w, [.. Enumerable.Repeat(1.0, places)]);
        var end = divided.Max(p => p.Sum());
        var bound = Math.Max((double)weights.Sum() / places, weights.Max());
        Assert.True(end <= (bound * 4 / 3) + weights.Max(), $"{end} against {bound}");
    });

    [Fact]
    public void Places_without_a_slot_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkPlan.Divide([1], i => i, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkPlan.Divide([1], i => i, [1, 0]));
    }
}
