using System.IO.Compression;
using System.Xml.Linq;

namespace CrCache.House.Tests;

[Collection(MainJobTests.Packing)]
public sealed class ProjectTests
{
    private static readonly (string File, string Switch)[] Shared =
    [
        ("Directory.Build.props", "ImportDirectoryBuildProps"),
        ("Directory.Build.targets", "ImportDirectoryBuildTargets"),
        ("Directory.Packages.props", "ImportDirectoryPackagesProps"),
    ];

    public static TheoryData<string> Packages =>
        [.. SourceText.Files("src", ".csproj").Where(p => SourceText.Read(p).Contains("<IsPackable>true", StringComparison.Ordinal))];

    [Fact]
    public void The_solution_holds_every_project_of_the_house()
    {
        var solution = SourceText.Read("CrCache.sln").Replace('\\', '/');
        var projects = new[] { "src", "tests", "bench" }.SelectMany(d => SourceText.Files(d, ".csproj"))
            .Where(p => !p.Contains("/assets/", StringComparison.Ordinal));

        Assert.All(projects, p => Assert.Contains($"\"{p}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void A_directory_of_tests_is_the_lab_or_named_after_what_it_tests() =>
        Assert.All(
            Directory.GetDirectories(Repository.Path("tests")).Select(d => Path.GetFileName(d)!).Where(d => d is not ("Lab" or "House.Tests")),
            d => Assert.True(d.EndsWith(".Tests", StringComparison.Ordinal) && Directory.Exists(Repository.Path("src", d[..^6])), d));

    [Fact]
    public void A_version_of_a_package_stands_in_one_place()
    {
        var stray =
            from project in new[] { "src", "tests", "bench" }.SelectMany(d => SourceText.Files(d, ".csproj"))
            from reference in XDocument.Load(Repository.Path(project)).Descendants("PackageReference")
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
            select $"{project}: {reference.Attribute("Include")?.Value}";

        Assert.Empty(stray);
    }

    [Fact]
    public void A_sample_stands_alone()
    {
        var leaks =
            from project in SourceText.Files("samples").Where(f => f.EndsWith("proj", StringComparison.Ordinal))
            from shared in Shared
            where Above(project).First(d => File.Exists(Repository.Path(d, shared.File))).Length == 0 && !TurnsOff(project, shared.Switch)
            select $"{project} takes the repository's {shared.File}";

        Assert.Empty(leaks);
    }

    [Fact]
    public void A_change_of_the_engines_public_face_shows_in_a_file() =>
        Assert.All(["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"], f => Assert.True(File.Exists(Repository.Path("src", "Engine", f)), f));

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task A_package_has_its_readme_licence_and_icon(string project)
    {
        using var feed = new TemporaryDirectory();
        // The native build of the command line is its own test's business.
        string[] portable = project.StartsWith("src/Cli/", StringComparison.Ordinal) ? ["-r", "any", "-p:PublishAot=false"] : [];
        var packed = await ProcessRun.RunAsync(
            ["dotnet", "pack", project, "-c", "Release", "-o", feed.Path, "--nologo", "-v", "quiet", .. portable], directory: Repository.Root);
        packed.Success();

        var package = Assert.Single(Directory.GetFiles(feed.Path, "*.nupkg"));
        using var archive = await ZipFile.OpenReadAsync(package, TestContext.Current.CancellationToken);
        var names = archive.Entries.Select(e => e.FullName).ToArray();
        var metadata = await MetadataAsync(archive);
        Assert.Contains("README.md", names);
        Assert.Contains("icon.png", names);
        Assert.Equal("Apache-2.0", metadata["license"]);
        Assert.Equal("README.md", metadata["readme"]);
        Assert.Equal("icon.png", metadata["icon"]);
        Assert.InRange(metadata["description"].Length, 40, 400);
        Assert.DoesNotContain(names, n => n.EndsWith(".pdb", StringComparison.Ordinal) || n.EndsWith(".dbg", StringComparison.Ordinal));
    }

    private static async Task<Dictionary<string, string>> MetadataAsync(ZipArchive archive)
    {
        await using var stream = await archive.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal))
            .OpenAsync(TestContext.Current.CancellationToken);
        var nuspec = await XDocument.LoadAsync(stream, LoadOptions.None, TestContext.Current.CancellationToken);
        return nuspec.Root!.Elements().First().Elements().Where(e => !e.HasElements).ToDictionary(e => e.Name.LocalName, e => e.Value);
    }

    /// <summary>Whether a sample's own Directory.Build.props keeps a file above it out.</summary>
    private static bool TurnsOff(string project, string property)
    {
        var props = Above(project).First(d => File.Exists(Repository.Path(d, "Directory.Build.props")));
        return props.Length > 0 && SourceText.Read(Path.Combine(props, "Directory.Build.props")).Contains($"<{property}>false<", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Above(string file)
    {
        for (var directory = Path.GetDirectoryName(file); directory is not null; directory = Path.GetDirectoryName(directory))
            yield return directory;
    }
}
