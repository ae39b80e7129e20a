namespace CrCache.Leasing;

/// <summary>Why resources of a source could not be made ahead of time.</summary>
/// <param name="Failures">How often in a row it was tried, from 1.</param>
/// <param name="RetryAt">When it is tried again, by the first command that acquires or releases after that.</param>
/// <param name="Problem">What went wrong the last time.</param>
/// <param name="IsStopped">Whether it is not tried again until <c>source.conf</c> has changed, or <c>crcache refill SOURCE</c> asks for it.</param>
public sealed record RefillStatus(int Failures, DateTimeOffset? RetryAt, string Problem, bool IsStopped);
