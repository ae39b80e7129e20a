using System.Globalization;

namespace CrCache.Copying;

/// <summary>Reads what another machine says it has. Nothing it says is taken on trust.</summary>
internal static class FarList
{
    private const int Fields = 5;

    /// <summary>Reads a record: mode in hexadecimal, size, seconds, a readable time with the fraction, and a path from <c>.</c>.</summary>
    /// <exception cref="ResourceException">It is not one, or its path leads out of the tree.</exception>
    public static CopyEntry Parse(CopyPath about, string record)
    {
        var fields = record.Split('|', Fields);
        if (fields.Length != Fields
            || !int.TryParse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mode)
            || !long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !long.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(seconds) > long.MaxValue / 2_000_000_000)
        {
            throw CopyFailure.Of(about.ToString(), "what the other side says of its files cannot be read");
        }

        var name = fields[4];
        var path = name == "." ? "" : name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : throw Refused(about, name);
        if (path.Length > 0 && path.Split('/').Any(p => p is "" or "." or ".."))
            throw Refused(about, name);
        return CopyEntry.Of(path, mode, size, (seconds * 1_000_000_000) + Fraction(fields[3]));
    }

    /// <summary>Checks that a list is a tree: the root is a directory, and each entry's parent is one that came before.</summary>
    public static IReadOnlyList<CopyEntry> Tree(CopyPath about, IReadOnlyList<CopyEntry> entries)
    {
        HashSet<string> directories = new(StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var slash = entry.Path.LastIndexOf('/');
            var isRoot = entry.Path.Length == 0;
            if (!seen.Add(entry.Path) || (isRoot ? entry.Kind != CopyKind.Directory : !directories.Contains(slash < 0 ? "" : entry.Path[..slash])))
                throw Refused(about, entry.Path);
            if (entry.Kind == CopyKind.Directory)
                directories.Add(entry.Path);
        }

        return entries;
    }

    private static ResourceException Refused(CopyPath about, string name) =>
        CopyFailure.Of(about.ToString(), $"refused, because the other side names a file '{name}' that is not in it");

    private static long Fraction(string time)
    {
        var point = time.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return 0;
        var digits = new string([.. time.Skip(point + 1).TakeWhile(char.IsAsciiDigit).Take(9)]);
        return digits.Length == 0 ? 0 : long.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture);
    }
}
