using System.Text;

namespace CrCache.Configuration;

/// <summary>
/// The .ini dialect of source.conf: one section <c>[DEFAULT]</c>, <c>key = value</c> or <c>key: value</c>, comments on lines
/// of their own that begin with <c>;</c> or <c>#</c>, and values that go on in indented lines.
/// </summary>
internal static class IniFile
{
    private const int MaximumBytes = 1 << 20;

    /// <summary>Reads a file's entries; keys are lower case.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, is no text, is over 1 MiB, or a line is malformed.</exception>
    public static IReadOnlyDictionary<string, SettingValue> Read(string path)
    {
        var entries = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        string? key = null;
        var inSection = false;
        var number = 0;
        foreach (var raw in Text(path).Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            var text = line.TrimStart();
            if (text.Length == 0)
            {
                key = null;
            }
            else if (text[0] is ';' or '#')
            {
            }
            else if (line[0] is ' ' or '\t' && key is not null)
            {
                var value = entries[key];
                entries[key] = value with { Text = value.Text.Length == 0 ? text : $"{value.Text}\n{text}" };
            }
            else if (text[0] == '[')
            {
                if (!text.Equals("[DEFAULT]", StringComparison.Ordinal))
                {
                    throw At(number, $"the section {Shown.Cut(text)} is not known; the only one is [DEFAULT]");
                }

                inSection = true;
                key = null;
            }
            else
            {
                var separator = text.IndexOfAny(['=', ':']);
                if (separator <= 0)
                {
                    throw At(number, $"'{Shown.Cut(text)}' is not a setting; write key = value");
                }

                if (!inSection)
                {
                    throw At(number, "settings belong below a line that says [DEFAULT]");
                }

                key = text[..separator].TrimEnd().ToLowerInvariant();
                if (!entries.TryAdd(key, new SettingValue(text[(separator + 1)..].TrimStart(), new SourceLocation(path, number))))
                {
                    throw At(number, $"'{Shown.Cut(key)}' is set twice; the first time in line {entries[key].Location?.Line}");
                }
            }
        }

        return entries;

        ConfigurationException At(int line, string message) =>
            new(ErrorCodes.ConfigurationSyntax, message, new SourceLocation(path, line));
    }

    /// <summary>Refuses what is no file of bytes, without opening it: a pipe would be waited for until somebody writes to it.</summary>
    /// <exception cref="ConfigurationException">It is a directory, a device, a pipe or a socket, or leads to one.</exception>
    public static void RequireRegular(string path)
    {
        try
        {
            if (FileStatus.Of(path) is { IsRegular: false })
            {
                throw Unreadable(path, "it is not a regular file");
            }
        }
        catch (IOException e)
        {
            throw Unreadable(path, SystemError.Text(e), e);
        }
    }

    private static string Text(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var bytes = new byte[4096];
            var length = 0;
            while (length <= MaximumBytes && stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false) is > 0 and var read)
            {
                length += read;
                if (length == bytes.Length)
                {
                    Array.Resize(ref bytes, bytes.Length * 4);
                }
            }

            if (length > MaximumBytes)
            {
                throw Unreadable(path, "it is larger than 1 MiB");
            }

            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            return text.Contains('\0', StringComparison.Ordinal) ? throw Unreadable(path, "it holds a NUL character") : text.TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw Unreadable(path, "it is not UTF-8 text", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, SystemError.Text(e), e);
        }
    }

    private static ConfigurationException Unreadable(string path, string why, Exception? inner = null) =>
        new(ErrorCodes.ConfigurationSyntax, $"cannot be read: {why}", new SourceLocation(path, 0), inner);
}
