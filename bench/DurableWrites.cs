using System.Diagnostics;
using CrCache.Lab;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Bench;

/// <summary>How many times a second this disk makes a small write durable: the bound of every store that keeps its word.</summary>
internal static class DurableWrites
{
    public static double PerSecond(TimeSpan length)
    {
        using var directory = new TemporaryDirectory();
        using SafeFileHandle file = File.OpenHandle(
            directory.Combine("log"), FileMode.CreateNew, FileAccess.Write, preallocationSize: 64 << 20);
        var page = new byte[4096];
        var writes = 0L;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            RandomAccess.Write(file, page, writes % (16 << 10) * page.Length);
            RandomAccess.FlushToDisk(file);
            writes++;
        }

        return writes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
