namespace CrCache.Routes;

/// <summary>What a user has run before and after each command on a resource.</summary>
internal abstract class RunHooks
{
    /// <summary>Before a command.</summary>
    /// <exception cref="ResourceException">A script failed: the command is not to be run.</exception>
    /// <exception cref="LeaseLostException">The lease has ended.</exception>
    public abstract Task BeforeAsync(ResourceCommand command, CancellationToken cancellationToken);

    /// <summary>After it. That a script fails is said, and changes nothing: how the command ended is known.</summary>
    public abstract Task AfterAsync(ResourceCommand command, int exitCode, CancellationToken cancellationToken);
}
