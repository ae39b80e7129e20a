namespace CrCache.Cli.Tests;

/// <summary>A tree in two versions, resources that it is copied to and from, and looks at what a copy that was killed has left.</summary>
internal sealed class CopyCrashLab : IDisposable
{
    private const int Files = 120;
    private static readonly string[] Scripts = ["sh", "dash", "bash", "tar", "find", "mv", "cat", "xargs"];

    private readonly int _size;
    private char _version = 'a';

    /// <param name="tree">Whether it is many files, and not one.</param>
    /// <param name="size">How many bytes it has.</param>
    public CopyCrashLab(bool tree, int size)
    {
        _size = tree ? size / Files : size;
        File.SetUnixFileMode(Home.Path, (UnixFileMode)0b111_101_101);
        From = Make("from");
        To = Make("to");
        Names = tree ? [.. Enumerable.Range(0, Files).Select(i => $"data/{i % 7}/{i}")] : ["data"];
        Write();
    }

    public TestHome Home { get; } = new();

    public IReadOnlyList<string> Names { get; }

    public string From { get; }

    public string To { get; }

    public void Dispose() => Home.Dispose();

    /// <summary>Makes another version of all there is to copy: each file is of one letter, and each version has its length.</summary>
    public void Write()
    {
        _version = _version == 'a' ? 'b' : 'a';
        foreach (var name in Names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{From}/{name}")!);
            File.WriteAllText($"{From}/{name}", Content(_version));
        }
    }

    /// <summary>Asserts that each file is wholly of one version.</summary>
    public void AssertWhole(string because)
    {
        foreach (var name in Names)
        {
            var there = File.ReadAllText($"{To}/{name}");
            Assert.True(there.Length > 0 && there == Content(there[0]), $"{name} is neither the old nor the new one: {because}");
        }
    }

    /// <summary>Asserts that all is the newest, that nothing else is there, and that nobody works there any more.</summary>
    public async Task AssertCopiedAsync(string because)
    {
        var expected = Content(_version);
        Assert.All(Names, n => Assert.True(File.ReadAllText($"{To}/{n}") == expected, $"{n} is not the new one: {because}"));
        Assert.Equal(
            Names.Order(StringComparer.Ordinal),
            Directory.GetFiles(To, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(To, p)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(To, "*", SearchOption.AllDirectories), p => p.Contains("/.crcache-", StringComparison.Ordinal));
        await Eventually.True(() => Workers().Count == 0, what: $"the ends of the scripts there: {because}");
    }

    /// <summary>The processes that work at the far ends of a copy.</summary>
    public List<int> Workers() =>
        [.. Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0).Where(id => id > 0 && Works(id))];

    private bool Works(int id)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            var place = new FileInfo($"/proc/{id}/cwd").LinkTarget ?? "";
            return Scripts.Contains(Path.GetFileName(arguments[0])) && (arguments.Any(IsHere) || IsHere(place));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool IsHere(string path) => path.StartsWith(From, StringComparison.Ordinal) || path.StartsWith(To, StringComparison.Ordinal);

    private string Content(char version) => new(version, _size + (version == 'a' ? 0 : 1000));

    private string Make(string name)
    {
        var path = Directory.CreateDirectory(Home.Combine(name)).FullName;
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        return path;
    }
}
