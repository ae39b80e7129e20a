namespace CrCache.Cli;

/// <summary>Standard error: what is said to people, and errors.</summary>
internal static class Talk
{
    private const int StandardError = 2;

    /// <summary>Says a line.</summary>
    public static void Line(string text) => Write(text + "\n");

    /// <summary>Says text as it is.</summary>
    public static void Write(string text) => Write(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Says what is bytes anyway.</summary>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Descriptor.Write(StandardError, bytes);
        }
        catch (IOException)
        {
            // Nobody listens; the exit code still tells.
        }
    }
}
