namespace CrCache.Copying;

/// <summary>Copies the same to several destinations at once.</summary>
/// <param name="sources">What is copied.</param>
/// <param name="options">How.</param>
internal sealed class CopyFan(CopySources sources, CopyOptions options)
{
    /// <summary>Copies.</summary>
    /// <param name="looks">The destinations, at least one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each.</returns>
    public async Task<IReadOnlyList<CopyOutcome>> RunAsync(IReadOnlyList<EarlyLook> looks, CancellationToken cancellationToken)
    {
        FanLane[] lanes = [.. looks.Select(l => new FanLane(l.Destination))];
        try
        {
            await Task.WhenAll(lanes.Zip(looks, (lane, look) => lane.GuardAsync(
                async () => lane.Delivery = await CopyDelivery.PrepareAsync(look, sources, options, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
            var deliveries = lanes.Select(l => l.Delivery).OfType<CopyDelivery>().ToArray();
            CopyMeter meter = new(options.Progress, TimeProvider.System) { AllFiles = deliveries.Sum(d => d.AllFiles), AllBytes = deliveries.Sum(d => d.AllBytes) };
            var open = lanes.Where(l => l.Delivery is { IsOver: false }).ToArray();
            await Task.WhenAll(open.Select(l => l.GuardAsync(() => l.BeginAsync(meter, cancellationToken)))).ConfigureAwait(false);
            await SendAsync([.. open.Where(l => l.Failure is null)], cancellationToken).ConfigureAwait(false);
            return [.. lanes.Select(l => l.Outcome())];
        }
        finally
        {
            await Task.WhenAll(lanes.Select(l => l.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(FanLane[] lanes, CancellationToken cancellationToken)
    {
        if (lanes.Length == 0)
            return;
        List<(CopyTree, IReadOnlyList<CopyItem>)> parts = [];
        for (var i = 0; i < sources.Trees.Count; i++)
        {
            // Each has a step for each entry, in their order: what one of them needs is read.
            var plans = lanes.Select(l => l.Delivery!.Plan.Parts[i].Items).ToArray();
            var items = plans[0].Where((item, at) => item.Entry.Kind != CopyKind.Directory && plans.Any(p => p[at].Changed)).ToArray();
            parts.Add((sources.Trees[i], items));
        }

        FanReceiver receiver = new(lanes, parts) { CanRepeat = parts.Where(p => p.Item2.Count > 0).All(p => sources.Of(p.Item1).IsRepeatable) };
        var working = lanes.Select(l => l.GuardAsync(() => l.WorkAsync(sources, options.Compress, cancellationToken))).ToArray();
        try
        {
            await sources.SendAsync(parts, receiver, options.Compress, cancellationToken).ConfigureAwait(false);
            Array.ForEach(lanes, l => l.End(null));
        }
        catch (Exception e)
        {
            // What cannot be read can be read for nobody.
            Array.ForEach(lanes, l => l.End(e));
            if (e is not CrCacheException)
                throw;
        }
        finally
        {
            await Task.WhenAll(working).ConfigureAwait(false);
        }
    }
}
