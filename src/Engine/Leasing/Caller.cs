using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Who calls the engine: what events and leases say about it.</summary>
/// <param name="stateDirectory">Where the store is.</param>
/// <param name="far">Ends what runs on hosts.</param>
internal sealed class Caller(Func<string> stateDirectory, FarProcesses far)
{
    private const int LongestName = 200;

    private readonly Lazy<ProcessIdentity> _process = new(ProcessIdentity.Current);
    private RunningCommands? _commands;
    private TemporaryDirectories? _temporaries;

    /// <summary>The commands that it and others run on resources of this store.</summary>
    public RunningCommands Commands => _commands ??= new(stateDirectory, _process, far);

    /// <summary>The directories on resources that go with their leases.</summary>
    public TemporaryDirectories Temporaries => _temporaries ??= new(stateDirectory);

    /// <summary>This process, for the store.</summary>
    public string Process => _process.Value.ToString();

    /// <summary>This process, for people.</summary>
    public string Name { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.UserName}@{Environment.MachineName} (pid {Environment.ProcessId})");

    /// <inheritdoc cref="Owner(LeaseTerms)"/>
    public static OwnerRow Owner(AcquireRequest request) => Owner(new LeaseTerms
    {
        TimeToLive = request.TimeToLive,
        Owner = request.Owner,
        OwnerName = request.OwnerName,
        Note = request.Note,
    });

    /// <summary>The owner of a new lease.</summary>
    /// <exception cref="UsageException">The process it is to be bound to does not run, or the name is none.</exception>
    public static OwnerRow Owner(LeaseTerms terms)
    {
        var user = $"{Environment.UserName}@{Environment.MachineName}";
        if (terms.OwnerName is { } chosen)
        {
            CheckName(chosen);
        }

        if (terms.Owner is not LeaseOwner.Process process)
        {
            return new OwnerRow(terms.OwnerName ?? user, null, null, terms.TimeToLive, null, terms.Note) { IsNamed = terms.OwnerName is not null };
        }

        var identity = ProcessIdentity.Of(process.Id)
            ?? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"no process with the id {process.Id} is running here"));
        var name = terms.OwnerName ?? string.Create(CultureInfo.InvariantCulture, $"{user} (pid {process.Id}{Program(process.Id)})");
        return new OwnerRow(name, identity.ToString(), null, terms.TimeToLive, null, terms.Note) { IsNamed = terms.OwnerName is not null };
    }

    /// <summary>Refuses what cannot be an owner's name.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static void CheckName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{Shown.Cut(name)}' is not an owner's name: write 1 to {LongestName} characters, not all blank and none of them a control character"));
        }
    }

    private static string Program(int id)
    {
        try
        {
            return ": " + File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
