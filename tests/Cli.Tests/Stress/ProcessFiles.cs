using System.Globalization;
using System.Runtime.InteropServices;

namespace CrCache.Cli.Tests.Stress;

/// <summary>What the kernel says of processes that are not this one's own.</summary>
internal static partial class ProcessFiles
{
    public const int SigKill = 9;

    /// <summary>A process's children.</summary>
    public static int[] Children(int process)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{process}/task")
                .SelectMany(d => File.ReadAllText(Path.Combine(d, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Processes that were started with these variables, as <c>NAME=</c> with any value or as <c>NAME=VALUE</c>, and have not ended.</summary>
    public static IReadOnlyList<string> With(params string[] variables) =>
        [.. Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Where(d => variables.All(Environment(d).Contains)).Select(Describe)];

    /// <summary>SIGKILL.</summary>
    /// <returns>Whether it was still there.</returns>
    public static bool Kill(int process) => SendSignal(process, SigKill) == 0;

    private static HashSet<string> Environment(string directory) =>
        [.. Read(directory, "environ").Split('\0').SelectMany(v => new[] { v, v[..(v.IndexOf('=', StringComparison.Ordinal) + 1)] })];

    private static string Describe(string directory) => $"{Path.GetFileName(directory)} ({Read(directory, "cmdline").Replace('\0', ' ').Trim()})";

    private static string Read(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
