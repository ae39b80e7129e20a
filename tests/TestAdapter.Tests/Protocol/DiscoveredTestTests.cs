using System.Text;

namespace CrCache.TestAdapter.Protocol;

public sealed class DiscoveredTestTests
{
    private const string Id = "9cf72bfa-b3aa-a7c1-e73c-739a0393948c";

    [Fact]
    public void A_test_is_read_as_newer_versions_write_it()
    {
        var json = $$"""
            {"Id":"{{Id}}","FullyQualifiedName":"N.C.M","DisplayName":"N.C.M(\"a.b(\")","ExecutorUri":"e://x","Source":"/a.dll","CodeFilePath":null,
             "LineNumber":0,"Properties":[{"Key":{"Id":"Other"},"Value":false},{"Key":{"Id":"TestCase.ManagedType"},"Value":"N.C`1+D"}]}
            """;
        var test = Assert.Single(DiscoveredTest.ReadAll(Encoding.UTF8.GetBytes($"[{json}]")));

        Assert.Equal((Guid.Parse(Id), "N.C.M(\"a.b(\")", "N.C.M", "/a.dll", "N.C`1+D"), (test.Id, test.Name, test.FullName, test.Source, test.ManagedType));
        Assert.Equal(json, Encoding.UTF8.GetString(test.Json.Span));
    }

    [Fact]
    public void A_test_is_read_as_the_first_version_writes_it()
    {
        string[] properties = ["TestCase.Id", Id, "TestCase.FullyQualifiedName", "N.C.M", "TestCase.DisplayName", "d", "TestCase.Source", "/a.dll"];
        var json = $$"""{"Properties":[{{string.Join(',', properties.Chunk(2).Select(p => $$"""{"Key":{"Id":"{{p[0]}}","Label":"l"},"Value":"{{p[1]}}"}"""))}}]}""";
        var test = Assert.Single(DiscoveredTest.ReadAll(Encoding.UTF8.GetBytes($"[{json}]")));

        Assert.Equal((Guid.Parse(Id), "d", "N.C.M", "/a.dll", null), (test.Id, test.Name, test.FullName, test.Source, test.ManagedType));
    }

    [Fact]
    public void A_test_says_what_it_is_marked_with()
    {
        var json = $$"""
            [{"Id":"{{Id}}","FullyQualifiedName":"N.C.M","ExecutorUri":"executor://NUnit3TestExecutor","Source":"/a.dll","Properties":[
             {"Key":{"Id":"NUnit.Explicit"},"Value":true},{"Key":{"Id":"NUnit.ClassName"},"Value":"N.C"},
             {"Key":{"Id":"TestObject.Traits"},"Value":[{"Key":"k","Value":"v"},{"Key":"k","Value":"w"},{"Key":"Explicit","Value":""}]}]}]
            """;
        var test = Assert.Single(DiscoveredTest.ReadAll(Encoding.UTF8.GetBytes(json)));

        Assert.Equal((true, true, "N.C"), (test.IsNUnit, test.IsExplicit, test.DeclaringClass));
        Assert.Equal(["k=v", "k=w", "Explicit="], test.Traits.Select(t => $"{t.Key}={t.Value}"));
    }

    [Theory]
    [InlineData("[{}]")]
    [InlineData("[null]")]
    [InlineData("""[{"Id":"no guid","FullyQualifiedName":"f","Source":"s"}]""")]
    [InlineData("""[{"Id":"9cf72bfa-b3aa-a7c1-e73c-739a0393948c","FullyQualifiedName":"f"}]""")]
    [InlineData("{}")]
    public void A_test_that_lacks_what_every_test_has_is_refused(string json) =>
        Assert.Throws<ProtocolException>(() => DiscoveredTest.ReadAll(Encoding.UTF8.GetBytes(json)).ToList());

    [Fact]
    public void Results_tell_whose_they_are_and_when_they_ran()
    {
        var json = $$"""
            {"NewTestResults":[{"TestCase":{"Id":"{{Id}}"},"Outcome":1,"StartTime":"2026-11-22T19:57:39.25+00:00","EndTime":"2026-11-22T19:57:40+00:00"},
             {"TestCase":{"Id":"{{Id}}"},"StartTime":"0001-01-01T00:00:00+00:00"}],"ActiveTests":[]}
            """;
        var results = ReportedResult.ReadAll(Encoding.UTF8.GetBytes(json)).ToList();

        Assert.Equal([Guid.Parse(Id), Guid.Parse(Id)], results.Select(r => r.TestId));
        Assert.Equal(TimeSpan.FromMilliseconds(750), results[0].End - results[0].Start);
        Assert.Null(results[1].Start);
    }
}
