using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>Which resources can be asked for by having the machine's files: those with all of them.</summary>
public sealed class SharedFilesTests
{
    [Theory]
    [InlineData("box", "", true)]
    [InlineData("chroot", "tree=/", true)]
    [InlineData("chroot", "tree=/srv/root import=bind:/srv:/srv", false)]
    [InlineData("lxc", "tarball=/srv/root.tar import=bind:/srv:/srv", false)]
    [InlineData("docker", "image=busybox import=bind:/srv:/srv", false)]
    [InlineData("podman", "image=busybox import=bind:/srv:/srv", false)]
    public void They_are_offered_where_all_are_seen(string type, string settings, bool shares)
    {
        SourceSettings source = new()
        {
            Name = "s",
            Type = type,
            Directory = null,
            Values = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => new SettingValue(s[1], null)),
        };

        var can = new SourceTypes([], new(new())).Find(type)!.Capabilities(source);

        Assert.Equal(shares, can.ContainsKey(SourceType.SharedFiles));
    }
}
