namespace CrCache.Routes;

/// <summary>The names of signals as RFC 4254, 6.10 has them, and their numbers here.</summary>
internal static class SignalNames
{
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.Ordinal)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ILL"] = 4,
        ["ABRT"] = 6,
        ["FPE"] = 8,
        ["KILL"] = 9,
        ["USR1"] = 10,
        ["SEGV"] = 11,
        ["USR2"] = 12,
        ["PIPE"] = 13,
        ["ALRM"] = 14,
        ["TERM"] = 15,
    };

    /// <summary>The number of a signal; SIGTERM's for one that has no name there, such as what OpenSSH calls <c>SIG@openssh.com</c>.</summary>
    public static int NumberOf(string name) => Numbers.GetValueOrDefault(name, Libc.SigTerm);
}
