namespace CrCache.TestAdapter.Protocol;

/// <summary>How much a line of a test host matters. An error makes the run fail.</summary>
internal enum TextLevel
{
    Informational = 0,
    Warning = 1,
    Error = 2,
}
