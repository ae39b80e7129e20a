using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A directory here, one at the end of a way, and copies between them.</summary>
public abstract class CopyLab : IDisposable
{
    internal const int Links = 2;
    internal const UnixFileMode Open = (UnixFileMode)0b111_111_111;

    private readonly TemporaryDirectory _directory = new();

    protected CopyLab()
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
        Here = Directory.CreateDirectory(_directory.Combine("here")).FullName;
        There = Directory.CreateDirectory(_directory.Combine("there")).FullName;
        File.SetUnixFileMode(There, Open);
    }

    /// <summary>A directory of this machine.</summary>
    internal string Here { get; }

    /// <summary>The directory at the end of the way, as this machine sees it.</summary>
    internal string There { get; }

    /// <summary>The same, as the resource sees it.</summary>
    internal virtual string Far => There;

    internal virtual string? SshConfiguration => null;

    /// <summary>Whether the other side keeps the times of links and of directories that it fills.</summary>
    internal virtual bool KeepsTimes => true;

    internal virtual int Tries => 10;

    internal abstract Route Route { get; }

    /// <summary>The way from this machine, where it is longer than the route.</summary>
    internal virtual IReadOnlyList<Route> Steps => [Route];

    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    internal IReadOnlyList<string> Snapshot(string path) => TreeSnapshot.Of(path, KeepsTimes);

    /// <summary>What copies; every resource is at the end of the same way.</summary>
    internal FileCopier Copier => new(new RouteResolver(r => new(r.Name, [.. Steps.SkipLast(1), RouteOf(r.Name)])) { Ssh = () => SshLab.Ways(SshConfiguration) });

    internal virtual Route RouteOf(string resource) => Route;

    internal Task<CopyReport> CopyAsync(IEnumerable<string> sources, string destination, CancellationToken cancellationToken = default) =>
        CopyAsync(sources, destination, new CopyOptions(), cancellationToken);

    internal Task<CopyReport> CopyAsync(IEnumerable<string> sources, string destination, CopyOptions options, CancellationToken cancellationToken = default) =>
        Copier.CopyAsync([.. sources.Select(CopyPath.Parse)], CopyPath.Parse(destination), options, cancellationToken);

    internal static Task<ResourceException> RefusedAsync(Func<Task> copy) => RefusedAsync(copy, ErrorCodes.CopyFailed);

    internal string Write(string relative, string text, int mode = 0b110_100_100)
    {
        var path = $"{Here}/{relative}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }

    private static async Task<ResourceException> RefusedAsync(Func<Task> copy, string code)
    {
        var refused = await Assert.ThrowsAsync<ResourceException>(copy);
        Assert.Equal(code, refused.Code);
        Assert.DoesNotContain('\n', refused.Message);
        return refused;
    }

    internal Task<CopyReport> ToAsync(string[] names, string destination) => CopyAsync(names.Select(n => $"{Here}/{n}"), $"r:{Far}/{destination}");

    internal Task<CopyReport> FromAsync(string[] names, string destination) => CopyAsync(names.Select(n => $"r:{Far}/{n}"), $"{Here}/{destination}");

    /// <summary>Eight files and links, one of everything.</summary>
    internal void MakeTree(string name)
    {
        Write($"{name}/file", "hello");
        Write($"{name}/script", "#!/bin/sh\n", 0b111_101_101);
        Write($"{name}/secret", "s", 0b110_000_000);
        Write($"{name}/empty", "");
        Write($"{name}/.hidden", "h");
        Write($"{name}/sub/file", new string('x', 300_000));
        Directory.CreateDirectory($"{Here}/{name}/sub/nothing");
        File.CreateSymbolicLink($"{Here}/{name}/sub/link", "../file");
        File.CreateSymbolicLink($"{Here}/{name}/dangling", "/no/such/place");
        File.SetLastWriteTimeUtc($"{Here}/{name}/file", new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1234567));
        Directory.SetLastWriteTimeUtc($"{Here}/{name}/sub", new DateTime(2002, 2, 3, 4, 5, 6, DateTimeKind.Utc));
    }
}
