using System.Globalization;

namespace CrCache.Sources;

/// <summary>How many processors a resource may use, asked of it in one way by all who want to know.</summary>
internal static class ProcessorProbe
{
    /// <summary>POSIX sh that writes the number.</summary>
    public const string Script = "nproc 2>/dev/null || getconf _NPROCESSORS_ONLN";

    /// <summary>Reads what the script wrote; null where that is no number.</summary>
    public static int? Parse(string output) =>
        int.TryParse(output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
