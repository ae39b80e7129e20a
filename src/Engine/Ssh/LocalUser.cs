using System.Globalization;
using System.Runtime.InteropServices;

namespace CrCache.Ssh;

/// <summary>Whoever runs this process, as the user database has him: ssh does not ask the environment.</summary>
/// <param name="Name">The login's name.</param>
/// <param name="Home">The home directory, which <c>~</c> is.</param>
/// <param name="Id">The user's number.</param>
internal sealed partial record LocalUser(string Name, string Home, uint Id)
{
    // struct passwd on Linux, glibc and musl alike: name, password, two numbers of four bytes, comment, home, shell.
    private const int NameOffset = 0;
    private const int EntrySize = 64;
    private const int TextSize = 64 * 1024;
    private static int HomeOffset => (3 * nint.Size) + 8;

    /// <summary>Looks him up.</summary>
    /// <exception cref="ResourceException">The user database does not know him.</exception>
    public static LocalUser Current()
    {
        var id = EffectiveUser();
        var memory = Marshal.AllocHGlobal(EntrySize + TextSize);
        try
        {
            return FindUser(id, memory, memory + EntrySize, TextSize, out var entry) != 0 || entry == 0
                ? throw new ResourceException(
                    ErrorCodes.RouteFailed,
                    string.Create(CultureInfo.InvariantCulture, $"user {id} is not in the user database, and ssh needs a name and a home: add a line to /etc/passwd"))
                : new(Text(entry, NameOffset), Text(entry, HomeOffset), id);
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    private static string Text(nint entry, int offset) => Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry, offset)) ?? "";

    /// <summary>The number of the user that this process acts for.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int FindUser(uint id, nint entry, nint text, nint size, out nint found);
}
