using System.Globalization;
using CrCache.Routes;

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

    // None of them changes while this process runs, and a store may name many processes.
    private static readonly string ThisHost = $"{Environment.MachineName}/{Line("/etc/machine-id")}";
    private static readonly string ThisBoot = Line("/proc/sys/kernel/random/boot_id");
    private static readonly string ThisNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";

    /// <summary>This process.</summary>
    public static ProcessIdentity Current() =>
        Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc is not mounted");

    /// <summary>A process of this machine that runs now, or null.</summary>
    public static ProcessIdentity? Of(int id) =>
        StartOf(id) is { } started ? new(ThisHost, ThisBoot, ThisNamespace, id, started) : null;

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
        Host == ThisHost && (Boot != ThisBoot || (Namespace == ThisNamespace && StartOf(Id) != Started));

    /// <summary>Whether it is seen to run. Of another machine or pid namespace that cannot be told from here either.</summary>
    public bool IsAlive() => Find() is not null;

    /// <summary>Whether it is this process or one that this process was started by: a script, seen from the commands in it.</summary>
    public bool IsThisOrAbove() => Find() is { } status && status.IsThisOrAbove();

    /// <summary>What is known of it while it is seen to run; else null.</summary>
    public ProcessStatus? Find() =>
        Host == ThisHost && Boot == ThisBoot && Namespace == ThisNamespace
        && ProcessStatus.Of(Id) is { HasEnded: false } status && status.Started == Started ? status : null;

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        Separator, Host, Boot, Namespace, Id.ToString(CultureInfo.InvariantCulture), Started.ToString(CultureInfo.InvariantCulture));

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

    private static long? StartOf(int id) => ProcessStatus.Of(id) is { HasEnded: false } status ? status.Started : null;
}
