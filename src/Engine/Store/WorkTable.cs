namespace CrCache.Store;

/// <summary>How long work took in earlier runs, and how fast the resources were.</summary>
internal sealed class WorkTable(StoreTransaction transaction)
{
    /// <summary>The times of a series' units: the last few, in milliseconds, with spaces between them.</summary>
    public List<(string Name, string Recent)> Times(string series) =>
        transaction.Query(r => (r.GetString(0), r.GetString(1)), "SELECT name, recent FROM work_time WHERE series = $series;", ("$series", series));

    /// <summary>The paces of a series' resources.</summary>
    public List<(string Resource, double Pace)> Paces(string series) =>
        transaction.Query(r => (r.GetString(0), r.GetDouble(1)), "SELECT resource, pace FROM work_pace WHERE series = $series;", ("$series", series));

    /// <summary>Says what a unit took.</summary>
    public void Set(string series, string name, string recent) => transaction.Execute(
        """
        INSERT INTO work_time (series, name, recent, at) VALUES ($series, $name, $recent, $at)
        ON CONFLICT DO UPDATE SET recent = $recent, at = $at;
        """,
        ("$series", series),
        ("$name", name),
        ("$recent", recent),
        ("$at", transaction.Now.ToUnixTimeMilliseconds()));

    /// <summary>Says how fast a resource is.</summary>
    public void SetPace(string series, string resource, double pace) => transaction.Execute(
        """
        INSERT INTO work_pace (series, resource, pace, at) VALUES ($series, $resource, $pace, $at)
        ON CONFLICT DO UPDATE SET pace = $pace, at = $at;
        """,
        ("$series", series),
        ("$resource", resource),
        ("$pace", pace),
        ("$at", transaction.Now.ToUnixTimeMilliseconds()));

    /// <summary>Forgets what was last seen before a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        transaction.Execute("DELETE FROM work_time WHERE at < $before;", ("$before", before.ToUnixTimeMilliseconds()));
        transaction.Execute("DELETE FROM work_pace WHERE at < $before;", ("$before", before.ToUnixTimeMilliseconds()));
    }
}
