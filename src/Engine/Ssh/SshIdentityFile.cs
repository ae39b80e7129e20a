using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace CrCache.Ssh;

/// <summary>A file with a key to log in with, or with the public half of one that an agent has.</summary>
/// <param name="Path">The file.</param>
internal sealed record SshIdentityFile(string Path)
{
    private const int LargestFile = 1 << 20;
    private const int OthersRights = 0x3f;

    /// <summary>Its public half, as far as that can be told without its passphrase; null where it cannot.</summary>
    public byte[]? PublicKey { get; private init; }

    /// <summary>Why there is no key to log in with; null where there is one.</summary>
    public string? Problem { get; private init; }

    /// <summary>Looks at a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="user">Whoever logs in.</param>
    /// <returns>What is there; null for nothing.</returns>
    public static SshIdentityFile? Find(string path, LocalUser user)
    {
        SshIdentityFile file = new(path) { PublicKey = PublicIn(Text(path + ".pub")) };
        try
        {
            if (FileStatus.Of(path) is not { } status)
            {
                return file.PublicKey is null ? null : file with { Problem = "is not there, only its public half" };
            }

            if (!status.IsRegular)
            {
                return file with { Problem = "is no file" };
            }

            var text = Text(path);
            file = file with { PublicKey = PublicIn(text) ?? file.PublicKey };
            return status.User == user.Id && (status.Mode & OthersRights) != 0 && PublicInLine(text) is null
                ? file with { Problem = $"can be read by others, so ssh does not use it: chmod 600 {path}" }
                : file;
        }
        catch (IOException e)
        {
            return file with { Problem = $"cannot be read: {SystemError.Text(e)}" };
        }
    }

    /// <summary>The key, with a certificate of it or without.</summary>
    /// <returns>The key; or why there is none.</returns>
    public (PrivateKeyFile? Key, string? Problem) Open(string? certificate)
    {
        if (Problem is not null)
        {
            return (null, Problem);
        }

        try
        {
            return (new PrivateKeyFile(Path, null, certificate), null);
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            return (null, $"has a passphrase, and no agent has it: ssh-add {Path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {SystemError.Text(e)}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The file may be anything, and the library says so in many ways.
            return (null, PublicInLine(Text(Path)) is not null ? "is only a public key, which no agent has the other half of" : $"is no key that can be used: {e.Message}");
        }
    }

    private static string? Text(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= LargestFile } ? File.ReadAllText(path, Encoding.Latin1) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[]? PublicIn(string? text) => PublicInLine(text) ?? PublicInOpenSshKey(text);

    private static byte[]? PublicInLine(string? text) =>
        text?.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var type, var base64, ..]
        && HostKey.Parse(base64.Trim()) is { } key && HostKey.TypeOf(key) == type ? key : null;

    // The public half is not encrypted.
    private static byte[]? PublicInOpenSshKey(string? text)
    {
        const string begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
        var from = text?.IndexOf(begin, StringComparison.Ordinal) ?? -1;
        var to = from < 0 ? -1 : text!.IndexOf("-----END", from + begin.Length, StringComparison.Ordinal);
        if (to < 0)
        {
            return null;
        }

        var body = text!.AsSpan()[(from + begin.Length)..to];
        var bytes = new byte[body.Length];
        if (!Convert.TryFromBase64Chars(body, bytes, out var length))
        {
            return null;
        }

        SshWire wire = new(bytes.AsSpan(0, length));
        return wire.Skip("openssh-key-v1\0"u8) && wire.String(out _) && wire.String(out _) && wire.String(out _) && wire.Number(out _) && wire.String(out var key)
            && HostKey.TypeOf(key) is not null ? key.ToArray() : null;
    }
}
