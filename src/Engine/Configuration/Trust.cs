namespace CrCache.Configuration;

/// <summary>
/// What may be used: files and directories that belong to the user or root and that nobody else can write to, as git's
/// safe.directory and sshd's StrictModes have it.
/// </summary>
internal static class Trust
{
    /// <summary>Refuses a file or directory that somebody else could have written.</summary>
    /// <exception cref="ConfigurationException"><see cref="ErrorCodes.UntrustedConfiguration"/>: who can write to it, and the command that mends it.</exception>
    public static void Require(string path) => throw new NotImplementedException(path);
}
