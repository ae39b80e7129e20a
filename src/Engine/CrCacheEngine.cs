using CrCache.Configuration;
using CrCache.Copying;
using CrCache.Hooks;
using CrCache.Leasing;
using CrCache.Leasing.Keeping;
using CrCache.Routes;
using CrCache.Scheduling;
using CrCache.Sources;
using CrCache.Ssh;
using CrCache.Ssh.Keeping;
using CrCache.Store;

namespace CrCache;

/// <summary>
/// The engine that every front end calls. Opening one reads nothing and writes nothing: configuration and store are
/// touched when a service needs them. Instances are safe for concurrent use, and need no disposing.
/// </summary>
public sealed class CrCacheEngine
{
    private readonly Func<string, CancellationToken, Task> _keepConnections;

    private CrCacheEngine(EngineOptions options)
    {
        var environment = new HostEnvironment(options);
        var types = new SourceTypes(options.AdditionalSourceTypes, environment);
        var store = new StateStore(() => environment.StateDirectory, options.Time);
        SshConnections connections = new(new SshTargets(environment.Get).Of, options.Time);
        _keepConnections = new SshKeeper(connections, options.Time).RunAsync;
        SshCaller ssh = options.SharesConnections
            ? new KeeperCaller(connections, () => KeeperSocket.Find(environment.Get), s => OwnCommand.Start(environment, options, ["ssh-keeper", s], "/"))
            : connections;
        var caller = new Caller(() => environment.StateDirectory, new FarProcesses(ssh));
        var hooks = new HookCalls(new HookRunner(), environment, options, caller);
        var book = new RouteBook(store, environment, hooks, caller, Ways);
        var resolver = new RouteResolver(book.Open, options.CommandDirectory)
        {
            Ssh = Ways,
        };
        Sources = new SourceCatalog(new SourceFile(types), environment, options.SearchParents);
        var plans = new SourcePlans(Sources, types, environment);
        var rules = new RuleBook(store, plans);
        HealthTest test = new(book);
        BaseTest bases = new(store, types, test, caller);
        var clearance = new Clearance(store, types, hooks, book, bases, caller, rules);
        var provisioner = new Provisioner(store, hooks, book, test, bases, caller);
        var refill = new Refill(store, environment, options);
        var acquisition = new Acquisition(store, plans, new Fulfilment(store, provisioner, clearance, refill, caller), clearance, refill, caller, options.Time);
        var refillRun = new RefillRun(store, plans, provisioner, clearance, caller, environment, () => environment.LockFile("refill", Sources.Roots().Where(Directory.Exists)));
        Surrender surrender = new(store, types, hooks, book, caller, clearance, rules);
        Leases = new LeaseService(store, rules, acquisition, clearance, refill, refillRun, surrender, book, caller);
        Inventory = new Inventory(store, Sources, plans);
        Commands = new CommandRunner(resolver);
        History = new WorkHistory(store);
        Reports = new ReportShelf(() => Path.Combine(environment.StateDirectory, "reports"));
        Work = new WorkRunner(Commands, History, options.Time);
        Files = new FileCopier(resolver);
        Doctor = new Doctor(Sources, plans, store, environment);

        SshWays Ways() => new(environment.SshConfiguration, ssh);
    }

    /// <summary>The configured sources.</summary>
    public SourceCatalog Sources { get; }

    /// <summary>Acquire, renew, release, collect.</summary>
    public LeaseService Leases { get; }

    /// <summary>What there is and what happened.</summary>
    public Inventory Inventory { get; }

    /// <summary>Commands on leased resources.</summary>
    public CommandRunner Commands { get; }

    /// <summary>Many commands, spread over leased resources.</summary>
    public WorkRunner Work { get; }

    /// <summary>The timelines of the last runs.</summary>
    public ReportShelf Reports { get; }

    /// <summary>How long work took in earlier runs.</summary>
    public WorkHistory History { get; }

    /// <summary>Files to and from leased resources.</summary>
    public FileCopier Files { get; }

    /// <summary>What works on this machine, and what does not.</summary>
    public Doctor Doctor { get; }

    /// <summary>Opens an engine.</summary>
    /// <param name="options">Where it looks; null for a command line's defaults.</param>
    /// <returns>The engine.</returns>
    public static CrCacheEngine Open(EngineOptions? options = null) => new(options ?? new EngineOptions());

    /// <summary>
    /// Keeps connections to ssh hosts for other processes of this user, until none was needed for a while: what <see cref="EngineOptions.SharesConnections"/>
    /// has started.
    /// </summary>
    /// <param name="socket">The path of the socket to serve, where there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when nobody needs it any more.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The socket cannot be made.</exception>
    public Task KeepConnectionsAsync(string socket, CancellationToken cancellationToken) => _keepConnections(socket, cancellationToken);
}
