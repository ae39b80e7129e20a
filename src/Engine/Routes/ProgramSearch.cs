namespace CrCache.Routes;

/// <summary>Finds programs as a shell does.</summary>
internal static class ProgramSearch
{
    private const int Executable = 1;
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Looks a program up.</summary>
    /// <param name="name">Its name; one with a slash is taken as it is.</param>
    /// <param name="environment">Whose <c>PATH</c> counts.</param>
    /// <param name="directory">What relative entries of the path count from; null for the current one.</param>
    /// <param name="found">Where it is, or the first that is there but cannot be executed.</param>
    /// <returns>0, or 126 or 127 as a shell has it.</returns>
    public static int Find(string name, IReadOnlyDictionary<string, string> environment, string? directory, out string found)
    {
        found = name;
        if (name.Contains('/', StringComparison.Ordinal))
            return Check(directory is null ? name : Path.Combine(directory, name));
        if (name.Length == 0)
            return ExitCodes.NotFound;

        var result = ExitCodes.NotFound;
        var place = directory ?? "";
        foreach (var entry in environment.GetValueOrDefault("PATH", DefaultPath).Split(':'))
        {
            var candidate = Path.Combine(place, entry.Length == 0 ? "." : entry, name);
            var verdict = Directory.Exists(candidate) ? ExitCodes.NotFound : Check(candidate);
            if (verdict == 0 || (verdict == ExitCodes.NotExecutable && result != verdict))
                found = candidate;
            if (verdict == 0)
                return 0;
            if (verdict == ExitCodes.NotExecutable)
                result = verdict;
        }

        return result;
    }

    private static int Check(string path)
    {
        if (Directory.Exists(path))
            return ExitCodes.NotExecutable;
        if (!File.Exists(path))
            return ExitCodes.NotFound;
        return Libc.Access(path, Executable) == 0 ? 0 : ExitCodes.NotExecutable;
    }
}
