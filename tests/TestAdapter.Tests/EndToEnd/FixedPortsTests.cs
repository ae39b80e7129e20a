namespace CrCache.TestAdapter.EndToEnd;

/// <summary>
/// samples/FixedPorts, whose tests all want the same port, file and lock: what fails on one machine passes in boxes. It stands outside
/// /tmp, of which each box has its own.
/// </summary>
[Collection(nameof(EndToEnd))]
public sealed class FixedPortsTests : IDisposable
{
    private const string All = "Failed:     0, Passed:    18, Skipped:     0, Total:    18";

    private readonly Suite _suite;
    private readonly TestHome _home = new();
    private readonly string _place = Directory.CreateDirectory($"/var/tmp/crcache-test-{Guid.NewGuid():N}").FullName;

    public FixedPortsTests(Suite suite)
    {
        _suite = suite;
        _home.Environment["HOME"] = Directory.CreateDirectory(Path.Combine(_place, "home")).FullName;
        _home.Environment["NUGET_PACKAGES"] = Path.Combine(_place, "packages");
        _home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }

    private string Project => Path.Combine(_place, "suite");

    [Fact]
    public async Task A_suite_that_needs_a_machine_of_its_own_is_run_on_six_in_one()
    {
        Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);
        SampleTests.Copy(Repository.Path("samples", "FixedPorts"), Project);
        var config = Path.Combine(Project, "nuget.config");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config))
            .Replace("../../artifacts/package/release", _suite.Package.Feed, StringComparison.Ordinal));
        (await RunAsync("build", "-v", "q")).Success();

        var parallel = await RunAsync("test", "--no-build");
        Assert.Equal(1, parallel.ExitCode);
        Assert.Contains("/tmp/fixed-ports.lock' because it is being used by another process", parallel.Output, StringComparison.Ordinal);

        var serial = (await RunAsync("test", "--no-build", "--", "xUnit.MaxParallelThreads=1", "xUnit.ParallelizeTestCollections=false")).Success();
        Assert.Contains(All, serial.Output, StringComparison.Ordinal);

        var boxes = (await RunAsync("test", "--no-build", "-p:CrCacheSource=boxes")).Success();
        Assert.Contains(All, boxes.Output, StringComparison.Ordinal);
        Assert.Contains("CrCache: 18 tests on 6 resources of 'boxes'", boxes.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _home.Dispose();
        Directory.Delete(_place, recursive: true);
    }

    private Task<ProcessResult> RunAsync(string command, params string[] options) =>
        ProcessRun.RunAsync(["dotnet", command, "--nologo", .. options], _home.Environment, Project);
}
