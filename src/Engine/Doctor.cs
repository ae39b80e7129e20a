namespace CrCache;

/// <summary>Says what works on this machine: configuration, store, tools and sources.</summary>
public sealed class Doctor
{
    internal Doctor()
    {
    }

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>One finding a thing looked at.</returns>
    public Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
