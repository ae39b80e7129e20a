using System.Reflection;

namespace CrCache.Cli.Tests;

/// <summary>The built program, started as its users start it.</summary>
internal static class Crcache
{
    /// <summary>The executable.</summary>
    public static string Program { get; } = Named("CrCacheProgram");

    /// <summary>The same in a build that can be told where to die.</summary>
    public static string TestBuild { get; } = Named("CrCacheTestBuild");

    /// <summary>Runs it in a home's project.</summary>
    public static Task<ProcessResult> CrcacheAsync(this TestHome home, params string[] arguments) =>
        ProcessRun.RunAsync([Program, .. arguments], home.Environment, home.Project);

    /// <summary>Starts it in a home's project.</summary>
    public static ProcessRun StartCrcache(this TestHome home, params string[] arguments) =>
        ProcessRun.Start([Program, .. arguments], home.Environment, home.Project);

    /// <summary>Runs a line of shell in a home's project, where <c>crcache</c> is on the PATH.</summary>
    public static Task<ProcessResult> ShellAsync(this TestHome home, string line, string? program = null)
    {
        var environment = new Dictionary<string, string>(home.Environment);
        environment["PATH"] = $"{Path.GetDirectoryName(program ?? Program)}:{environment["PATH"]}";
        return ProcessRun.RunAsync(["/bin/sh", "-c", line], environment, home.Project);
    }

    /// <summary>Acquires from a source, and says what it got.</summary>
    public static async Task<string[]> AcquireAsync(this TestHome home, string source = "local", int count = 1) =>
        (await home.CrcacheAsync("acquire", "-s", source, $"{count}")).Success().Output.TrimEnd('\n').Split(' ');

    /// <summary>Asserts that it refused with one line and did nothing on standard output.</summary>
    public static void AssertRefused(this ProcessResult result, int exitCode, string code, string text)
    {
        Assert.True(result.ExitCode == exitCode, $"expected exit code {exitCode}: {result}");
        Assert.Empty(result.Output);
        var line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.Contains($"error {code}: ", line, StringComparison.Ordinal);
        Assert.Contains(text, line, StringComparison.Ordinal);
    }

    private static string Named(string key) =>
        typeof(Crcache).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
