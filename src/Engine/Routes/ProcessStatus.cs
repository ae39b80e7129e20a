using System.Globalization;

namespace CrCache.Routes;

/// <summary>
/// A process of this machine as it was seen in <c>/proc</c>. Its id is given to another one some time after its end, soon where many are
/// started: who it was, the id and the start say together.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="HasEnded">Whether it has ended, and is only still to be asked how.</param>
/// <param name="Parent">The process that started it, or that took it over.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Started">When it started, in clock ticks since the boot.</param>
internal readonly record struct ProcessStatus(int Id, bool HasEnded, int Parent, int Group, int Session, long Started)
{
    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => Of(Id) is { HasEnded: false } now && now.Started == Started;

    /// <summary>Whether it is the same process, whatever has become of it.</summary>
    public bool Equals(ProcessStatus other) => Id == other.Id && Started == other.Started;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Started);

    /// <summary>The process that has an id now; null for none.</summary>
    public static ProcessStatus? Of(int id)
    {
        try
        {
            // proc(5): field 2 is the name in parentheses and may hold anything; after it come 3, the state, 4, the parent, 5, the
            // group, 6, the session, and 22, the start.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, fields[0] is "Z" or "X", Number(fields[1]), Number(fields[2]), Number(fields[3]), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The processes that carry a variable they were started with, as far as they may be asked.</summary>
    public static IEnumerable<ProcessStatus> WithVariable(string name, string value)
    {
        // Asked twice: between the first answer and the look at who it is the id may have come to another one.
        var variable = $"{name}={value}";
        return Ids().Where(id => Carries(id, variable)).Select(Of).OfType<ProcessStatus>().Where(p => !p.HasEnded && Carries(p.Id, variable));
    }

    /// <summary>The processes of a group that run. Its number must be kept from being given to another one by the caller.</summary>
    public static IEnumerable<ProcessStatus> InGroup(int group) => All().Where(p => p.Group == group);

    /// <summary>Whether it is this process or one that this process was started by: a script, seen from the commands in it.</summary>
    public bool IsThisOrAbove()
    {
        for (var at = Of(Environment.ProcessId); at is { } one; at = one.Parent > 0 ? Of(one.Parent) : null)
            if (one.Id == Id)
                return one.Started == Started;
        return false;
    }

    /// <summary>It and all that it started, directly or not.</summary>
    public IReadOnlyList<ProcessStatus> WithDescendants()
    {
        List<ProcessStatus> found = [this];
        for (var i = 0; i < found.Count; i++)
            found.AddRange(found[i].Children().Except(found));
        return found;
    }

    /// <summary>The processes of the session that it leads, if it does.</summary>
    public IReadOnlyList<ProcessStatus> Followers()
    {
        var session = Id;
        List<ProcessStatus> followers = Session == Id ? [.. All().Where(p => p.Session == session)] : [];
        return IsAlive ? followers : [];
    }

    private static IEnumerable<int> Ids() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static IEnumerable<ProcessStatus> All() => Ids().Select(Of).OfType<ProcessStatus>().Where(p => !p.HasEnded);

    private static bool Carries(int id, string variable)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/environ")).Split('\0').Contains(variable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private List<ProcessStatus> Children()
    {
        try
        {
            var parent = Id;
            List<ProcessStatus> children = [.. Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{Id}/task"))
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => Of(Number(id)))
                .OfType<ProcessStatus>()
                .Where(c => c.Parent == parent && !c.HasEnded)];

            // Only if it is still the same one were they its own.
            return IsAlive ? children : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has ended meanwhile
        }
    }
}
