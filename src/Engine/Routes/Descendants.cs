using System.Globalization;

namespace CrCache.Routes;

/// <summary>A process and those it started, directly or not.</summary>
internal static class Descendants
{
    /// <summary>Reads them from <c>/proc</c>, the process itself first.</summary>
    public static IReadOnlyList<int> Of(int process)
    {
        List<int> found = [process];
        for (var i = 0; i < found.Count; i++)
            found.AddRange(Children(found[i]).Except(found));
        return found;
    }

    private static IEnumerable<int> Children(int process)
    {
        try
        {
            return [.. Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"))
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has ended meanwhile
        }
    }
}
