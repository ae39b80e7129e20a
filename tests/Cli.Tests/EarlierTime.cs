namespace CrCache.Cli.Tests;

/// <summary>The time of day as it was some time ago: what was done by it looks as old as that.</summary>
internal sealed class EarlierTime(TimeSpan ago) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - ago;
}
