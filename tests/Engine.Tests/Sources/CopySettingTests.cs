using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

public sealed class CopySettingTests
{
    [Theory]
    [InlineData(null, CopyMode.Copy)]
    [InlineData("copy", CopyMode.Copy)]
    [InlineData("reflink", CopyMode.Reflink)]
    [InlineData("hardlink", CopyMode.Hardlink)]
    [InlineData("symlink", CopyMode.Symlink)]
    public void A_mode_has_a_name(string? text, CopyMode mode) => Assert.Equal(mode, CopySetting.Of(Settings(text), seesMachine: true));

    [Theory]
    [InlineData("Copy", true, "symlink")]
    [InlineData("move", false, "not one of copy, reflink, hardlink")]
    [InlineData("0", true, "not one of")]
    [InlineData("symlink", false, "root of its own")]
    public void Others_are_refused(string text, bool seesMachine, string why) => Assert.Contains(
        why, Assert.Throws<ConfigurationException>(() => CopySetting.Of(Settings(text), seesMachine)).Message, StringComparison.Ordinal);

    private static SourceSettings Settings(string? text) => new()
    {
        Name = "s",
        Type = "t",
        Directory = null,
        Values = text is null ? new Dictionary<string, SettingValue>() : new() { ["copy"] = new(text, null) },
    };
}
