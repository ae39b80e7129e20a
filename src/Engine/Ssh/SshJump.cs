using System.Globalization;

namespace CrCache.Ssh;

/// <summary>A host on the way to another, as ProxyJump has it.</summary>
/// <param name="Host">Its name, which the configuration may know.</param>
/// <param name="Port">Its port, where one was given.</param>
/// <param name="User">The login there, where one was given.</param>
internal sealed record SshJump(string Host, int? Port = null, string? User = null)
{
    private const string Scheme = "ssh://";

    /// <summary>Reads a list of <c>[USER@]HOST[:PORT]</c> or <c>ssh://[USER@]HOST[:PORT]</c>; <c>none</c> is an empty one.</summary>
    /// <returns>The hosts, the nearest first; null where one of them is none.</returns>
    public static IReadOnlyList<SshJump>? List(string text)
    {
        text = text.Split('#')[0].Trim();
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        var parts = text.Split(',');
        List<SshJump> jumps = [.. parts.Select(Parse).OfType<SshJump>()];
        return jumps.Count == parts.Length ? jumps : null;
    }

    /// <summary>Reads one; null where it is none.</summary>
    public static SshJump? Parse(string text)
    {
        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            text = Unescaped(text[Scheme.Length..].TrimEnd('/'));
        }

        var at = text.LastIndexOf('@');
        var user = at >= 0 ? text[..at] : null;
        var host = text[(at + 1)..];
        string? port = null;
        if (host is ['[', ..] && host.IndexOf(']', StringComparison.Ordinal) is var close and > 0)
        {
            (host, var rest) = (host[1..close], host[(close + 1)..]);
            if (rest is not ("" or [':', ..]))
            {
                return null;
            }

            port = rest.Length > 0 ? rest[1..] : null;
        }
        else if (host.Count(c => c == ':') == 1)
        {
            var colon = host.IndexOf(':', StringComparison.Ordinal);
            (host, port) = (host[..colon], host[(colon + 1)..]);
        }

        var number = 0;
        return host.Length == 0 || host[0] == '-' || user is "" or ['-', ..] || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            || (port is { Length: > 0 } && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and < 65536))
            ? null
            : new(host, number > 0 ? number : null, user);
    }

    private static string Unescaped(string text) => Uri.UnescapeDataString(text);
}
