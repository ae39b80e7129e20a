using System.Globalization;

namespace CrCache.Leasing.Selecting;

/// <summary>
/// Which of two values is less: numbers as numbers, also with a unit (<c>8G</c>, powers of 1024); versions (<c>10.0.1</c>,
/// <c>6.1.0-18-amd64</c>) part by part; anything else as ordinal text.
/// </summary>
internal static class FactOrder
{
    // So many digits times the largest unit still fit a decimal.
    private const int MaximumDigits = 15;

    private const string Units = "KMGT";

    // What a version is called that comes before the one it leads to.
    private static readonly string[] Early = ["alpha", "beta", "dev", "pre", "preview", "rc"];

    public static int Compare(string left, string right)
    {
        // 9.10 is a version, and later than 9.9; 1.5G is a number.
        if (Number(left) is { } a && Number(right) is { } b && (a.IsSure || b.IsSure))
        {
            return a.Value.CompareTo(b.Value);
        }

        return IsVersion(left) && IsVersion(right) ? CompareVersions(left, right) : string.CompareOrdinal(left, right);
    }

    private static (decimal Value, bool IsSure)? Number(string text)
    {
        var digits = text.AsSpan();
        var unit = 1m;
        if (digits is [.., 'B' or 'b'])
        {
            digits = digits[..^1];
        }

        if (digits is [.., 'i'])
        {
            digits = digits[..^1];
        }

        if (digits is [.., var letter] && Units.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal) is >= 0 and var power)
        {
            digits = digits[..^1];
            unit = 1L << (10 * (power + 1));
        }
        else if (digits.Length < text.Length)
        {
            return null;
        }

        var negative = digits is ['-', ..];
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits.Length : point;
        if (digits is [] or [.., '.'] || whole > MaximumDigits || digits.Length - whole > MaximumDigits)
        {
            return null;
        }

        return decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && (negative || char.IsAsciiDigit(digits[0]))
            ? (number * unit, negative || unit > 1)
            : null;
    }

    // Digits alone, or two numbers with a dot between and whatever a version goes on with.
    private static bool IsVersion(string text)
    {
        var head = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return head < 0
            ? text.Length > 0
            : head > 0 && text[head] == '.' && head + 1 < text.Length && char.IsAsciiDigit(text[head + 1])
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_' or '~');
    }

    private static int CompareVersions(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            var a = Part(ref left);
            var b = Part(ref right);
            if (a.IsEmpty && b.IsEmpty)
            {
                return 0;
            }

            var order = Rank(a).CompareTo(Rank(b));
            order = order != 0 ? order : IsNumber(a) || IsNumber(b) ? CompareDigits(a, b) : a.SequenceCompareTo(b);
            if (order != 0)
            {
                return order;
            }
        }
    }

    /// <summary>Takes the next run of digits or of letters off a version; empty at its end.</summary>
    private static ReadOnlySpan<char> Part(ref ReadOnlySpan<char> rest)
    {
        while (rest is [var c, ..] && !char.IsAsciiLetterOrDigit(c))
        {
            rest = rest[1..];
        }

        var length = 0;
        while (length < rest.Length && char.IsAsciiLetterOrDigit(rest[length]) && char.IsAsciiDigit(rest[length]) == char.IsAsciiDigit(rest[0]))
        {
            length++;
        }

        var part = rest[..length];
        rest = rest[length..];
        return part;
    }

    // 10.0.0-rc.1 is before 10.0.0, which is 10.0; 6.1.0-amd64 is after it; 6.1.0.1 after both.
    private static int Rank(ReadOnlySpan<char> part)
    {
        if (part.IsEmpty || IsNumber(part))
        {
            return part.Trim('0').IsEmpty ? 1 : 3;
        }

        foreach (var word in Early)
        {
            if (part.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return 0;
            }
        }

        return 2;
    }

    private static bool IsNumber(ReadOnlySpan<char> part) => part is [var c, ..] && char.IsAsciiDigit(c);

    private static int CompareDigits(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }
}
