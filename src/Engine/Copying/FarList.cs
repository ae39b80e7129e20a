using System.Globalization;

namespace CrCache.Copying;

/// <summary>Reads what another machine says it has. Nothing it says is taken on trust.</summary>
internal static class FarList
{
    private const int Fields = 5;

    /// <summary>Reads a record of stat's: mode in hexadecimal, size, seconds, a readable time with the fraction, and a path from <c>.</c>.</summary>
    /// <exception cref="ResourceException">It is not one, or its path leads out of the tree.</exception>
    public static CopyEntry Parse(CopyPath about, string record)
    {
        var fields = record.Split('|', Fields);
        if (fields.Length != Fields || !int.TryParse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mode))
            throw Unreadable(about);
        return CopyEntry.Of(PathOf(about, fields[4]), mode, Size(about, fields[1]), Time(about, fields[2], fields[3]));
    }

    /// <summary>Reads a record of GNU find's: a letter, octal permissions, size, seconds with the fraction, and a path from <c>.</c>.</summary>
    /// <inheritdoc cref="Parse" path="/exception"/>
    public static CopyEntry ParseFound(CopyPath about, string record)
    {
        Span<Range> parts = stackalloc Range[Fields];
        var fields = record.AsSpan();
        if (fields.Split(parts, '|') != Fields)
            throw Unreadable(about);
        var kind = fields[parts[0]] switch { "f" => CopyKind.File, "d" => CopyKind.Directory, "l" => CopyKind.Link, _ => CopyKind.Special };
        var mode = 0;
        foreach (var digit in fields[parts[1]])
            mode = digit is >= '0' and <= '7' && mode <= 0xfff ? (mode << 3) | (digit - '0') : throw Unreadable(about);
        var time = fields[parts[3]];
        var point = time.IndexOf('.');
        return new(
            PathOf(about, fields[parts[4]].ToString()), kind, mode & 0xfff, Size(about, fields[parts[2]]), Time(about, point < 0 ? time : time[..point], time));
    }

    /// <summary>Checks that a list is a tree: the root is a directory, and each entry's parent is one that came before.</summary>
    public static IReadOnlyList<CopyEntry> Tree(CopyPath about, IReadOnlyList<CopyEntry> entries)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        HashSet<string> directories = new(StringComparer.Ordinal);
        var parents = directories.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var entry in entries)
        {
            var slash = entry.Path.LastIndexOf('/');
            var isRoot = entry.Path.Length == 0;
            if (!seen.Add(entry.Path) || (isRoot ? entry.Kind != CopyKind.Directory : !parents.Contains(slash < 0 ? "" : entry.Path.AsSpan(0, slash))))
                throw Refused(about, entry.Path);
            if (entry.Kind == CopyKind.Directory)
                directories.Add(entry.Path);
        }

        return entries;
    }

    private static string PathOf(CopyPath about, string name)
    {
        var path = name == "." ? "" : name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : throw Refused(about, name);
        if (path.Length == 0)
            return name == "." ? path : throw Refused(about, name);
        foreach (var part in path.AsSpan().Split('/'))
            if (path.AsSpan()[part] is "" or "." or "..")
                throw Refused(about, name);
        return path;
    }

    private static ResourceException Unreadable(CopyPath about) => CopyFailure.Of(about.ToString(), "what the other side says of its files cannot be read");

    private static ResourceException Refused(CopyPath about, string name) =>
        CopyFailure.Of(about.ToString(), $"refused, because the other side names a file '{name}' that is not in it");

    private static long Size(CopyPath about, ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Unreadable(about);

    private static long Time(CopyPath about, ReadOnlySpan<char> text, ReadOnlySpan<char> withFraction) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds is > -9_000_000_000 and < 9_000_000_000
            ? (seconds * 1_000_000_000) + Fraction(withFraction)
            : throw Unreadable(about);

    private static long Fraction(ReadOnlySpan<char> time)
    {
        long fraction = 0, place = 100_000_000;
        for (var i = time.IndexOf('.') + 1; i > 0 && i < time.Length && char.IsAsciiDigit(time[i]) && place > 0; i++, place /= 10)
            fraction += (time[i] - '0') * place;
        return fraction;
    }
}
