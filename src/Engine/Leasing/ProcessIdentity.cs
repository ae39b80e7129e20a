using System.Globalization;

namespace CrCache.Leasing;

/// <summary>
/// A process that can be told from every other one, also after its id was given to another: where it runs, since which boot,
/// and when it started.
/// </summary>
/// <param name="Host">The machine: its name and machine id.</param>
/// <param name="Boot">The kernel's boot id.</param>
/// <param name="Namespace">The pid namespace: in another one (a container) the same id is another process.</param>
/// <param name="Id">The process id.</param>
/// <param name="Started">When it started, in clock ticks since the boot.</param>
internal sealed record ProcessIdentity(string Host, string Boot, string Namespace, int Id, long Started)
{
    private const char Separator = '|';

    /// <summary>This process.</summary>
    public static ProcessIdentity Current() =>
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc is not mounted");

    /// <summary>A process of this machine that runs now, or null.</summary>
    public static ProcessIdentity? Of(int id) =>
        StartOf(id) is { } started ? new(ThisHost(), ThisBoot(), ThisNamespace(), id, started) : null;

    /// <summary>The processes of a session, or of what is left of it.</summary>
    public static IEnumerable<int> InSession(int session)
    {
        var number = session.ToString(CultureInfo.InvariantCulture);
        return Ids().Where(id => Fields(id) is { } fields && fields[0] is not ("Z" or "X") && fields[3] == number);
    }

    /// <summary>The processes of this machine that carry a variable they were started with, as far as they may be asked.</summary>
    public static IEnumerable<ProcessIdentity> WithVariable(string name, string value) =>
        Ids().Where(id => HasVariable(id, $"{name}={value}")).Select(Of).OfType<ProcessIdentity>();

    /// <summary>Another process of the same machine that runs now, or has just ended.</summary>
    public ProcessIdentity Sibling(int id) => this with { Id = id, Started = StartOf(id) ?? 0 };

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static ProcessIdentity? Parse(string? text) =>
        text?.Split(Separator) is [var host, var boot, var space, var id, var started]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new(host, boot, space, number, ticks)
            : null;

    /// <summary>
    /// Whether it has certainly ended. Of another machine or another pid namespace that cannot be told from here, and the answer
    /// is no: such a lease ends by its expiry.
    /// </summary>
    public bool IsGone() =>
        Host == ThisHost() && (Boot != ThisBoot() || (Namespace == ThisNamespace() && StartOf(Id) != Started));

    /// <summary>Whether it is seen to run. Of another machine or pid namespace that cannot be told from here either.</summary>
    public bool IsAlive() =>
        Host == ThisHost() && Boot == ThisBoot() && Namespace == ThisNamespace() && StartOf(Id) == Started;

    /// <summary>Whether it is this process or one that this process was started by: a script, seen from the commands in it.</summary>
    public bool IsThisOrAbove()
    {
        if (Host != ThisHost() || Boot != ThisBoot() || Namespace != ThisNamespace())
            return false;
        for (int? id = Environment.ProcessId; id is > 0; id = ParentOf(id.Value))
            if (id == Id)
                return StartOf(Id) == Started;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        Separator, Host, Boot, Namespace, Id.ToString(CultureInfo.InvariantCulture), Started.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<int> Ids() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static bool HasVariable(int id, string variable)
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

    private static string ThisHost() => $"{Environment.MachineName}/{Line("/etc/machine-id")}";

    private static string ThisBoot() => Line("/proc/sys/kernel/random/boot_id");

    private static string ThisNamespace() => new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";

    private static string Line(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim().Replace(Separator, '_');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static long? StartOf(int id) =>
        Fields(id) is { } fields && fields[0] is not ("Z" or "X") ? long.Parse(fields[19], CultureInfo.InvariantCulture) : null;

    private static int? ParentOf(int id) =>
        Fields(id) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : null;

    // proc(5): field 2 is the name in parentheses and may hold anything; after it come 3, the state, 4, the parent, 6, the session, and 22, the start.
    private static string[]? Fields(int id)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
