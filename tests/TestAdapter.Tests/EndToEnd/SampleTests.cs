namespace CrCache.TestAdapter.EndToEnd;

[Collection(nameof(EndToEnd))]
public sealed class SampleTests(Suite suite)
{
    [Fact]
    public async Task The_shop_copied_elsewhere_is_spread_with_fresh_packages()
    {
        using var home = new TestHome();
        Copy(Repository.Path("samples", "Shop"), home.Project);
        var config = Path.Combine(home.Project, "nuget.config");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config))
            .Replace("../../artifacts/package/release", suite.Package.Feed, StringComparison.Ordinal));
        home.Environment["NUGET_PACKAGES"] = home.Combine("packages");
        home.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        home.Environment["SHOP_PORT"] = "17400";
        var result = (await ProcessRun.RunAsync(["dotnet", "test", "--nologo"], home.Environment, home.Project)).Success();

        Assert.Contains("Failed:     0, Passed:    49, Skipped:     1, Total:    50", result.Output, StringComparison.Ordinal);
        Assert.Contains("CrCache: 50 tests on 4 resources of 'places'", result.Output, StringComparison.Ordinal);
        Assert.Contains("times as fast as one after another", result.Output, StringComparison.Ordinal);
    }

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var directory in Directory.GetDirectories(from).Where(d => Path.GetFileName(d) is not ("bin" or "obj" or "TestResults")))
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
    }
}
