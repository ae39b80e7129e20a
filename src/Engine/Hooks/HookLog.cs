using System.Globalization;
using System.Text;

namespace CrCache.Hooks;

/// <summary>What the hooks of a resource said: a file that holds the last of it. That it cannot be written is no hook's failure.</summary>
/// <param name="path">The file.</param>
/// <param name="time">The time.</param>
internal sealed class HookLog(string path, TimeProvider time)
{
    private const int Most = 1024 * 1024;
    private const int Tries = 20;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>A script begins.</summary>
    public void Begin(string script) => Add(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"== {time.GetUtcNow():u} {script}\n")));

    /// <summary>Adds what it says.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, Private);
                using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                Append(file, bytes);
                return;
            }
            catch (IOException)
            {
                // Another hook of the same resource writes just now.
                Thread.Sleep(1);
            }
            catch (UnauthorizedAccessException)
            {
                return;
            }
        }
    }

    /// <summary>Deletes it.</summary>
    public void Delete()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There never was one, or it stays.
        }
    }

    // Half of it is cut off at once, so that not every line moves a megabyte.
    private static void Append(FileStream file, ReadOnlySpan<byte> bytes)
    {
        if (file.Length + bytes.Length > Most)
        {
            var kept = new byte[Math.Min(file.Length, Most / 2)];
            file.Seek(-kept.Length, SeekOrigin.End);
            file.ReadExactly(kept);
            file.SetLength(0);
            file.Write(kept);
        }

        file.Seek(0, SeekOrigin.End);
        file.Write(bytes);
    }
}
