using System.IO.Compression;

namespace CrCache.Tasks.Tests;

public sealed class PackageTests(PackedTasks tasks)
{
    [Fact]
    public async Task The_package_holds_the_tasks_with_all_they_need_and_no_library()
    {
        await using var archive = await ZipFile.OpenReadAsync(tasks.Package);
        string[] files = [.. archive.Entries.Select(e => e.FullName)];

        foreach (var place in new[] { "build", "buildTransitive", "buildMultiTargeting" })
        {
            Assert.Contains($"{place}/CrCache.MSBuild.props", files);
            Assert.Contains($"{place}/CrCache.MSBuild.targets", files);
        }

        Assert.Contains("tasks/net10.0/CrCache.MSBuild.dll", files);
        Assert.Contains("tasks/net10.0/CrCache.MSBuild.deps.json", files);
        Assert.Contains("tasks/net10.0/CrCache.Engine.dll", files);
        Assert.Contains("tasks/net10.0/runtimes/linux-x64/native/libe_sqlite3.so", files);
        Assert.Contains("tasks/net10.0/runtimes/linux-musl-arm64/native/libe_sqlite3.so", files);
        Assert.DoesNotContain(files, f => f.StartsWith("lib/", StringComparison.Ordinal));
        Assert.DoesNotContain(files, f => f.Contains("browser", StringComparison.Ordinal) || f.Contains("android", StringComparison.Ordinal));
        Assert.DoesNotContain(files, f => Path.GetFileName(f).StartsWith("Microsoft.Build", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_package_is_for_development_and_brings_no_dependency()
    {
        await using var archive = await ZipFile.OpenReadAsync(tasks.Package);
        using var reader = new StreamReader(await archive.GetEntry("CrCache.MSBuild.nuspec")!.OpenAsync());

        var nuspec = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("<developmentDependency>true</developmentDependency>", nuspec, StringComparison.Ordinal);
        Assert.DoesNotContain("<dependency ", nuspec, StringComparison.Ordinal);
    }
}
