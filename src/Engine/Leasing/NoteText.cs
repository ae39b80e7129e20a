using System.Globalization;

namespace CrCache.Leasing;

/// <summary>What a note may be: it is shown in tables and in one line of an error.</summary>
internal static class NoteText
{
    private const int Longest = 1000;

    /// <summary>Refuses what cannot be shown there.</summary>
    /// <exception cref="UsageException">It is too long, or not one line.</exception>
    public static void Check(string? note)
    {
        if (note is not null && (note.Length > Longest || note.Any(char.IsControl)))
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"'{Shown.Cut(note)}': a note is one line of at most {Longest} characters, without control characters"));
        }
    }
}
