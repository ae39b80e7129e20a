using System.Globalization;
using CrCache.Configuration;
using CrCache.Hooks;
using CrCache.Routes;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Runs a source's hooks for one of its resources.</summary>
internal sealed class HookCalls(HookRunner runner, HostEnvironment environment, EngineOptions options, Caller caller)
{
    /// <summary>The variable that lets a hook use its resource while nobody else can.</summary>
    public const string LeaseVariable = "CRCACHE_LEASE";

    private const string ConcurrencyVariable = "CRCACHE_CONCURRENCY";
    private const int MostConcurrency = 10_000;

    /// <summary>Runs a stage, if the source has it.</summary>
    /// <exception cref="ResourceException">A script failed.</exception>
    public async Task RunAsync(string stage, SourceSettings settings, ResourceRow row, CancellationToken cancellationToken)
    {
        if (settings.Directory is { } directory && HookRunner.HasHooks(directory, stage))
        {
            await runner.RunAsync(Stage(stage, directory, settings, row), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs what is to be run before or after a command on a resource, if the source has it. What it says goes to standard error.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="row">The resource.</param>
    /// <param name="command">The command's words.</param>
    /// <param name="exitCode">How it ended; null before it.</param>
    /// <param name="track">What ends the scripts with the lease.</param>
    /// <param name="cancellationToken">Ends the script that runs.</param>
    /// <exception cref="ResourceException">A script failed.</exception>
    /// <exception cref="LeaseLostException">The lease has ended.</exception>
    public async Task RunAroundAsync(
        string stage, ResourceRow row, IReadOnlyList<string> command, int? exitCode, CommandTrack track, CancellationToken cancellationToken)
    {
        var settings = StoredJson.Settings(row.Settings);
        if (settings.Directory is not { } directory || !HookRunner.HasHooks(directory, stage))
        {
            return;
        }

        var error = Console.OpenStandardError();
        await using (error.ConfigureAwait(false))
        {
            var call = Stage(stage, directory, settings, row) with { Arguments = command, Echo = error, Begin = track.Begin };
            if (exitCode is { } code)
            {
                call = call with
                {
                    Environment = new Dictionary<string, string>(call.Environment) { ["CRCACHE_EXIT_CODE"] = code.ToString(CultureInfo.InvariantCulture) },
                };
            }

            await runner.RunAsync(call, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many units of work a resource takes at once, as the source's own program says; as it is where there is none.</summary>
    /// <exception cref="ResourceException">It failed, or said something else.</exception>
    public async Task<int?> ConcurrencyAsync(SourceSettings settings, ResourceRow row, CancellationToken cancellationToken)
    {
        const string Name = HookStages.Concurrency;
        if (settings.Directory is not { } directory || !HookRunner.HasProgram(directory, Name))
        {
            return row.Concurrency;
        }

        var stage = Stage(Name, directory, settings, row) with { Arguments = [(row.Concurrency ?? 1).ToString(CultureInfo.InvariantCulture)] };
        var answer = await runner.AskAsync(stage, cancellationToken).ConfigureAwait(false);
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostConcurrency
            ? number
            : throw HookRunner.Failed(stage, Name, string.Create(
                CultureInfo.InvariantCulture, $"must print a whole number from 1 to {MostConcurrency}, and printed '{Shown.Cut(answer)}'"));
    }

    /// <summary>Nothing is left of a resource: what its hooks said is of no use any more.</summary>
    public void Forget(string resource) => LogOf(resource).Delete();

    private HookLog LogOf(string resource) => new(Path.Combine(environment.StateDirectory, "logs", $"{resource}.log"), options.Time);

    private HookStage Stage(string stage, string directory, SourceSettings settings, ResourceRow row)
    {
        var variables = environment.ForCommands();
        variables["CRCACHE_SOURCE"] = settings.Name;
        variables["CRCACHE_RESOURCE"] = row.Name;
        variables[LeaseVariable] = new ResourceReference(row.Name, row.Epoch).ToString();
        foreach (var (parameter, value) in SourceReference.BindingsOf(settings.Bindings))
        {
            variables[ParameterName.Variable(parameter)] = value;
        }

        variables["CRCACHE"] = options.CommandPath ?? "crcache";
        if (row.Concurrency is { } concurrency)
        {
            variables[ConcurrencyVariable] = concurrency.ToString(CultureInfo.InvariantCulture);
        }

        return new HookStage(stage, directory, row.Name, variables)
        {
            TimeLimit = settings.HookTimeLimit,
            Log = LogOf(row.Name),
            Begin = () => caller.Commands.Begin(row.Name),
        };
    }
}
