namespace CrCache.TestAdapter.Running;

public sealed class HandoverTests
{
    [Fact]
    public void What_the_collector_leased_arrives_at_the_host()
    {
        LeasedResource[] resources = [new(new("places-0", 3), 1), new(new("a-b-12", 9_000_000_000), 64) { IsHere = true }];
        var read = RoundTrip(new Handover { Source = "places", Directory = "/a b/ö", Resources = resources });

        Assert.Equal(("places", "/a b/ö", null), (read!.Source, read.Directory, read.Error));
        Assert.Equal(resources, read.Resources);
    }

    [Fact]
    public void An_error_arrives_instead() =>
        Assert.Equal("CRC0201: none", RoundTrip(new Handover { Source = "s", Directory = "/", Error = "CRC0201: none" })!.Error);

    [Fact]
    public void Without_a_collector_there_is_nothing() => Assert.Null(Handover.Read(_ => null));

    [Theory]
    [InlineData("places-0")]
    [InlineData("places-0@1")]
    [InlineData("places-0@1*0")]
    [InlineData("places-0@1*-1")]
    [InlineData("places-0@x*1")]
    [InlineData("*1")]
    [InlineData("places-0@1:here")]
    [InlineData("places-0@1*:here")]
    [InlineData("places-0@1*1:there")]
    public void What_is_no_leased_resource_is_refused(string text) => Assert.Throws<UsageException>(() => LeasedResource.Parse(text));

    private static Handover? RoundTrip(Handover handover)
    {
        var variables = handover.ToVariables().ToDictionary();
        Assert.All(variables.Keys, name => Assert.Contains(name, Handover.VariableNames));
        return Handover.Read(variables.GetValueOrDefault);
    }
}
