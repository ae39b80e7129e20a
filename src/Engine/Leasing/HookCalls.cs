using System.Globalization;
using CrCache.Configuration;
using CrCache.Hooks;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Runs a source's hooks for one of its resources.</summary>
internal sealed class HookCalls(HookRunner runner, HostEnvironment environment, EngineOptions options, Caller caller)
{
    /// <summary>The variable that lets a hook use its resource while nobody else can.</summary>
    public const string LeaseVariable = "CRCACHE_LEASE";

    /// <summary>Runs a stage, if the source has it.</summary>
    /// <exception cref="ResourceException">A script failed.</exception>
    public async Task RunAsync(string stage, SourceSettings settings, ResourceRow row, CancellationToken cancellationToken)
    {
        if (settings.Directory is not { } directory || !HookRunner.HasHooks(directory, stage))
        {
            return;
        }

        var variables = environment.ForCommands();
        variables["CRCACHE_SOURCE"] = settings.Name;
        variables["CRCACHE_RESOURCE"] = row.Name;
        variables[LeaseVariable] = string.Create(CultureInfo.InvariantCulture, $"{row.Name}@{row.Epoch}");
        foreach (var (parameter, value) in SourceReference.BindingsOf(settings.Bindings))
        {
            variables[ParameterName.Variable(parameter)] = value;
        }

        variables["CRCACHE"] = options.CommandPath ?? "crcache";
        if (row.Concurrency is { } concurrency)
        {
            variables["CRCACHE_CONCURRENCY"] = concurrency.ToString(CultureInfo.InvariantCulture);
        }

        await runner.RunAsync(new HookStage(stage, directory, row.Name, variables) { Begin = () => caller.Commands.Begin(row.Name) }, cancellationToken).ConfigureAwait(false);
    }
}
