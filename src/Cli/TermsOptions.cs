using System.CommandLine;
using System.Globalization;

namespace CrCache.Cli;

/// <summary>The options that say for whom and for how long a resource is leased, and the variables that stand in for them.</summary>
internal sealed class TermsOptions
{
    /// <summary>How long.</summary>
    public Option<string?> TimeToLive { get; } = new("--ttl")
    {
        Description = "How long the lease lasts, run and cp renew it: 90s, 15m, 4h, 2d (default 24h, CRCACHE_TTL)",
        HelpName = "DURATION",
    };

    /// <summary>A remark.</summary>
    public Option<string?> Note { get; } = new("--note")
    {
        Description = "A remark for whoever finds the resource taken (CRCACHE_NOTE)",
        HelpName = "TEXT",
    };

    /// <summary>For whom.</summary>
    public Option<string?> Owner { get; } = new("--owner")
    {
        Description = "Whose it is: a name that is then needed to release it (CRCACHE_OWNER; else user@host, and none is needed)",
        HelpName = "NAME",
    };

    /// <summary>For which process.</summary>
    public Option<string?> WhileProcess { get; } = new("--while-pid")
    {
        Description = "It belongs to this process of this machine, and is taken back once that has ended",
        HelpName = "PID",
    };

    /// <summary>What a command line says, and the variables.</summary>
    public LeaseTerms Read(ParseResult parsed)
    {
        LeaseTerms terms = new()
        {
            OwnerName = parsed.GetValue(Owner) ?? SaidOwner,
            Note = parsed.GetValue(Note) ?? EnvironmentFallback.Of("CRCACHE_NOTE"),
        };
        if (parsed.GetValue(WhileProcess) is { } process)
            terms = terms with { Owner = LeaseOwner.OfProcess(ProcessId(process)) };
        return terms;
    }

    /// <summary>What a command line, or else the variable, says of the time; null where neither does.</summary>
    public TimeSpan? ReadTime(ParseResult parsed) =>
        (parsed.GetValue(TimeToLive) ?? EnvironmentFallback.Of("CRCACHE_TTL")) is { } time ? Duration.Parse(time) : null;

    /// <summary>Who the caller says to be without an option.</summary>
    public static string? SaidOwner => EnvironmentFallback.Of("CRCACHE_OWNER");

    private static int ProcessId(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"--while-pid: '{Shown.Cut(text)}' is not the id of a process");
}
