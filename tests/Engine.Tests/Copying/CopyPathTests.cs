namespace CrCache.Copying;

public sealed class CopyPathTests
{
    [Theory]
    [InlineData("/tmp/foo", null, "/tmp/foo")]
    [InlineData("./a:b", null, "./a:b")]
    [InlineData("dir/a:b", null, "dir/a:b")]
    [InlineData(":x", null, ":x")]
    [InlineData("pool-0:/tmp", "pool-0", "/tmp")]
    [InlineData("pool-0:a:b", "pool-0", "a:b")]
    [InlineData("pool-0:", "pool-0", ".")]
    [InlineData("pool-0@7:x", "pool-0@7", "x")]
    public void A_colon_before_the_first_slash_names_a_resource(string text, string? resource, string path)
    {
        var parsed = CopyPath.Parse(text);

        Assert.Equal(resource, parsed.Resource?.ToString());
        Assert.Equal(path, parsed.Path);
    }

    [Fact]
    public void An_empty_path_is_refused() => Assert.Throws<UsageException>(() => CopyPath.Parse(""));
}
