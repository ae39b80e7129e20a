using System.Text;

namespace CrCache.Cli;

/// <summary>The inputs of <c>map</c>: lines, or texts that end with a zero byte, of a file or of standard input.</summary>
internal static class MapInputs
{
    /// <summary>Reads them all.</summary>
    /// <param name="file">The file; null, or <c>-</c>, for standard input.</param>
    /// <param name="isZeroEnded">True where a zero byte ends each, and a line break is a part of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UsageException">They cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(string? file, bool isZeroEnded, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file is null or "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes, cancellationToken);
            return Divide(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), isZeroEnded ? (byte)0 : (byte)'\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"map cannot read its inputs from {(file is null or "-" ? "standard input" : Shown.Cut(file))}: {e.Message}");
        }
    }

    /// <summary>Takes inputs apart; what follows the last end is one as well, unless it is empty.</summary>
    /// <exception cref="UsageException">One is not UTF-8, or holds a zero byte, which no argument can.</exception>
    public static IReadOnlyList<string> Divide(ReadOnlySpan<byte> bytes, byte end)
    {
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        List<string> inputs = [];
        while (bytes.Length > 0)
        {
            var length = bytes.IndexOf(end) is >= 0 and var found ? found : bytes.Length;
            var input = bytes[..length];
            if (input.Contains((byte)0))
                throw new UsageException($"map: input {inputs.Count + 1} holds a zero byte, which an argument cannot: use -0 where a zero byte ends each input");
            try
            {
                inputs.Add(strict.GetString(input));
            }
            catch (DecoderFallbackException)
            {
                throw new UsageException($"map: input {inputs.Count + 1} is not UTF-8: '{Shown.Cut(Encoding.UTF8.GetString(input))}'");
            }

            bytes = bytes[Math.Min(length + 1, bytes.Length)..];
        }

        return inputs;
    }
}
