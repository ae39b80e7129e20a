namespace CrCache.Leasing;

#pragma warning disable CA1064 // It is caught by whoever asked for the test, and no caller sees it.

/// <summary>A resource that was free does not work any more. Never a caller's error: another one is taken.</summary>
internal sealed class HealthException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How many hosts the source has, where it is one of those that could not be used; else 0.</summary>
    public int Hosts { get; init; }
}
