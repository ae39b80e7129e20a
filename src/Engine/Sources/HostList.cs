using System.Globalization;
using CrCache.Routes;

using CrCache.Ssh;

namespace CrCache.Sources;

/// <summary>Lists of hosts such as <c>lab[01-10], big[1-3,7].example.org, me@other:2222</c>.</summary>
internal static class HostList
{
    /// <summary>The most hosts of a list.</summary>
    public const int Most = 10_000;

    /// <summary>The hosts of a list, in its order.</summary>
    /// <exception cref="FormatException">The list cannot be one; the message says why.</exception>
    public static IReadOnlyList<string> Expand(string text)
    {
        List<string> hosts = [];
        foreach (var part in Parts(text))
        {
            hosts.AddRange(Names(part, Most - hosts.Count));
        }

        if (hosts.GroupBy(h => h, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new FormatException($"'{Shown.Cut(twice.Key)}' is there twice; per_host says how many resources each host has");
        }

        return hosts.Count > 0 ? hosts : throw new FormatException("it names no host");
    }

    /// <summary>Reads <c>[USER@]HOST[:PORT]</c>; an address with several colons is IPv6, in brackets where a port follows.</summary>
    public static SshEndpoint Endpoint(string text)
    {
        var at = text.LastIndexOf('@');
        var (user, host) = at > 0 ? (text[..at], text[(at + 1)..]) : (null, text);
        var colon = host.LastIndexOf(':');
        if (colon > 0
            && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']')
            && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536)
        {
            return new SshEndpoint(host[..colon].Trim('[', ']'), port, user);
        }

        return new SshEndpoint(host.Trim('[', ']'), null, user);
    }

    /// <summary>Why a text is no host; null where it is one. One that begins with a dash would be an option of the ssh program.</summary>
    public static string? Problem(string host) =>
        Endpoint(host) is var endpoint
        && (endpoint.Host.Length == 0 || endpoint.Host[0] == '-' || host[0] == '-' || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            ? $"'{Shown.Cut(host)}' is not a host"
            : null;

    private static IEnumerable<string> Parts(string text)
    {
        var (begin, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (at == text.Length || (depth == 0 && text[at] is ',' or ' ' or '\t' or '\n'))
            {
                if (at > begin)
                {
                    yield return text[begin..at];
                }

                begin = at + 1;
            }
            else
            {
                depth = Math.Max(0, depth + (text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0));
            }
        }
    }

    private static List<string> Names(string part, int room)
    {
        List<string> names = [""];
        for (var rest = part; rest.Length > 0;)
        {
            var open = rest.IndexOf('[', StringComparison.Ordinal);
            var close = open < 0 ? -1 : rest.IndexOf(']', open);
            if (open >= 0 && close < 0)
            {
                throw new FormatException($"'{Shown.Cut(part)}' has a [ without a ]");
            }

            if (close < 0)
            {
                names = names.ConvertAll(n => n + rest);
                break;
            }

            var inside = rest[(open + 1)..close];
            List<string> numbers = IsAddress(inside) ? [$"[{inside}]"] : Numbers(part, inside, room);
            if ((long)names.Count * numbers.Count > room)
            {
                throw TooMany();
            }

            var before = rest[..open];
            names = [.. names.SelectMany(n => numbers, (n, number) => n + before + number)];
            rest = rest[(close + 1)..];
        }

        return names.Count <= room ? names : throw TooMany();
    }

    // An address of IPv6 is in brackets where a port follows.
    private static bool IsAddress(string inside) => inside.Contains(':', StringComparison.Ordinal);

    private static List<string> Numbers(string part, string inside, int room)
    {
        List<string> numbers = [];
        foreach (var range in inside.Split(','))
        {
            var bounds = range.Trim().Split('-');
            if (bounds.Length > 2 || bounds.Any(b => b.Length is 0 or > 9 || !b.All(char.IsAsciiDigit)))
            {
                throw new FormatException($"'{Shown.Cut(part)}': [{Shown.Cut(inside)}] is no range; write such as [01-10] or [1-3,7]");
            }

            var (first, last) = (int.Parse(bounds[0], CultureInfo.InvariantCulture), int.Parse(bounds[^1], CultureInfo.InvariantCulture));
            if (first > last)
            {
                throw new FormatException($"'{Shown.Cut(part)}': {range} goes backwards");
            }

            if (last - (long)first + numbers.Count >= room)
            {
                throw TooMany();
            }

            for (var number = first; number <= last; number++)
            {
                numbers.Add(number.ToString(CultureInfo.InvariantCulture).PadLeft(bounds[0].Length, '0'));
            }
        }

        return numbers;
    }

    private static FormatException TooMany() => new(string.Create(CultureInfo.InvariantCulture, $"these are more than {Most} hosts"));
}
