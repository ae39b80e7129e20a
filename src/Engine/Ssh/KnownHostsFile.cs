using System.Text;

namespace CrCache.Ssh;

/// <summary>Reads the lines of a file of known hosts, whatever their number and whoever wrote them.</summary>
internal static class KnownHostsFile
{
    // Keys are far shorter; what is longer is none.
    private const int LongestLine = 64 * 1024;

    /// <summary>The lines about a host; none where there is no such file.</summary>
    /// <exception cref="ConfigurationException">It is there and cannot be read: a key that is revoked there would be taken.</exception>
    public static IReadOnlyList<KnownHostLine> About(string host, string path)
    {
        List<KnownHostLine> about = [];
        try
        {
            using StreamReader reader = new(path, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete });
            Read(reader, (number, line) =>
            {
                if (KnownHostLine.Parse(new(path, number), line, host) is { } known)
                {
                    about.Add(known);
                }
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(ErrorCodes.ConfigurationSyntax, $"the known hosts cannot be read: {SystemError.Text(e)}", new(path, 0), e);
        }

        return about;
    }

    private delegate void Reading(int number, ReadOnlySpan<char> line);

    private static void Read(StreamReader reader, Reading read)
    {
        var buffer = new char[LongestLine];
        var filled = 0;
        var number = 1;
        var isTooLong = false;
        while (true)
        {
            filled += reader.ReadBlock(buffer, filled, buffer.Length - filled);
            var begin = 0;
            while (Array.IndexOf(buffer, '\n', begin, filled - begin) is var end and >= 0)
            {
                if (!isTooLong)
                {
                    read(number, buffer.AsSpan(begin, end - begin));
                }

                isTooLong = false;
                begin = end + 1;
                number++;
            }

            if (filled < buffer.Length)
            {
                if (!isTooLong)
                {
                    read(number, buffer.AsSpan(begin, filled - begin));
                }

                return;
            }

            // What has no end in a whole buffer is passed over.
            isTooLong |= begin == 0;
            Array.Copy(buffer, begin, buffer, 0, filled - begin);
            filled = isTooLong ? 0 : filled - begin;
        }
    }
}
