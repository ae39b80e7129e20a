namespace CrCache.Copying;

/// <summary>Counts what a copy has done, and says so now and then. Several ends of a copy may count at once.</summary>
/// <param name="progress">Who is told; null for nobody.</param>
/// <param name="time">The time.</param>
internal sealed class CopyMeter(IProgress<CopyProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private long _files;
    private long _bytes;
    private long _told;

    /// <summary>One that tells nobody.</summary>
    public static CopyMeter None { get; } = new(null, TimeProvider.System);

    /// <summary>How many files there are to copy.</summary>
    public long AllFiles { get; set; }

    /// <summary>How many bytes they have.</summary>
    public long AllBytes { get; set; }

    /// <summary>Bytes have been copied.</summary>
    public void Add(long bytes)
    {
        if (progress is not null)
        {
            Interlocked.Add(ref _bytes, bytes);
            Tell();
        }
    }

    /// <summary>A file has been copied.</summary>
    public void AddFile()
    {
        if (progress is not null)
        {
            Interlocked.Increment(ref _files);
            Tell();
        }
    }

    private void Tell()
    {
        var (told, now) = (Interlocked.Read(ref _told), time.GetTimestamp());
        if ((told == 0 || time.GetElapsedTime(told, now) >= Pause) && Interlocked.CompareExchange(ref _told, now, told) == told)
            progress!.Report(new(Interlocked.Read(ref _files), AllFiles, Interlocked.Read(ref _bytes), AllBytes));
    }
}
