using System.Globalization;
using CrCache.Routes;
using CsCheck;

namespace CrCache.Copying;

/// <summary>Archives: what is written is read, by ours and by tar, and nothing that is sent does harm.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _target;

    public ArchiveTests()
    {
        _target = Directory.CreateDirectory(_directory.Combine("a", "target")).FullName;
        _directory.Write("a/outside", "precious");
        _directory.Write("canary/file", "precious");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_written_is_read()
    {
        var name = Gen.OneOf(Gen.Byte[1, 255].Where(b => b != '/').Array[1, 20], Gen.Byte[(byte)'a', (byte)'z'].Array[90, 300]).Select(b => FileName.Decode(b));
        await Gen.Select(name, name, Gen.Byte.Array[0, 3000], Gen.Int[0, 0xfff], Gen.Long[-3_000_000_000_000_000_000, 3_000_000_000_000_000_000]).Array[0, 5].SampleAsync(
            async entries =>
            {
                using MemoryStream stream = new();
                ArchiveWriter writer = new(stream);
                foreach (var (file, target, content, mode, time) in entries)
                {
                    await writer.BeginAsync(new() { Name = file, Kind = CopyKind.File, Mode = mode, Modified = time, Length = content.Length }, default);
                    await writer.WriteAsync(content, default);
                    await writer.EndAsync(default);
                    await writer.BeginAsync(new() { Name = file, Kind = CopyKind.Link, Target = target }, default);
                }

                await writer.CompleteAsync(default);
                stream.Position = 0;
                using ArchiveReader reader = new(stream);
                foreach (var (file, target, content, _, _) in entries)
                {
                    var read = await reader.NextAsync(default);
                    using MemoryStream held = new();
                    await reader.Content.CopyToAsync(held, TestContext.Current.CancellationToken);
                    Assert.Equal((file, CopyKind.File, content.Length), (read!.Name, read.Kind, (int)read.Length));
                    Assert.Equal(content, held.ToArray());
                    var link = await reader.NextAsync(default);
                    Assert.Equal((file, CopyKind.Link, target), (link!.Name, link.Kind, link.Target));
                }

                Assert.Null(await reader.NextAsync(default));
            },
            iter: 200,
            threads: 1);
    }

    /// <summary>Headers of any kind with any names, lengths and garbage, some with a right sum.</summary>
    [Fact]
    public async Task Whatever_is_sent_nothing_outside_is_touched()
    {
        var name = Gen.OneOf(new[]
        {
            "./wanted", "./link", "./link/file", "./sub/file", "../outside", "./../outside", "/tmp/crcache-fuzz-canary", "./sub/../../outside", "wanted", ".", "", "./wanted/", "./link/../../outside",
        }.Select(Gen.Const).ToArray());
        var type = Gen.OneOf(Gen.OneOf("0125346SLKxgV\0".Select(c => Gen.Const((byte)c)).ToArray()), Gen.Byte);
        var size = Gen.OneOf(Gen.Int[0, 2000].Select(i => (long)i), Gen.Const(long.MaxValue), Gen.Const(-1L), Gen.Const(8_000_000_000L));
        var extra = Gen.OneOf(new[] { "30 path=../outside\n", "27 linkpath=../outside\n", "20 size=99999999999\n", "9 size=\n", "99 x=y\n", "22 GNU.sparse.major=1\n", "x" }.Select(Gen.Const).ToArray());
        var block = Gen.Select(name, type, name, size, Gen.OneOf(Gen.Byte.Array[0, 1500], extra.Select(e => System.Text.Encoding.ASCII.GetBytes(e))), Gen.Bool);
        var damage = Gen.Select(Gen.Int[0, 8000], Gen.Byte);
        await Gen.Select(block.Array[0, 6], damage.Array[0, 3], Gen.Int[0, 1200], Gen.Bool).SampleAsync(
            async (blocks, damages, cut, compressed) =>
            {
                using MemoryStream archive = new();
                foreach (var (file, kind, target, length, content, honest) in blocks)
                {
                    archive.Write(Header(file, kind, target, honest ? content.Length : length));
                    archive.Write(content);
                    archive.Write(new byte[-content.Length & 511]);
                }

                archive.Write(new byte[1024]);
                var bytes = archive.ToArray();
                foreach (var (at, value) in damages.Where(d => d.Item1 < bytes.Length))
                    bytes[at] = value;
                await ReceiveAsync(bytes[..Math.Max(0, bytes.Length - cut)], compressed);
                AssertOutside();
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public async Task Holes_that_do_not_fit_are_refused()
    {
        foreach (var (start, length, real) in new[] { (0L, 600L, 512L), (long.MaxValue, 10, 100), (500, -5, 600), (0, 512, -1) })
        {
            var header = Header("./wanted", (byte)'S', "", 512);
            Number(header, 386, start);
            Number(header, 398, length);
            Number(header, 483, real);
            Sum(header);
            using ArchiveReader reader = new(new MemoryStream([.. header, .. new byte[2048]]));
            await Assert.ThrowsAsync<InvalidDataException>(() => reader.NextAsync(default));
        }
    }

    private static void Number(byte[] header, int at, long number)
    {
        header.AsSpan(at, 12).Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(at + 4), number);
        header[at] = (byte)(number < 0 ? 0xff : 0x80);
    }

    private static byte[] Header(string name, byte type, string target, long size)
    {
        var header = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(name, header);
        System.Text.Encoding.ASCII.GetBytes("0000644\0", header.AsSpan(100));
        if (size is >= 0 and < 1L << 32)
            System.Text.Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        else
            Number(header, 124, size);
        header[156] = type;
        System.Text.Encoding.ASCII.GetBytes(target, header.AsSpan(157));
        Sum(header);
        return header;
    }

    private static void Sum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
    }

    private static CopyItem Item(string path, CopyKind kind) => new(new(path, kind, 0b110_100_100, 5, 0), path, Changed: true);

    private async Task ReceiveAsync(byte[] archive, bool compressed)
    {
        CopyItem[] wanted = [Item("wanted", CopyKind.File), Item("link", CopyKind.Link), Item("link/file", CopyKind.File), Item("sub/file", CopyKind.File)];
        CopyPath origin = new(new("evil-0"), "/tree");
        CopyTree tree = new(origin, "tree", null, [new("", CopyKind.Directory, 0, 0, 0), .. wanted.Select(w => w.Entry)], Exclusion.Of([]));
        await using CopyTarget target = new(new(null, _target), _target, null, _target, new Dictionary<string, CopyEntry>()) { Held = HeldEntry.Directory(_target, follow: true) };
        await using DirectReceiver receiver = new(target, DirectView.Machine, CopyMode.Copy, CopyMeter.None);
        using MemoryStream packed = new();
        await using (System.IO.Compression.GZipStream zip = new(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(archive);
        try
        {
            await new FarArchive(origin, wanted.ToDictionary(w => $"./{w.Target}", w => (tree, w)), receiver)
                .ReadAsync(new MemoryStream(compressed ? packed.ToArray() : archive), compressed, CancellationToken.None);
        }
        catch (Exception e) when (e is CrCacheException or InvalidDataException or EndOfStreamException)
        {
            // Refused. Nothing else may be thrown: it would not be told in one line.
        }
    }

    private void AssertOutside()
    {
        Assert.Equal("precious", File.ReadAllText(_directory.Combine("a", "outside")));
        Assert.Equal("precious", File.ReadAllText(_directory.Combine("canary", "file")));
        Assert.Equal(["outside", "target"], Directory.GetFileSystemEntries(_directory.Combine("a")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(_directory.Combine("canary")));
        Assert.False(File.Exists("/tmp/crcache-fuzz-canary"));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_target), f => TemporaryName.Is(Path.GetFileName(f)));
        Assert.True(Directory.GetFileSystemEntries(_target).All(f => Path.GetFileName(f) is "wanted" or "link"), CultureInfo.InvariantCulture.Name);
    }
}
