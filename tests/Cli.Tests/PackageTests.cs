using System.IO.Compression;

namespace CrCache.Cli.Tests;

public sealed class PackageTests(PackedTool packed) : IDisposable
{
    private readonly TestHome _home = new();

    [Fact]
    public async Task The_native_tool_needs_nothing_but_itself()
    {
        Assert.SkipWhen(Requirement.NativeAot.IsMissing(out var reason), reason);

        var program = await PackedTool.InstallAsync(_home, await packed.Native);

        Assert.Equal("\u007fELF"u8.ToArray(), (await File.ReadAllBytesAsync(program))[..4]);
        _home.Environment["PATH"] = "/usr/bin:/bin";
        _home.Environment["DOTNET_ROOT"] = "/nowhere";
        await RunsTheManual(program);
    }

    [Fact]
    public async Task The_portable_tool_runs_where_dotnet_is() =>
        await RunsTheManual(await PackedTool.InstallAsync(_home, await packed.Portable));

    [Fact]
    public async Task The_packages_hold_what_is_needed_and_no_more()
    {
        var portable = Names(await packed.Portable, "crcache.any.*.nupkg");
        Assert.Contains(portable, n => n.EndsWith("runtimes/linux-musl-x64/native/libe_sqlite3.so", StringComparison.Ordinal));
        Assert.DoesNotContain(portable, n => n.Contains("/runtimes/", StringComparison.Ordinal) && !n.Contains("/runtimes/linux", StringComparison.Ordinal));
        Assert.DoesNotContain(portable, n => n.EndsWith(".xml", StringComparison.Ordinal) && n.StartsWith("tools/", StringComparison.Ordinal) && !n.EndsWith("DotnetToolSettings.xml", StringComparison.Ordinal));

        Assert.SkipWhen(Requirement.NativeAot.IsMissing(out var reason), reason);
        var native = Names(await packed.Native, "crcache.linux-x64.*.nupkg").Where(n => n.StartsWith("tools/", StringComparison.Ordinal)).Select(Path.GetFileName);
        Assert.Equal(["DotnetToolSettings.xml", "crcache", "e_sqlite3.so"], native.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _home.Dispose();

    private static string[] Names(string feed, string pattern)
    {
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed, pattern)));
        return [.. package.Entries.Select(e => e.FullName)];
    }

    private async Task RunsTheManual(string program)
    {
        _home.AddSource("pool", "type=pool\nsources=local\nreserve=1\n");
        foreach (var (command, output) in new[]
        {
            ("crcache -s pool acquire", "pool-0\n"),
            ("crcache run pool-0 echo foo", "foo\n"),
            ("crcache release pool-0", ""),
            ("crcache status", "source  cached  in-use max\nlocal   0       1      1\npool    1       0      1\n"),
            ("crcache status --query available pool", "1\n"),
            ("crcache gc --json", "[]\n"),
            ("[ -n \"$(crcache --version)\" ] && [ -n \"$(crcache help run)\" ]", ""),
        })
        {
            Assert.Equal(output, (await _home.ShellAsync(command, program)).Success().Output);
        }
    }
}
