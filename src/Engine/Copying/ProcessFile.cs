using System.Globalization;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>The file that says in which process's root a resource is seen now.</summary>
internal static class ProcessFile
{
    /// <summary>A step of a route as it is now: where its process is in a file, with the directory that this one gives it.</summary>
    /// <param name="step">The step, from this machine.</param>
    /// <returns>The step as it was where there is no such file, or where it is of another boot or of another pid namespace: nothing of it is seen.</returns>
    public static Route Read(Route step)
    {
        try
        {
            return step.BaseProcessFile is { } file && File.ReadAllText(file).TrimEnd('\n').Split(' ') is [var id, var start, var boot, var space]
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                && $"{boot} {space}" == KernelEra.Current()
                    ? step with { BaseDirectory = $"/proc/{id}/root", BaseProcessStart = ticks }
                    : step;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return step; // it is at rest, or is not this user's to see: a command of its own knows more
        }
    }
}
