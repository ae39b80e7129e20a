using System.Globalization;

namespace CrCache;

/// <summary>Not enough resources are free, or were in the time that was to be waited. Nothing was taken; trying again later can help.</summary>
public sealed class NothingAvailableException : CrCacheException
{
    /// <summary>Not enough are free now.</summary>
    /// <param name="message">The line, without code and location.</param>
    /// <param name="holders">Who holds what stands in the way.</param>
    public NothingAvailableException(string message, IReadOnlyList<LeaseHolder> holders)
        : this(ErrorCodes.NothingAvailable, message, holders)
    {
    }

    private NothingAvailableException(string code, string message, IReadOnlyList<LeaseHolder> holders)
        : base(code, message) => Holders = holders;

    /// <inheritdoc/>
    public override int ExitCode => Code == ErrorCodes.TimedOut ? ExitCodes.TimedOut : ExitCodes.NothingAvailable;

    /// <summary>Who holds what stands in the way.</summary>
    public IReadOnlyList<LeaseHolder> Holders { get; }

    /// <summary>The same after waiting in vain.</summary>
    internal NothingAvailableException After(TimeSpan wait) => new(
        ErrorCodes.TimedOut, string.Create(CultureInfo.InvariantCulture, $"waited {wait.TotalSeconds} s: {Message}"), Holders);
}
