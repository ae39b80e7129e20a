using System.Globalization;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Who calls the engine: what events and leases say about it.</summary>
/// <param name="stateDirectory">Where the store is.</param>
internal sealed class Caller(Func<string> stateDirectory)
{
    private readonly Lazy<ProcessIdentity> _process = new(ProcessIdentity.Current);
    private RunningCommands? _commands;

    /// <summary>The commands that it and others run on resources of this store.</summary>
    public RunningCommands Commands => _commands ??= new(stateDirectory, _process);

    /// <summary>This process, for the store.</summary>
    public string Process => _process.Value.ToString();

    /// <summary>This process, for people.</summary>
    public string Name { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.UserName}@{Environment.MachineName} (pid {Environment.ProcessId})");

    /// <summary>The owner of a new lease.</summary>
    /// <exception cref="UsageException">The process it is to be bound to does not run.</exception>
    public static OwnerRow Owner(AcquireRequest request)
    {
        var user = $"{Environment.UserName}@{Environment.MachineName}";
        if (request.Owner is not LeaseOwner.Process process)
        {
            return new OwnerRow(user, null, null, request.TimeToLive, null, request.Note);
        }

        var identity = ProcessIdentity.Of(process.Id)
            ?? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"no process with the id {process.Id} is running here"));
        var name = string.Create(CultureInfo.InvariantCulture, $"{user} (pid {process.Id}{Program(process.Id)})");
        return new OwnerRow(name, identity.ToString(), null, request.TimeToLive, null, request.Note);
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
