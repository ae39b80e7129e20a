namespace CrCache.Cli;

/// <summary>Standard output: results, and nothing else.</summary>
internal static class Output
{
    private const int StandardOutput = 1;

    /// <summary>Writes a line.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="OutputFailedException">It cannot be written.</exception>
    public static void Line(string text) => Write(text + "\n");

    /// <summary>Writes text as it is.</summary>
    /// <inheritdoc cref="Line" path="/exception"/>
    public static void Write(string text)
    {
        try
        {
            Descriptor.Write(StandardOutput, text);
        }
        catch (IOException e) when (e is not OutputClosedException)
        {
            throw new OutputFailedException($"cannot write to standard output: {e.Message}", e);
        }
    }
}
