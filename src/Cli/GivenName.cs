using System.Text;

namespace CrCache.Cli;

/// <summary>An argument as it stands on the command line: its bytes may be no text, and .NET has then replaced them.</summary>
internal static class GivenName
{
    private const char Replacement = '\ufffd';

    /// <summary>Whether an argument is what was given.</summary>
    public static bool IsText(string argument) =>
        !argument.Contains(Replacement, StringComparison.Ordinal) || Of(argument).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(argument));

    /// <summary>The bytes that an argument was given as.</summary>
    public static byte[] Of(string argument)
    {
        var bytes = Encoding.UTF8.GetBytes(argument);
        if (!argument.Contains(Replacement, StringComparison.Ordinal))
            return bytes;
        try
        {
            ReadOnlySpan<byte> line = File.ReadAllBytes("/proc/self/cmdline");
            foreach (var part in line.Split((byte)0))
                if (Encoding.UTF8.GetString(line[part]) == argument)
                    return line[part].ToArray();
        }
        catch (IOException)
        {
            // There is no /proc: such a name cannot be had.
        }

        return bytes;
    }
}
