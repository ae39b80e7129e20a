using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace CrCache.Ssh;

/// <summary>What <c>~</c>, <c>%x</c> and <c>${NAME}</c> stand for in an ssh_config.</summary>
internal sealed record SshTokens(LocalUser User, Func<string, string?> Variable)
{
    /// <summary>The host's name as it was asked for.</summary>
    public required string Original { get; init; }

    /// <summary>The host's name that is connected to.</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; } = SshConfig.DefaultPort;

    /// <summary>The login there.</summary>
    public required string RemoteUser { get; init; }

    /// <summary>What the host is called in known_hosts, where that is another name.</summary>
    public string? Alias { get; init; }

    /// <summary>The host that it is reached through; empty for none.</summary>
    public string Jump { get; init; } = "";

    /// <summary>A file's path: absolute, with everything in it expanded.</summary>
    /// <exception cref="ConfigurationException">Something in it stands for nothing.</exception>
    public string Path(SshOptionValue value, string text) => System.IO.Path.GetFullPath(Expand(value, Home(value, text)));

    /// <summary>A path that may begin with the home directory.</summary>
    public string Home(SshOptionValue value, string text) => text switch
    {
        "~" => User.Home,
        ['~', '/', ..] => User.Home + text[1..],
        ['~', ..] => throw Wrong(value, $"'{Shown.Cut(text)}' is another user's directory; write its path"),
        _ => text,
    };

    /// <summary>A text with its tokens and variables expanded.</summary>
    /// <param name="value">Where it stands.</param>
    /// <param name="text">The text.</param>
    /// <param name="only">The tokens that there are; null for all of them.</param>
    /// <exception cref="ConfigurationException">Something in it stands for nothing.</exception>
    public string Expand(SshOptionValue value, string text, string? only = null)
    {
        if (!text.AsSpan().ContainsAny('%', '$'))
        {
            return text;
        }

        StringBuilder expanded = new();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%')
            {
                var token = at + 1 < text.Length ? text[++at] : '\0';
                expanded.Append((only is null || token == '%' || only.Contains(token, StringComparison.Ordinal) ? Token(token) : null)
                    ?? throw Wrong(value, $"'%{token}' stands for nothing here; a % is written %%"));
            }
            else if (only is null && text.AsSpan(at).StartsWith("${"))
            {
                var end = text.IndexOf('}', at);
                var name = end > 0 ? text[(at + 2)..end] : throw Wrong(value, $"'{Shown.Cut(text)}' has a ${{ without an end");
                expanded.Append(Variable(name) ?? throw Wrong(value, $"the variable {Shown.Cut(name)} is not set"));
                at = end;
            }
            else
            {
                expanded.Append(text[at]);
            }
        }

        return expanded.ToString();
    }

    private string? Token(char token) => token switch
    {
        '%' => "%",
        'C' => Digest(Dns.GetHostName() + Host + Number(Port) + RemoteUser + Jump),
        'd' => User.Home,
        'h' => Host,
        'i' => Number(User.Id),
        'j' => Jump,
        'k' => Alias ?? Host,
        'L' => Dns.GetHostName().Split('.')[0],
        'l' => Dns.GetHostName(),
        'n' => Original,
        'p' => Number(Port),
        'r' => RemoteUser,
        'u' => User.Name,
        _ => null,
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [SuppressMessage("Security", "CA5350", Justification = "It is what ssh has chosen for the name of a file; nothing is kept safe by it.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));

    private static ConfigurationException Wrong(SshOptionValue value, string why) => new(ErrorCodes.ConfigurationSyntax, why, value.Where);
}
