using System.Text;

namespace CrCache.Cli;

/// <summary>
/// The words of the command line as text. Bytes that are no UTF-8 have become something else by the time .NET hands them over: such a word is
/// refused, because it would not arrive as it is.
/// </summary>
internal static class ArgumentText
{
    private const char Replacement = '\uFFFD';
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Looks at the words.</summary>
    /// <exception cref="UsageException">One is not UTF-8.</exception>
    public static void Require(string[] arguments)
    {
        if (Array.Find(arguments, a => a.Contains(Replacement, StringComparison.Ordinal)) is not { } suspect)
            return;
        try
        {
            // Somebody may have written that very character.
            _ = Strict.GetCharCount(File.ReadAllBytes("/proc/self/cmdline"));
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"'{suspect}' is not UTF-8, and would not arrive as it is: pass such bytes through standard input or a file");
        }
    }
}
