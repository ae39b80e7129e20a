namespace CrCache.TestAdapter.Protocol;

/// <summary>The messages of the test host protocol that the fan-out host acts on; all others pass through it.</summary>
internal static class MessageTypes
{
    public const string ProtocolVersion = "ProtocolVersion";
    public const string Terminate = "TestSession.Terminate";
    public const string Text = "TestSession.Message";
    public const string InitializeDiscovery = "TestDiscovery.Initialize";
    public const string StartDiscovery = "TestDiscovery.Start";
    public const string TestsFound = "TestDiscovery.TestFound";
    public const string DiscoveryCompleted = "TestDiscovery.Completed";
    public const string InitializeExecution = "TestExecution.Initialize";
    public const string StartWithSources = "TestExecution.StartWithSources";
    public const string StartWithTests = "TestExecution.StartWithTests";
    public const string Progress = "TestExecution.StatsChange";
    public const string Completed = "TestExecution.Completed";
    public const string Cancel = "TestExecution.Cancel";
    public const string Abort = "TestExecution.Abort";
}
