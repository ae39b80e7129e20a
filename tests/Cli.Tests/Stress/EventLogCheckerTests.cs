using CrCache.Leasing;

namespace CrCache.Cli.Tests.Stress;

/// <summary>The judge is judged: on a lawful log it says nothing, and of each sort of crime there is a log on which it speaks.</summary>
public sealed class EventLogCheckerTests
{
    private static readonly StressSource[] Sources = [new("db", 2, 1, []), new("pool", 1, 0, ["db"])];

    private readonly List<ResourceEvent> _log = [];
    private readonly Dictionary<string, bool> _left = [];

    [Fact]
    public void A_lawful_log_is_passed()
    {
        Make("db-0", "alice");
        Add("db-0", "held", detail: "for bob");
        Add("db-0", "stolen", isNew: true, "from bob by alice");
        Add("db-0", "released");
        Add("db-0", "acquired", isNew: true, "by pool-0");
        Make("pool-0", "alice", "on db-0");
        Line(1, "waiting", "priority 0: 1 of pool");
        Line(2, "waiting", "priority 5: 1..2 of db, 1 of pool where os=linux");
        Line(1, "left", "its process has ended");
        Add("pool-0", "collected", detail: "its owner alice has ended");
        Add("pool-0", "discarding");
        Add("pool-0", "failed", detail: "no");
        Add("pool-0", "discarding");
        Add("pool-0", "discarded");
        Add("db-0", "released", detail: "by pool-0");
        Line(2, "served");
        _left["db-0"] = false;

        Assert.Empty(Check());
    }

    [Fact]
    public void Held_twice_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "acquired", isNew: true, "by bob");
        Says("hands out what is not free", inUse: "db-0");
    }

    [Fact]
    public void Discarded_under_its_holder_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "discarding");
        Says("discards what somebody has");
    }

    [Theory]
    [InlineData("acquired", "hands out what is not free")]
    [InlineData("discarded", "was not being discarded")]
    public void A_step_before_its_time_is_found(string kind, string says)
    {
        Add("db-0", "provisioning", isNew: true);
        Add("db-0", kind, isNew: kind == "acquired");
        Says(says);
    }

    [Fact]
    public void Handed_out_while_it_is_discarded_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "released");
        Add("db-0", "discarding");
        Add("db-0", "acquired", isNew: true, "by bob");
        Says("hands out what is not free");
    }

    [Fact]
    public void A_release_of_an_earlier_hand_out_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "released");
        var former = _log[^1].Epoch;
        Add("db-0", "acquired", isNew: true, "by bob");
        _log.Add(Event("db-0", former, "released", null));
        Says("is about another hand-out");
    }

    [Fact]
    public void An_epoch_that_does_not_grow_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "released");
        Add("db-0", "acquired", isNew: false, "by bob");
        Says("with an old epoch");
    }

    [Fact]
    public void More_than_the_maximum_is_found()
    {
        foreach (var name in new[] { "db-0", "db-1", "db-2" })
        {
            Make(name, "alice");
        }

        Says("makes 3 of 'db', whose maximum is 2");
    }

    [Fact]
    public void A_layer_that_is_taken_from_under_its_user_is_found()
    {
        Make("db-0", "pool-0");
        Make("pool-0", "alice", "on db-0");
        Add("db-0", "released");
        Says("takes back what pool-0 is layered on");
    }

    [Fact]
    public void A_lost_resource_is_found()
    {
        Make("db-0", "alice");
        Add("db-0", "released");
        Says("was lost");
    }

    [Fact]
    public void A_resource_from_nowhere_is_found()
    {
        Add("db-0", "released");
        _left["db-1"] = false;
        Says("about a resource that there is not");
        Says("the events say that it is gone");
    }

    [Fact]
    public void A_lease_that_nobody_ended_is_found()
    {
        Make("db-0", "alice");
        _left["db-0"] = false;
        Says("the events say InUse");
    }

    [Fact]
    public void A_missing_event_is_found()
    {
        Make("db-0", "alice");
        _log.RemoveAt(1);
        Says("events are missing");
    }

    [Theory]
    [InlineData(0, "1 of pool", true)]
    [InlineData(-1, "1 of pool", false)]
    [InlineData(1, "1 of pool", true)]
    [InlineData(0, "1 of db", false)]
    public void Who_is_passed_over_is_found(int priority, string wanted, bool isPassedOver)
    {
        Line(1, "waiting", $"priority {priority}: {wanted}");
        Line(2, "waiting", "priority 0: 1 of pool");
        Make("db-0", "pool-0");
        Make("pool-0", "bob", "on db-0");
        Line(2, "served");
        Line(1, "left");
        _left["db-0"] = _left["pool-0"] = true;

        Assert.Equal(isPassedOver, Check() is [var only] && only.Contains("was served before", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_leaves_enough_for_one_but_not_for_all_who_want_the_same_is_found()
    {
        Line(1, "waiting", "priority 0: 1 of db");
        Line(2, "waiting", "priority 0: 1 of db");
        Line(3, "waiting", "priority 0: 1 of db");
        Make("db-0", "bob");
        Line(3, "served");
        Says("before 2 who want the same, for whom of 2 only 1 are left");
    }

    [Fact]
    public void Who_is_never_served_and_never_leaves_is_found()
    {
        Line(1, "waiting", "priority 0: 1 of db");
        Says("was neither served nor left");
    }

    [Fact]
    public void Served_twice_is_found()
    {
        Line(1, "waiting", "priority 0: 1 of db");
        Line(1, "served");
        Line(1, "served");
        Says("is not in line");
    }

    [Fact]
    public void A_place_that_is_given_again_is_found()
    {
        Line(2, "waiting", "priority 0: 1 of db");
        Line(1, "waiting", "priority 0: 1 of db");
        Says("does not stand at the end");
    }

    private void Make(string name, string owner, string? detail = null)
    {
        Add(name, "provisioning", isNew: true, detail);
        Add(name, "provisioned");
        Add(name, "acquired", isNew: true, $"by {owner}: a note");
    }

    private void Add(string name, string kind, bool isNew = false, string? detail = null) => _log.Add(Event(
        name, isNew ? _log.Count + 1 : _log.LastOrDefault(e => e.Resource == name)?.Epoch ?? 0, kind, detail));

    private void Line(long ticket, string kind, string? detail = null) => _log.Add(Event("db,pool", ticket, kind, detail));

    private ResourceEvent Event(string name, long epoch, string kind, string? detail) =>
        new(_log.Count + 1, DateTimeOffset.UnixEpoch, name, epoch, kind, detail, "test");

    private void Says(string what, string? inUse = null)
    {
        if (inUse is not null)
        {
            _left[inUse] = true;
        }

        Assert.Contains(Check(), v => v.Contains(what, StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Check() => EventLogChecker.Check(_log, Sources, _left);
}
