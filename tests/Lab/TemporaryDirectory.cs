namespace CrCache.Lab;

/// <summary>A directory of one's own that is gone afterwards, whatever was put in it. Nobody else can read or write it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("crcache-test-").FullName;

    /// <summary>A path in it.</summary>
    /// <param name="parts">The path, in parts.</param>
    /// <returns>The full path.</returns>
    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file in it, with the directories on the way.</summary>
    /// <param name="relative">Its path from here.</param>
    /// <param name="text">What it holds.</param>
    /// <returns>Its full path.</returns>
    public string Write(string relative, string text)
    {
        var path = Combine(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Deletes it; what a dying process still writes to it is waited for.</summary>
    public void Dispose()
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (Directory.Exists(Path))
        {
            try
            {
                Open(Path);
                Directory.Delete(Path, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (TimeProvider.System.GetElapsedTime(deadline) > TimeSpan.FromSeconds(10))
                    throw;
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>Directories that a test made unreadable must be opened before they can be emptied.</summary>
    private static void Open(string directory)
    {
        const UnixFileMode ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if ((File.GetUnixFileMode(directory) & ours) != ours)
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | ours);
        foreach (var child in new DirectoryInfo(directory).EnumerateDirectories().Where(d => d.LinkTarget is null))
            Open(child.FullName);
    }
}
