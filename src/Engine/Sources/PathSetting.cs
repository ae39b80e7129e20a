using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>Settings that name a place where a resource is made, or in it.</summary>
internal static class PathSetting
{
    /// <summary>Refuses what is no absolute path, or leads up.</summary>
    /// <param name="settings">The source.</param>
    /// <param name="what">What each is to be: a directory, a path.</param>
    /// <param name="keys">The settings' keys.</param>
    /// <exception cref="ConfigurationException">One that is set is not acceptable.</exception>
    public static void Check(SourceSettings settings, string what, params IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
        {
            if (settings.Text(key) is { } path && (path[0] != '/' || path.Any(char.IsControl) || path.Split('/').Contains("..")))
            {
                throw settings.Wrong(key, $"'{Shown.Cut(path)}' is not an absolute {what} without '..'");
            }
        }
    }
}
