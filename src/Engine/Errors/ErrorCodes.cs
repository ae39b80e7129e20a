namespace CrCache;

/// <summary>
/// The stable code of every error CrCache reports, the same in the command line, MSBuild and test runs.
/// <c>docs/errors.md</c> says for each what it means and what to do.
/// </summary>
public static class ErrorCodes
{
    /// <summary>A command line, task or API call was used wrongly.</summary>
    public const string Usage = "CRC0001";

    /// <summary>Standard output cannot be written.</summary>
    public const string OutputFailed = "CRC0002";

    /// <summary>A file of the configuration cannot be read or does not parse.</summary>
    public const string ConfigurationSyntax = "CRC0101";

    /// <summary>A setting of a source is unknown or its value is not acceptable.</summary>
    public const string ConfigurationSetting = "CRC0102";

    /// <summary>No source of that name is configured.</summary>
    public const string UnknownSource = "CRC0103";

    /// <summary>A configuration root or hook could have been written by somebody else, and is not used.</summary>
    public const string UntrustedConfiguration = "CRC0104";

    /// <summary>Sources are layered on each other in a circle.</summary>
    public const string CircularSources = "CRC0105";

    /// <summary>The ssh configuration of a host says something that only the ssh program honours.</summary>
    public const string SshOptionNotSupported = "CRC0106";

    /// <summary>Not enough resources are free; somebody else holds them.</summary>
    public const string NothingAvailable = "CRC0201";

    /// <summary>No resource of that name exists, or nobody has acquired it.</summary>
    public const string NotLeased = "CRC0202";

    /// <summary>The lease has ended: the resource was released, expired or handed on.</summary>
    public const string LeaseLost = "CRC0203";

    /// <summary>The resource is held by a live owner that is not the caller.</summary>
    public const string HeldByAnother = "CRC0204";

    /// <summary>More resources were asked for than the configured limits ever allow.</summary>
    public const string BeyondMaximum = "CRC0205";

    /// <summary>A resource could not be made.</summary>
    public const string ProvisionFailed = "CRC0301";

    /// <summary>A resource could not be reset or discarded.</summary>
    public const string DiscardFailed = "CRC0302";

    /// <summary>A hook ended with an error.</summary>
    public const string HookFailed = "CRC0303";

    /// <summary>The way to a resource failed: no connection, or it was lost.</summary>
    public const string RouteFailed = "CRC0401";

    /// <summary>A command could not be started on the resource.</summary>
    public const string CommandNotStarted = "CRC0402";

    /// <summary>A command ran longer than it was allowed to.</summary>
    public const string TimedOut = "CRC0403";

    /// <summary>Files could not be copied.</summary>
    public const string CopyFailed = "CRC0501";

    /// <summary>The state store cannot be opened, read or written.</summary>
    public const string StoreFailed = "CRC0601";

    /// <summary>The state store was written by a newer version of CrCache.</summary>
    public const string StoreTooNew = "CRC0602";

    /// <summary>A work item of a build ended with an error.</summary>
    public const string WorkFailed = "CRC0701";

    /// <summary>The tests could not be spread over resources.</summary>
    public const string TestsNotSpread = "CRC0801";

    /// <summary>The test project uses a test platform that cannot be spread.</summary>
    public const string TestPlatformNotSupported = "CRC0802";

    /// <summary>A test passed only after it had failed.</summary>
    public const string TestFlaky = "CRC0803";
}
