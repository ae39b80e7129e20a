namespace CrCache.Leasing;

/// <summary>The only room that changes a resource's state: acquire, renew, release, collect.</summary>
public sealed class LeaseService
{
    internal LeaseService()
    {
    }

    /// <summary>
    /// Leases resources, making them where none is cached. All or nothing (unless <see cref="AcquireRequest.AllowFewer"/>);
    /// first finishes or undoes what dead processes left behind.
    /// </summary>
    /// <param name="request">What to lease.</param>
    /// <param name="cancellationToken">Gives up; what was made for the request is undone.</param>
    /// <returns>The leases, sorted by resource number.</returns>
    /// <exception cref="NothingAvailableException">Too few are free; the holders are named.</exception>
    /// <exception cref="UsageException">More were asked for than the limits ever allow, or the request is malformed.</exception>
    /// <exception cref="ConfigurationException">The source is unknown or its configuration wrong.</exception>
    /// <exception cref="ResourceException">A resource could not be made, or a hook failed.</exception>
    public Task<IReadOnlyList<Lease>> AcquireAsync(AcquireRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Gives resources back: resets them and keeps them as far as the source's reserve goes, or discards them. If any is
    /// unknown, not leased or held by somebody else, nothing at all happens.
    /// </summary>
    /// <param name="resources">The resources; none is fine.</param>
    /// <param name="force">Also release what another live process holds; never what another resource is layered on.</param>
    /// <param name="cancellationToken">Gives up; the next command finishes what was begun.</param>
    /// <returns>A task that ends when all are given back.</returns>
    /// <exception cref="UsageException">One is unknown or not leased (<see cref="ErrorCodes.NotLeased"/>), with the nearest name, or is held by another (<see cref="ErrorCodes.HeldByAnother"/>).</exception>
    /// <exception cref="LeaseLostException">A hand-out that was named has ended.</exception>
    /// <exception cref="ResourceException">A reset, discard or hook failed. All resources are out of the caller's hands nevertheless.</exception>
    public Task ReleaseAsync(IReadOnlyList<ResourceReference> resources, bool force, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Makes leases last <paramref name="timeToLive"/> from now on.</summary>
    /// <param name="resources">The hand-outs.</param>
    /// <param name="timeToLive">From one second up.</param>
    /// <exception cref="LeaseLostException">One of them has ended; none was renewed.</exception>
    public void Renew(IReadOnlyList<ResourceReference> resources, TimeSpan timeToLive) => throw new NotImplementedException();

    /// <summary>The lease a resource is under.</summary>
    /// <param name="resource">The resource; with an epoch, only that hand-out of it.</param>
    /// <returns>The lease.</returns>
    /// <exception cref="UsageException">There is none of that name, or nobody has acquired it.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended.</exception>
    public Lease Get(ResourceReference resource) => throw new NotImplementedException();

    /// <summary>
    /// Takes back what dead owners and expired leases hold, finishes or undoes what dead processes left half-done, and
    /// discards what is cached beyond the reserve.
    /// </summary>
    /// <param name="apply">False to say what would be done, and do nothing.</param>
    /// <param name="cancellationToken">Gives up; what is left is left for the next command.</param>
    /// <returns>One line a resource: what was (or would be) done and why.</returns>
    public Task<IReadOnlyList<CollectedResource>> CollectAsync(bool apply, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
