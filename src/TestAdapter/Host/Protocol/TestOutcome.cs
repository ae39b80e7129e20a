namespace CrCache.TestAdapter.Protocol;

/// <summary>How a test ended, in the test platform's own numbers.</summary>
internal enum TestOutcome
{
    None = 0,
    Passed = 1,
    Failed = 2,
    Skipped = 3,
    NotFound = 4,
}
