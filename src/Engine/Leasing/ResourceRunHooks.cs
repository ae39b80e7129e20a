using System.Text;
using CrCache.Hooks;
using CrCache.Routes;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>The hooks around each command of one hand-out.</summary>
internal sealed class ResourceRunHooks(HookCalls hooks, ResourceRow row, CommandTrack track) : RunHooks
{
    public override Task BeforeAsync(ResourceCommand command, CancellationToken cancellationToken) =>
        hooks.RunAroundAsync(HookStages.PreRun, row, command.Arguments, exitCode: null, track, cancellationToken);

    public override async Task AfterAsync(ResourceCommand command, int exitCode, CancellationToken cancellationToken)
    {
        try
        {
            await hooks.RunAroundAsync(HookStages.PostRun, row, command.Arguments, exitCode, track, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or LeaseLostException or UsageException)
        {
            // Whoever was told to end does so; and a command may give its own resource back.
        }
        catch (CrCacheException e)
        {
            var error = Console.OpenStandardError();
            await using (error.ConfigureAwait(false))
            {
                await error.WriteAsync(Encoding.UTF8.GetBytes($"crcache: warning {e.Code}: {e.Message}\n"), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
