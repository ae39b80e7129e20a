using System.Globalization;
using CrCache.Routes;

namespace CrCache.Leasing;

/// <summary>Whether a resource that was made some time ago still works: a command that does nothing is run there.</summary>
internal sealed class HealthTest(RouteBook routes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Tests a resource.</summary>
    /// <exception cref="HealthException">It does not work.</exception>
    public async Task RequireAsync(string resource, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var running = await routes.StartFrom(resource, resource)(new Route(), new ResourceCommand { Arguments = ["true"] }, limit.Token).ConfigureAwait(false);
            await using (running.ConfigureAwait(false))
            {
                running.StandardInput.Close();
                var talk = Tail.ReadAsync(running.StandardError, limit.Token);
                await Tail.ReadAsync(running.StandardOutput, limit.Token).ConfigureAwait(false);
                var result = await running.WaitAsync(limit.Token).ConfigureAwait(false);
                var lines = (await talk.ConfigureAwait(false)).Lines();
                if (result.ExitCode != 0)
                {
                    throw new HealthException(string.Create(
                        CultureInfo.InvariantCulture, $"{resource} does not work any more: 'true' gave exit code {result.ExitCode}{string.Concat(lines.TakeLast(1).Select(l => $": {Shown.Cut(l)}"))}"));
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HealthException(string.Create(CultureInfo.InvariantCulture, $"{resource} did not answer within {Limit.TotalSeconds} s"), e);
        }
        catch (ResourceException e)
        {
            throw new HealthException($"{resource} does not work any more: {e.Message}", e);
        }
    }
}
