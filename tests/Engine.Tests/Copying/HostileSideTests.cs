using System.Formats.Tar;
using CrCache.Routes;
using CsCheck;

namespace CrCache.Copying;

/// <summary>The other side of a copy may send anything. Nothing outside the target is touched, whatever it is.</summary>
public sealed class HostileSideTests : IDisposable
{
    private const UnixFileMode Everything = (UnixFileMode)0b110_110_110;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _target;

    public HostileSideTests()
    {
        _target = Directory.CreateDirectory(_directory.Combine("a", "target")).FullName;
        _directory.Write("a/outside", "precious");
        _directory.Write("outside/file", "precious");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("../outside")]
    [InlineData("./../outside")]
    [InlineData("./x/../../outside")]
    [InlineData("/tmp/crcache-test-hostile")]
    public async Task Names_that_lead_outside_are_refused(string name)
    {
        var refused = await Assert.ThrowsAsync<ResourceException>(() => ReceiveAsync([File("./wanted"), File(name)], "wanted"));

        Assert.Equal(ErrorCodes.CopyFailed, refused.Code);
        AssertOutside();
    }

    [Fact]
    public async Task What_nobody_asked_for_is_not_taken()
    {
        await ReceiveAsync([File("./wanted"), File("./besides"), File("./wanted"), File("wanted")], "wanted");

        Assert.Equal([$"{_target}/wanted"], Directory.GetFileSystemEntries(_target));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task A_file_that_comes_as_something_else_is_refused(TarEntryType type)
    {
        PaxTarEntry entry = new(type, "./wanted");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = "../outside";

        await Assert.ThrowsAsync<ResourceException>(() => ReceiveAsync([entry], "wanted"));

        Assert.Empty(Directory.GetFileSystemEntries(_target));
    }

    [Fact]
    public async Task Nothing_goes_through_a_link_that_came_before()
    {
        CopyItem[] items = [Item("link", CopyKind.Link), Item("link/file", CopyKind.File)];
        PaxTarEntry link = new(TarEntryType.SymbolicLink, "./link") { LinkName = _directory.Combine("outside") };

        await Assert.ThrowsAsync<ResourceException>(() => ReceiveAsync([link, File("./link/file")], items));

        AssertOutside();
    }

    [Fact]
    public async Task Any_archive_changes_nothing_outside()
    {
        var name = Gen.OneOf(new[]
        {
            "./wanted", "./link", "./link/file", "./sub/file", "../outside", "./../outside", "/etc/crcache-hostile", "./sub/../../outside", "wanted", ".", "./", "..",
        }.Select(Gen.Const).ToArray());
        var type = Gen.OneOf(new[]
        {
            TarEntryType.RegularFile, TarEntryType.Directory, TarEntryType.SymbolicLink, TarEntryType.HardLink, TarEntryType.Fifo, TarEntryType.CharacterDevice,
        }.Select(Gen.Const).ToArray());
        var damage = Gen.Select(Gen.Int[0, 8000], Gen.Byte);
        CopyItem[] wanted = [Item("wanted", CopyKind.File), Item("link", CopyKind.Link), Item("link/file", CopyKind.File), Item("sub/file", CopyKind.File)];
        await Gen.Select(Gen.Select(name, type, name).Array[0, 6], damage.Array[0, 3], Gen.Int[0, 8000]).SampleAsync(
            async (entries, damages, cut) =>
            {
                var archive = Archive([.. entries.Select(e => Entry(e.Item2, e.Item1, e.Item3))]);
                foreach (var (at, value) in damages.Where(d => d.Item1 < archive.Length))
                    archive[at] = value;
                try
                {
                    await ReceiveAsync(archive[..Math.Min(archive.Length, archive.Length - (cut % 700))], wanted);
                }
                catch (Exception e) when (e is CrCacheException or InvalidDataException or FormatException or IOException or ArgumentException or OverflowException or NotSupportedException)
                {
                    // Refused, each in its way.
                }

                AssertOutside();
            },
            iter: 300,
            threads: 1);
    }

    [Theory]
    [InlineData("81a4|5|0|x|../outside")]
    [InlineData("81a4|5|0|x|/etc/passwd")]
    [InlineData("81a4|5|0|x|./a/../../b")]
    [InlineData("81a4|5|0|x|./a//b")]
    [InlineData("81a4|5|0|x|")]
    [InlineData("81a4|-5|0|x|./a")]
    [InlineData("zz|5|0|x|./a")]
    [InlineData("81a4|5|99999999999999|x|./a")]
    [InlineData("")]
    public void A_list_that_leads_outside_or_cannot_be_read_is_refused(string record) =>
        Assert.Throws<ResourceException>(() => FarList.Parse(new(null, "x"), record));

    [Fact]
    public void A_list_is_a_tree()
    {
        CopyEntry root = new("", CopyKind.Directory, 0, 0, 0), link = new("a", CopyKind.Link, 0, 0, 0), below = new("a/b", CopyKind.File, 0, 0, 0);

        Assert.Throws<ResourceException>(() => FarList.Tree(new(null, "x"), [root, link, below]));
        Assert.Throws<ResourceException>(() => FarList.Tree(new(null, "x"), [root, below]));
        Assert.Throws<ResourceException>(() => FarList.Tree(new(null, "x"), [root, link, link]));
        Assert.Throws<ResourceException>(() => FarList.Tree(new(null, "x"), [link]));
    }

    private static CopyItem Item(string path, CopyKind kind) => new(new(path, kind, 0b110_100_100, 5, 0), path, Changed: true);

    private static PaxTarEntry File(string name) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("evil!"u8.ToArray()), Mode = Everything };

    private static PaxTarEntry Entry(TarEntryType type, string name, string link)
    {
        if (type == TarEntryType.RegularFile)
            return File(name);
        PaxTarEntry entry = new(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = link;
        return entry;
    }

    private static byte[] Archive(params PaxTarEntry[] entries)
    {
        using MemoryStream archive = new();
        using (TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        return archive.ToArray();
    }

    private Task ReceiveAsync(PaxTarEntry[] entries, string wanted) => ReceiveAsync(entries, [Item(wanted, CopyKind.File)]);

    private Task ReceiveAsync(PaxTarEntry[] entries, CopyItem[] wanted) => ReceiveAsync(Archive(entries), wanted);

    private async Task ReceiveAsync(byte[] archive, CopyItem[] wanted)
    {
        CopyPath origin = new(new("evil-0"), "/tree");
        CopyTree tree = new(origin, "tree", null, [new("", CopyKind.Directory, 0, 0, 0), .. wanted.Select(w => w.Entry)], Exclusion.Of([]));
        await using CopyTarget target = new(new(null, _target), _target, null, _target, new Dictionary<string, CopyEntry>()) { Held = HeldEntry.Directory(_target, follow: true) };
        await using DirectReceiver receiver = new(target, DirectView.Machine, CopyMode.Copy, CopyMeter.None);
        await new FarArchive(origin, wanted.ToDictionary(w => $"./{w.Target}", w => (tree, w)), receiver).ReadAsync(new MemoryStream(archive), compressed: false, CancellationToken.None);
    }

    private void AssertOutside()
    {
        Assert.Equal("precious", System.IO.File.ReadAllText(_directory.Combine("a", "outside")));
        Assert.Equal("precious", System.IO.File.ReadAllText(_directory.Combine("outside", "file")));
        Assert.Equal(["outside", "target"], Directory.GetFileSystemEntries(_directory.Combine("a")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(_directory.Combine("outside")));
    }
}
