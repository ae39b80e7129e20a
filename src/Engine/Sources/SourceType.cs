using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>
/// Code that makes, resets and discards resources. Limits, caching, leases, commands and files are not its business: it
/// says how a resource is reached, and everything else is written once against that. Instances are shared and hold no state.
/// </summary>
public abstract class SourceType
{
    /// <summary>Its name, as <c>type=</c> has it.</summary>
    public abstract string Name { get; }

    /// <summary>The keys it takes in <c>source.conf</c> besides those that every source has.</summary>
    public virtual IReadOnlyList<string> Keys => [];

    /// <summary>Programs it needs on this machine with these settings, such as <c>ssh</c>.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>Their names.</returns>
    public virtual IReadOnlyList<string> Tools(SourceSettings settings) => [];

    /// <summary>The sources that one with these settings draws from: each of its resources is layered on one of theirs.</summary>
    /// <param name="settings">The source; its <see cref="SourceSettings.Layers"/> are not set yet.</param>
    /// <returns>Their names, with what is bound to them, the preferred first: unless the type says otherwise, what <c>base=</c> names.</returns>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    public virtual IReadOnlyList<string> Layers(SourceSettings settings) => settings.Text("base") is { } below ? [below] : [];

    /// <summary>Checks the type's own settings.</summary>
    /// <param name="settings">The source.</param>
    /// <exception cref="ConfigurationException">A setting is not acceptable; see <see cref="SourceSettings.Wrong"/>.</exception>
    public virtual void Check(SourceSettings settings)
    {
    }

    /// <summary>Looks whether this machine has what acceptable settings name, such as a directory; for <c>crcache doctor</c>.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>What is not there and what to do, or null. Nothing is made or reached for it.</returns>
    public virtual string? Examine(SourceSettings settings) => null;

    /// <summary>
    /// What a resource is, for a type that need not do anything to have one. It is asked before anything is decided, so it must
    /// neither touch the outside world nor depend on which resource it will be.
    /// </summary>
    /// <param name="settings">The source.</param>
    /// <returns>The resource; null for a type that makes its resources in <see cref="ProvisionAsync"/>.</returns>
    public virtual ResourceDraft? Draft(SourceSettings settings) => null;

    /// <summary>The capability of a resource in which the files of what it is made on are seen; offered only where that is true down to this machine.</summary>
    internal const string SharedFiles = "shared-fs";

    /// <summary>The hosts that its resources are spread over.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>The hosts; null where they are all in one place.</returns>
    /// <exception cref="ConfigurationException">A setting is not acceptable.</exception>
    internal virtual HostSpread? Hosts(SourceSettings settings) => null;

    /// <summary>What can be done with a resource of these settings, as facts that <c>--where</c> can ask for, such as <c>isolation=process</c>.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>The facts; none for a type that says nothing of it.</returns>
    public virtual IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings) => new Dictionary<string, string>();

    /// <summary>
    /// Whether a resource is this machine, or what it is layered on, with something shut off, so that the facts of that are the resource's:
    /// they are known before it is made, and it need not be asked.
    /// </summary>
    /// <param name="settings">The source.</param>
    /// <returns>False for a resource that has to be asked.</returns>
    public virtual bool HasFactsOfMachine(SourceSettings settings) => false;

    /// <summary>Makes a resource. Called for a type without <see cref="Draft"/>, never while the store is locked.</summary>
    /// <param name="context">What to make.</param>
    /// <param name="cancellationToken">Gives up; <see cref="DiscardAsync"/> is called for whatever is there by then.</param>
    /// <returns>The resource.</returns>
    /// <exception cref="ResourceException">It could not be made (<see cref="ErrorCodes.ProvisionFailed"/>).</exception>
    public virtual Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"the source type {Name} has neither Draft nor ProvisionAsync");

    /// <summary>Whether a resource of these settings is to be reset when it is given back.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>True where <see cref="ResetAsync"/> has something to do.</returns>
    public virtual bool Resets(SourceSettings settings) => false;

    /// <summary>
    /// Makes a resource that was given back as it was when it was made. Called never while the store is locked, after nothing of its last
    /// holder runs there; again, where whoever called it was killed.
    /// </summary>
    /// <param name="context">What to reset.</param>
    /// <param name="cancellationToken">Gives up; it is called again later.</param>
    /// <returns>The resource, if its way in has changed; null where it has not.</returns>
    /// <exception cref="ResourceException">It could not be reset (<see cref="ErrorCodes.ProvisionFailed"/>); it is discarded.</exception>
    public virtual Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken) => Task.FromResult<ResourceDraft?>(null);

    /// <summary>
    /// Whether <see cref="ResetAsync"/> makes a resource of these settings anew from nothing, so that the hooks of its making are to be run again.
    /// </summary>
    /// <param name="settings">The source.</param>
    /// <returns>False for a type that keeps, or brings back, what they did.</returns>
    public virtual bool Recreates(SourceSettings settings) => false;

    /// <summary>Whether a snapshot is to be taken of a resource of these settings when the hooks of its making have run, for <see cref="ResetAsync"/> to go back to.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>True where <see cref="SnapshotAsync"/> has something to do.</returns>
    public virtual bool Snapshots(SourceSettings settings) => false;

    /// <summary>
    /// Takes the snapshot that <see cref="ResetAsync"/> goes back to, where hooks have changed a resource since it was made. Nothing of theirs runs on it any
    /// more. It may be killed at any point; the resource is then discarded.
    /// </summary>
    /// <param name="context">Of what to take it.</param>
    /// <param name="cancellationToken">Gives up; the resource is discarded.</param>
    /// <returns>The resource, if its way in has changed; null where it has not.</returns>
    /// <exception cref="ResourceException">It could not be taken (<see cref="ErrorCodes.ProvisionFailed"/>); the resource is discarded.</exception>
    public virtual Task<ResourceDraft?> SnapshotAsync(ProvisionContext context, CancellationToken cancellationToken) => Task.FromResult<ResourceDraft?>(null);

    /// <summary>Whether a resource of these settings that nobody has is to be put to rest.</summary>
    /// <param name="settings">The source.</param>
    /// <returns>True where <see cref="RestAsync"/> has something to do.</returns>
    public virtual bool Rests(SourceSettings settings) => false;

    /// <summary>
    /// Puts a resource to rest that was made ahead of time or given back, after the last hook of its making or its reset: its way in wakes it.
    /// </summary>
    /// <param name="context">What is to rest.</param>
    /// <param name="cancellationToken">Gives up; the resource is discarded.</param>
    /// <returns>A task that ends when it rests.</returns>
    /// <exception cref="ResourceException">It cannot (<see cref="ErrorCodes.ProvisionFailed"/>); it is discarded.</exception>
    public virtual Task RestAsync(ProvisionContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Unmakes a resource, also one that was only half made or is already gone: a second call succeeds. Called again until it succeeds.
    /// </summary>
    /// <param name="context">What to unmake.</param>
    /// <param name="cancellationToken">Gives up; it is called again later.</param>
    /// <returns>A task that ends when nothing is left of it.</returns>
    /// <exception cref="ResourceException">Something is left (<see cref="ErrorCodes.DiscardFailed"/>).</exception>
    public virtual Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What may be left of a resource that is given up without <see cref="DiscardAsync"/>, and where, in a few words for whoever is to remove it.</summary>
    /// <param name="context">Which.</param>
    /// <returns>Such as <c>the directory /srv/lab-0</c>; null for a type that leaves nothing of its own. Nothing is asked or reached for it.</returns>
    public virtual string? Leftover(ProvisionContext context) => null;
}
