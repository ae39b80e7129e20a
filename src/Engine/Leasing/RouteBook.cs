using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Sources;
using CrCache.Ssh;
using CrCache.Store;

namespace CrCache.Leasing;

/// <summary>Looks resources up for use: checks the lease, renews it, and gives the way in.</summary>
internal sealed class RouteBook(StateStore store, HostEnvironment environment, HookCalls hooks, Caller caller, Func<SshWays> ssh)
{
    private readonly StateStore _store = store;
    private readonly Caller _caller = caller;

    // While a command runs its lease is kept alive, however short it is.
    private static readonly TimeSpan LongestBeat = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestBeat = TimeSpan.FromMilliseconds(300);

    // A command a second on one lease need not write a renewal a second; a lease of seconds is renewed all the same.
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(1);

    /// <summary>Opens a resource for a command or a copy.</summary>
    /// <exception cref="UsageException">There is none of that name, or nobody has acquired it.</exception>
    /// <exception cref="LeaseLostException">The hand-out that was named has ended, or the lease has expired.</exception>
    public RouteChain Open(ResourceReference reference) => _store.Read(t =>
    {
        var row = Require(t, reference, forHook: true);
        if (!t.IsReadOnly)
        {
            Renew(t, row);
        }

        Track track = new(this, new(row.Name, row.Epoch), row.Owner?.TimeToLive);
        return new RouteChain(row.Name, Steps(t, row))
        {
            Track = track,
            Hooks = row.HasRunHooks && !IsInHook(row) ? new ResourceRunHooks(hooks, row, track) : null,
        };
    });

    /// <summary>A way to start commands relative to a resource, or to this machine, whoever holds it.</summary>
    /// <param name="name">The resource; null for this machine.</param>
    /// <param name="aim">The resource that is made or unmade from there: what errors are about.</param>
    public Func<Route, ResourceCommand, CancellationToken, Task<RunningCommand>> StartFrom(string? name, string aim) => (route, command, cancellationToken) =>
    {
        List<Route> steps = name is null
            ? []
            : _store.Transact(t => t.Resources.Find(name) is { } row ? Steps(t, row) : throw Unknown(t, name));
        ResolvedRoute resolved = new(new RouteChain(aim, [.. steps, route]) { Track = new MakingTrack(_caller, aim) }) { Ssh = ssh() };
        return resolved.StartAsync(command, cancellationToken);
    };

    /// <summary>A way to start commands on a resource that is being cleared.</summary>
    public Func<ResourceCommand, CancellationToken, Task<RunningCommand>> StartOn(string name) =>
        (command, cancellationToken) => StartFrom(name, name)(new Route(), command, cancellationToken);

    /// <summary>The way to a resource.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public ResolvedRoute Resolve(ResourceReference reference) => new(Open(reference)) { Ssh = ssh() };

    /// <summary>What a source type gets to make, reset or unmake a resource.</summary>
    /// <param name="settings">Its source, as it was configured when the resource was made.</param>
    /// <param name="row">The resource.</param>
    public ProvisionContext ContextOf(SourceSettings settings, ResourceRow row) =>
        new(settings, row.Name, row.Route is { } route ? StoredJson.Route(route) : null, StartFrom(row.Base, row.Name), () => _store.Read(t => t.Identity))
        {
            IsHere = row.Base is null || _store.Read(t => t.Resources.Find(row.Base) is { Route: not null } below && Steps(t, below).All(s => s.IsPlain)),
        };

    /// <summary>The row of a resource that the caller may use.</summary>
    public ResourceRow Require(StoreTransaction transaction, ResourceReference reference, bool forHook = false)
    {
        var row = transaction.Resources.Find(reference.Name) ?? throw Missing(transaction, reference);
        if (reference.Epoch is { } epoch && row.Epoch != epoch)
        {
            throw Lost(reference.Name, "has been handed on");
        }

        if (forHook && row.Route is not null && IsInHook(row))
        {
            return row;
        }

        if (!row.IsInUse)
        {
            throw reference.Epoch is null
                ? new UsageException(
                    ErrorCodes.NotLeased,
                    $"nobody has acquired {row.Name} (it is {row.State.ToString().ToLowerInvariant()}): crcache acquire -s {row.Source}")
                : Lost(row.Name, "has ended");
        }

        return row.Owner?.IsOver(transaction) is true ? throw Lost(row.Name, "has expired") : row;
    }

