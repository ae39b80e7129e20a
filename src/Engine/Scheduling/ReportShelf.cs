using System.Globalization;

namespace CrCache.Scheduling;

/// <summary>The timelines of the last runs, as files beside the store.</summary>
public sealed class ReportShelf
{
    /// <summary>Older ones make room.</summary>
    private const int Most = 20;

    private const string Pattern = "*.html";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Func<string> _directory;

    internal ReportShelf(Func<string> directory) => _directory = directory;

    /// <summary>The reports, the newest first.</summary>
    public IReadOnlyList<string> Paths => Directory.Exists(_directory())
        ? [.. Directory.GetFiles(_directory(), Pattern).OrderByDescending(p => Path.GetFileName(p), StringComparer.Ordinal)]
        : [];

    /// <summary>Keeps a report.</summary>
    /// <param name="timeline">The run.</param>
    /// <returns>The file's path; null where it cannot be written, which a run does not fail for.</returns>
    public string? Add(Timeline timeline)
    {
        try
        {
            _ = Directory.CreateDirectory(_directory(), Private);

            // Names sort by time, and two runs that end together have two.
            var path = Path.Combine(
                _directory(), string.Create(CultureInfo.InvariantCulture, $"{timeline.Start.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}.html"));
            File.WriteAllText(path, timeline.ToHtml());
            foreach (var old in Paths.Skip(Most))
                File.Delete(old);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
