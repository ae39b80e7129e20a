using CsCheck;

namespace CrCache.Copying;

/// <summary>Trees of files with odd names, any content and any permissions but their owner's.</summary>
internal static class AnyTree
{
    public static Gen<List<(string Path, byte[] Content, int Mode)>> Gen { get; } = CsCheck.Gen.Select(
        CsCheck.Gen.OneOf(CsCheck.Gen.String[CsCheck.Gen.Char["ab .-_$'\"\\\n*ü漢"], 1, 5].Where(s => s is not "." and not ".."), CsCheck.Gen.Const("d"))
            .Array[1, 4].Select(p => string.Join('/', p)),
        CsCheck.Gen.Byte.Array[0, 300],
        CsCheck.Gen.Int[0, 7]).List[0, 12];

    public static void Make(string root, IEnumerable<(string Path, byte[] Content, int Mode)> files)
    {
        Directory.CreateDirectory(root);
        foreach (var (relative, content, mode) in files)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName($"{root}/{relative}")!);
                File.WriteAllBytes($"{root}/{relative}", content);
                File.SetUnixFileMode($"{root}/{relative}", (UnixFileMode)(0b110_000_000 | mode));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A file where another path has a directory.
            }
        }
    }
}
