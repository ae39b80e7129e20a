namespace CrCache.Ssh;

/// <summary>Reads the lines of an ssh_config that may be trusted.</summary>
internal static class SshConfigFile
{
    private const int Writable = 0x12; // by the group or by others
    private const int MostBytes = 4 << 20;

    /// <summary>The lines of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="user">Who reads it.</param>
    /// <param name="checks">Whether it is refused where somebody else could have written it, as ssh does.</param>
    /// <returns>The lines; null where there is no such file.</returns>
    /// <exception cref="ConfigurationException">It cannot be read, or is not to be trusted.</exception>
    public static IEnumerable<SshConfigLine>? Read(string path, LocalUser user, bool checks)
    {
        try
        {
            if (FileStatus.Of(path) is not { } status)
            {
                return null;
            }

            if (checks && ((status.User != 0 && status.User != user.Id) || (status.Mode & Writable) != 0))
            {
                throw new ConfigurationException(
                    ErrorCodes.UntrustedConfiguration,
                    $"not used, because it belongs to somebody else or others can write to it; if you trust it: chown {user.Name} {path}; chmod go-w {path}",
                    new(path, 0));
            }

            if (status.IsDirectory)
            {
                throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, "it is a directory", new(path, 0));
            }

            // A pipe or a device does not say how much is in it.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[(status.IsRegular ? Math.Min(status.Size, MostBytes) : MostBytes) + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > MostBytes)
            {
                throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, "it is larger than 4 MiB", new(path, 0));
            }

            return Lines(path, new StreamReader(new MemoryStream(bytes, 0, count)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, $"it cannot be read: {SystemError.Text(e)}", new(path, 0), e);
        }
    }

    // Lines are looked at one by one: what stands behind one that is wrong does not matter.
    private static IEnumerable<SshConfigLine> Lines(string path, StreamReader reader)
    {
        for (var number = 1; reader.ReadLine() is { } text; number++)
        {
            if (SshConfigLine.Parse(new(path, number), text) is { } line)
            {
                yield return line;
            }
        }
    }
}
