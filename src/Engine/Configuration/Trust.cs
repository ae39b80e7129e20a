using System.Globalization;
using System.Runtime.InteropServices;

namespace CrCache.Configuration;

/// <summary>
/// What may be used: files and directories that belong to the user or root and that nobody else can write to, as git's
/// safe.directory and sshd's StrictModes have it.
/// </summary>
internal static partial class Trust
{
    private const int GroupWrite = 0x10;
    private const int OtherWrite = 0x02;

    /// <summary>Refuses a file or directory that somebody else could have written.</summary>
    /// <exception cref="ConfigurationException"><see cref="ErrorCodes.UntrustedConfiguration"/>: who can write to it, and the command that mends it.</exception>
    public static void Require(string path)
    {
        var status = Status(path);
        // Of a link, what it leads to is meant: chown -R would change the link itself.
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        var me = EffectiveUser();
        if (status.User != me && status.User != 0)
        {
            throw Refused(path, string.Create(
                CultureInfo.InvariantCulture,
                $"it belongs to user {status.User}, not to you ({me}) or root; if you trust it: chown -R {me} {target}"));
        }

        if ((status.Mode & OtherWrite) != 0)
        {
            throw Refused(path, $"everybody can write to it; if you trust it: chmod -R o-w {target}");
        }

        if ((status.Mode & GroupWrite) != 0 && !IsPrivateGroup(status.Group))
        {
            throw Refused(path, $"its group can write to it; if you trust it: chmod -R g-w {target}");
        }
    }

    private static FileStatus Status(string path)
    {
        try
        {
            return FileStatus.Of(path) ?? throw Refused(path, "it is not there any more");
        }
        catch (IOException e)
        {
            throw Refused(path, $"its owner cannot be told: {e.Message}");
        }
    }

    /// <summary>
    /// A group that is the user's alone, as Debian and Fedora make one a user, adds nobody: with it comes the umask 002, and so
    /// group-writable files everywhere.
    /// </summary>
    private static bool IsPrivateGroup(uint group)
    {
        if (group != EffectiveGroup() || group == 0)
        {
            return group == 0;
        }

        try
        {
            var id = group.ToString(CultureInfo.InvariantCulture);
            var members = File.ReadLines("/etc/group").Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 3 && f[2] == id);
            var primary = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Count(f => f.Length > 3 && f[3] == id);
            return primary == 1 && (members is null || members[3].Length == 0 || members[3] == members[0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ConfigurationException Refused(string path, string why) =>
        new(ErrorCodes.UntrustedConfiguration, $"not used, because {why}", new SourceLocation(path, 0));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();
}