    // Whether this process was started by a hook of that very hand-out.
    private bool IsInHook(ResourceRow row) => environment.Get(HookCalls.LeaseVariable) == new ResourceReference(row.Name, row.Epoch).ToString();

    /// <summary>Whether something is wrong with a resource that keeps it out of use.</summary>
    public static bool IsSick(ResourceRow row) => row.State is ResourceState.Dirty or ResourceState.Quarantined;

    /// <summary>The row of a resource that something is wrong with.</summary>
    public static ResourceRow RequireSick(StoreTransaction transaction, string name)
    {
        var row = RequireAny(transaction, name);
        return IsSick(row) ? row : throw new UsageException($"nothing is wrong with {name}: it is {row.State.ToString().ToLowerInvariant()}");
    }

    /// <summary>The row of a resource, whatever it is doing.</summary>
    public static ResourceRow RequireAny(StoreTransaction transaction, string name) => transaction.Resources.Find(name) ?? throw Unknown(transaction, name);

    private static void Renew(StoreTransaction transaction, ResourceRow row)
    {
        if (row.Owner is { TimeToLive: { } time } owner && owner.Left(transaction) < time - (RenewAfter < time / 2 ? RenewAfter : time / 2))
        {
            transaction.Resources.Update(row with { Owner = owner.Lasting(time, transaction) });
        }
    }

    private static List<Route> Steps(StoreTransaction transaction, ResourceRow row)
    {
        var steps = new List<Route>();
        for (ResourceRow? at = row; at is not null; at = at.Base is { } below ? transaction.Resources.Find(below) : null)
        {
            steps.Insert(0, StoredJson.Route(at.Route ?? throw new ResourceException(ErrorCodes.RouteFailed, $"{at.Name} is not made yet")));
        }

        return steps;
    }

    // A hand-out that was named did exist: its resource was discarded. A bare name may be a slip of the pen.
    private static CrCacheException Missing(StoreTransaction transaction, ResourceReference reference) =>
        reference.Epoch is null ? Unknown(transaction, reference.Name) : Lost(reference.Name, "has ended");

    private static UsageException Unknown(StoreTransaction transaction, string name) =>
        new(ErrorCodes.NotLeased, $"no resource is named {Shown.Cut(name)}{Suggestion.DidYouMean(name, transaction.Resources.Names())}");

    private static LeaseLostException Lost(string name, string how) =>
        new(ErrorCodes.LeaseLost, $"the lease on {name} {how}; acquire again");

    /// <summary>The commands that make or unmake a resource: nobody has it, so there is no lease to look at.</summary>
    private sealed class MakingTrack(Caller caller, string resource) : CommandTrack
    {
        public override Entry Begin() => caller.Commands.Begin(resource);
    }

    /// <summary>The commands under one hand-out.</summary>
    private sealed class Track(RouteBook book, ResourceReference lease, TimeSpan? timeToLive) : CommandTrack
    {
        // In this order: whoever ends the lease sees what is written down, or what is written down sees that it has ended.
        public override Entry Begin()
        {
            var epoch = lease.Epoch ?? 0;
            var entry = book._caller.Commands.Begin(lease.Name, epoch);
            try
            {
                book._store.Read(t => book.Require(t, lease, forHook: true));
                book._caller.Commands.EndEarlierAsync(lease.Name, epoch, CancellationToken.None).GetAwaiter().GetResult();
                if (timeToLive is { } time)
                {
                    var beat = TimeSpan.FromTicks(Math.Clamp(time.Ticks / 3, ShortestBeat.Ticks, LongestBeat.Ticks));
                    entry.KeepAlive(new Timer(_ => KeepAlive(), null, beat, beat));
                }

                return entry;
            }
            catch
            {
                entry.Dispose();
                throw;
            }
        }

        private void KeepAlive()
        {
            try
            {
                book._store.Transact(t =>
                {
                    Renew(t, book.Require(t, lease, forHook: true));
                    return true;
                });
            }
            catch (CrCacheException)
            {
                // Whoever ended the lease ends the command as well; and a store that cannot be written now may be in a moment.
            }
        }
    }
}
