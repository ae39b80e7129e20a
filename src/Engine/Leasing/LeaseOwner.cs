namespace CrCache;

/// <summary>Who a lease belongs to, and so when it may be taken back before it expires.</summary>
public abstract record LeaseOwner
{
    private LeaseOwner()
    {
    }

    /// <summary>A person or script: one process acquires, another releases. Only expiry ends it.</summary>
    public static LeaseOwner User { get; } = new Unbound();

    /// <summary>This process; the lease is taken back once it has ended.</summary>
    public static LeaseOwner ThisProcess => new Process(Environment.ProcessId);

    /// <summary>The given process of this machine; the lease is taken back once it has ended.</summary>
    /// <param name="processId">The process's id.</param>
    /// <returns>The owner.</returns>
    public static LeaseOwner OfProcess(int processId) => new Process(processId);

    internal sealed record Unbound : LeaseOwner;

    internal sealed record Process(int Id) : LeaseOwner;
}
