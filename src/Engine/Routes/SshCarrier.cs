namespace CrCache.Routes;

/// <summary>What carries a command's streams to a host and back: a program <c>ssh</c>, or a channel.</summary>
internal abstract class SshCarrier
{
    public abstract Stream Input { get; }

    public abstract Stream Output { get; }

    public abstract Stream Error { get; }

    /// <summary>What came before the command's own output; null where that is not known.</summary>
    public virtual Tail? Before => null;

    /// <summary>Gives how it ended.</summary>
    public abstract Task<SshCarrierEnd> Ended { get; }

    /// <summary>Whether its end is also the end of what it carries: nobody else uses its connection.</summary>
    public abstract bool IsAlone { get; }

    /// <summary>Ends it, whatever becomes of the command.</summary>
    /// <param name="signal">What a process is ended with.</param>
    public abstract void Abort(int signal);

    /// <summary>Lets go of its streams.</summary>
    public abstract ValueTask CloseAsync();
}
