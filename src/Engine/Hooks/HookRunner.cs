namespace CrCache.Hooks;

/// <summary>Runs hooks as run-parts(8) does.</summary>
internal sealed class HookRunner
{
    /// <summary>Whether a stage has anything to run; a missing directory has not.</summary>
    public static bool HasHooks(string sourceDirectory, string stage) => Directory.Exists(Path.Combine(sourceDirectory, stage));

    /// <summary>Runs a stage's scripts one after another, and stops at the first that fails.</summary>
    /// <exception cref="ResourceException">A script failed (<see cref="ErrorCodes.HookFailed"/>): its name, exit code and last lines.</exception>
    /// <exception cref="ConfigurationException">A script, or a directory on the way to it, is not to be trusted.</exception>
    public Task RunAsync(HookStage stage, CancellationToken cancellationToken) => throw new NotImplementedException();
}
