using System.IO.Compression;

namespace CrCache.Copying;

/// <summary>
/// Whether it pays to compress what is sent: where the way carries clearly less than gzip takes in, and what is sent becomes clearly less. Both are tried with a
/// little before the archive begins.
/// </summary>
internal static class Compression
{
    /// <summary>How many bytes are sent to see how fast the way is.</summary>
    public const int Trial = 256 * 1024;

    /// <summary>What is less than this, in bytes, is sent before it is worth asking.</summary>
    public const long Least = 8 * 1024 * 1024;

    /// <summary>How much of a file is looked at.</summary>
    public const int Portion = Trial / MostFiles;

    private const int MostFiles = 8;

    // gzip's fastest does ten times as much on a processor that has nothing else to do.
    private const double SlowBytesPerSecond = 8_000_000;
    private const double Enough = 0.8;

    /// <summary>Chooses files to look at: those that bytes at even distances in all of them are in.</summary>
    public static IReadOnlyList<CopyItem> Choose(IReadOnlyList<CopyItem> items)
    {
        CopyItem[] files = [.. items.Where(i => i.Entry is { Kind: CopyKind.File, Size: > 0 })];
        var step = Math.Max(1, files.Sum(i => i.Entry.Size) / MostFiles);
        List<CopyItem> chosen = [];
        var (at, next) = (0L, step / 2);
        foreach (var file in files)
        {
            at += file.Entry.Size;
            if (at <= next || chosen.Count == MostFiles)
                continue;
            chosen.Add(file);
            next += ((at - next) / step * step) + step;
        }

        return chosen;
    }

    /// <summary>Whether it pays.</summary>
    /// <param name="took">How long the trial took.</param>
    /// <param name="sample">Some of what is to be sent.</param>
    public static bool Pays(TimeSpan took, ReadOnlySpan<byte> sample)
    {
        if (sample.Length == 0 || Trial > took.TotalSeconds * SlowBytesPerSecond)
            return false;
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(sample);
        return compressed.Length < sample.Length * Enough;
    }
}
