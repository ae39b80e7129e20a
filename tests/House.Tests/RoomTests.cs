using System.Text.RegularExpressions;

namespace CrCache.House.Tests;

/// <summary>The walls of the engine: dependencies point down only. docs/architecture.md tells why.</summary>
public sealed partial class RoomTests
{
    /// <summary>A room, and the rooms it may use. The types of the namespace CrCache itself are everybody's words.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Errors"] = [],
        ["Ssh"] = [],
        ["Store"] = [],
        ["Configuration"] = ["Sources"], // only to ask a type which settings it takes: see the test below
        ["Hooks"] = ["Configuration", "Routes"], // a script is a process like any command
        ["Routes"] = ["Ssh"],
        ["Copying"] = ["Routes"],
        ["Sources"] = ["Configuration", "Routes", "Ssh"],
        ["Leasing"] = ["Configuration", "Hooks", "Routes", "Sources", "Ssh", "Store"],
        ["Scheduling"] = ["Leasing", "Routes", "Store"], // how long work took is in the store
    };

    public static TheoryData<string> Rooms => [.. MayUse.Keys];

    [Fact]
    public void Every_room_of_the_engine_has_its_walls() =>
        Assert.Equal(
            MayUse.Keys.Order(StringComparer.Ordinal),
            Directory.GetDirectories(Repository.Path("src", "Engine")).Select(d => Path.GetFileName(d)!)
                .Where(d => d is not ("bin" or "obj")).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_what_is_below_it(string room)
    {
        var breaches =
            from file in SourceText.Files($"src/Engine/{room}", ".cs")
            from used in RoomsIn(SourceText.Read(file))
            where used != room && !MayUse[room].Contains(used)
            select $"{file} uses {used}";

        Assert.Empty(breaches);
    }

    [Fact]
    public void Configuration_knows_of_source_types_only_which_there_are()
    {
        var types = SourceText.Files("src/Engine/Sources", ".cs").Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(t => t is not ("SourceType" or "SourceTypes")).ToArray();
        var breaches =
            from file in SourceText.Files("src/Engine/Configuration", ".cs")
            let text = SourceText.Read(file)
            from type in types
            where Regex.IsMatch(text, $@"\b{type}\b")
            select $"{file} uses {type}";

        Assert.Empty(breaches);
    }

    [Fact]
    public void Routes_and_scheduling_know_no_source_type()
    {
        var breaches =
            from room in new[] { "Routes", "Copying", "Scheduling" }
            from file in SourceText.Files($"src/Engine/{room}", ".cs")
            where SourceText.Read(file).Contains("SourceType", StringComparison.Ordinal)
            select file;

        Assert.Empty(breaches);
    }

    /// <summary>
    /// In a room's folder the namespace is the room's, or its project's own for words that everybody uses. An attribute that MSBuild
    /// or the compiler knows by its name alone may be a copy in theirs.
    /// </summary>
    [Fact]
    public void A_file_is_where_its_namespace_says()
    {
        var misplaced =
            from file in SourceText.Files("src", ".cs")
            let stated = Namespace().Match(SourceText.Read(file)).Groups[1].Value
            where stated.Length > 0 && !file.EndsWith("Attribute.cs", StringComparison.Ordinal)
            let project = ProjectOf(file)
            let root = RootNamespace().Match(SourceText.Read(project)).Groups[1].Value
            let folder = Path.GetRelativePath(Path.GetDirectoryName(project)!, Path.GetDirectoryName(file)!)
            where stated != root && stated != $"{root}.{folder.Replace('/', '.')}"
            select $"{file} says {stated}";

        Assert.Empty(misplaced);
    }

    private static string ProjectOf(string file)
    {
        for (var directory = Path.GetDirectoryName(file)!; ; directory = Path.GetDirectoryName(directory)!)
            if (Directory.GetFiles(Repository.Path(directory), "*.csproj") is [var project, ..])
                return Path.GetRelativePath(Repository.Root, project);
    }

    private static IEnumerable<string> RoomsIn(string text) =>
        Used().Matches(text).Select(m => m.Groups[1].Value)
            .Concat(Qualified().Matches(text)
                .Where(m => File.Exists(Repository.Path("src", "Engine", m.Groups[1].Value, m.Groups[2].Value + ".cs")))
                .Select(m => m.Groups[1].Value))
            .Where(MayUse.ContainsKey)
            .Distinct();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"<(?:RootNamespace|PackageId)>(.+)</")]
    private static partial Regex RootNamespace();

    [GeneratedRegex(@"^(?:global )?using (?:static |\w+ = )?(?:global::)?CrCache\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Used();

    [GeneratedRegex(@"\b([A-Z]\w+)\.([A-Z]\w+)\b")]
    private static partial Regex Qualified();
}
