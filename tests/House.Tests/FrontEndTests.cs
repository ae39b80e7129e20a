using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CrCache.House.Tests;

/// <summary>Front ends parse, call one engine service and render: they use the engine's public face and nothing of each other.</summary>
public sealed class FrontEndTests
{
    private static readonly string[] EnginesOwn = ["Microsoft.Data.Sqlite", "SSH.NET", "SQLitePCLRaw"];

    public static TheoryData<string> FrontEnds =>
        [.. SourceText.Files("src", ".csproj").Where(p => !p.StartsWith("src/Engine/", StringComparison.Ordinal))];

    [Fact]
    public void The_engine_shows_its_inside_to_tests_only()
    {
        var friends = typeof(CrCacheEngine).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(a => a.AssemblyName);

        Assert.All(friends, f => Assert.EndsWith(".Tests", f, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(FrontEnds))]
    public void A_front_end_uses_the_engine_and_no_other_front_end(string project)
    {
        var references = Items(project, "ProjectReference")
            .Select(r => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Repository.Path(Path.GetDirectoryName(project)!, r))));

        Assert.All(references, r => Assert.True(r == "src/Engine/Engine.csproj" || Room(r) == Room(project), $"{project} refers to {r}"));
    }

    [Theory]
    [MemberData(nameof(FrontEnds))]
    public void A_front_end_does_not_do_the_engines_work(string project) =>
        Assert.DoesNotContain(Items(project, "PackageReference"), p => EnginesOwn.Any(own => p.StartsWith(own, StringComparison.Ordinal)));

    [Fact]
    public void A_front_end_catches_no_error_to_read_its_message()
    {
        var readers =
            from file in SourceText.Files("src", ".cs")
            where Regex.IsMatch(SourceText.Read(file), @"\.Message\.(StartsWith|Contains|EndsWith|IndexOf)\(")
            select file;

        Assert.Empty(readers);
    }

    /// <summary>A front end's directory: src/NAME.</summary>
    private static string Room(string project) => string.Join('/', project.Split('/').Take(2));

    private static IEnumerable<string> Items(string project, string name) =>
        XDocument.Load(Repository.Path(project)).Descendants(name)
            .SelectMany(e => ((string?)e.Attribute("Include") ?? "").Split(';'));
}
