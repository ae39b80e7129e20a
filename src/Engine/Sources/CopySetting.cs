using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Reads <c>copy</c>.</summary>
internal static class CopySetting
{
    /// <summary>The setting's key.</summary>
    public const string Key = "copy";

    private static readonly CopyMode[] Modes = [CopyMode.Copy, CopyMode.Reflink, CopyMode.Hardlink, CopyMode.Symlink];

    /// <summary>How files are put in place on the resources of a source.</summary>
    /// <param name="settings">The source.</param>
    /// <param name="seesMachine">Whether its resources see files of this machine at their own paths, so that a link to one leads to it.</param>
    /// <exception cref="ConfigurationException">There is no such way, or it is none for these resources.</exception>
    public static CopyMode Of(SourceSettings settings, bool seesMachine)
    {
        if (settings.Text(Key) is not { } name)
        {
            return CopyMode.Copy;
        }

        var mode = Modes.FirstOrDefault(m => Name(m) == name, (CopyMode)(-1));
        return mode switch
        {
            CopyMode.Symlink when !seesMachine => throw settings.Wrong(
                Key, "symbolic links to files outside lead nowhere in a resource with a root of its own: use copy, reflink or hardlink"),
            _ when Enum.IsDefined(mode) => mode,
            _ => throw settings.Wrong(Key, $"'{Shown.Cut(name)}' is not one of {string.Join(", ", Modes.Where(m => seesMachine || m != CopyMode.Symlink).Select(Name))}"),
        };
    }

    private static string Name(CopyMode mode) => mode.ToString().ToLowerInvariant();
}
