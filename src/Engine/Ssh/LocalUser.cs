using System.Runtime.InteropServices;

namespace CrCache.Ssh;

/// <summary>Whoever runs this process, as the user database has him: ssh does not ask the environment.</summary>
/// <param name="Name">The login's name.</param>
/// <param name="Home">The home directory, which <c>~</c> is.</param>
/// <param name="Id">The user's number.</param>
internal sealed partial record LocalUser(string Name, string Home, uint Id)
{
    /// <summary>Looks him up.</summary>
    /// <exception cref="ResourceException">The user database does not know him.</exception>
    public static LocalUser Current()
    {
        var id = EffectiveUser();
        var entry = FindUser(id);
        return entry == 0
            ? throw new ResourceException(
                ErrorCodes.RouteFailed, string.Create(null, $"user {id} is not in the user database, and ssh needs a name and a home: add a line to /etc/passwd"))
            : new(Text(entry, NameOffset), Text(entry, HomeOffset), id);
    }

    // struct passwd on Linux, glibc and musl alike: name, password, two numbers of four bytes, comment, home.
    private const int NameOffset = 0;
    private static int HomeOffset => (3 * nint.Size) + 8;

    private static string Text(nint entry, int offset) => Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry, offset)) ?? "";

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial nint FindUser(uint id);
}
