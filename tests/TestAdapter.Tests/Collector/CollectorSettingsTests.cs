extern alias collector;

using System.Xml;
using CollectorSettings = collector::CrCache.TestAdapter.CollectorSettings;

namespace CrCache.TestAdapter.Collector;

public sealed class CollectorSettingsTests
{
    [Fact]
    public void Everything_is_read_and_what_vstest_adds_is_no_surprise()
    {
        var settings = Read("<Source> places </Source><Count>3</Count><Directory>sub</Directory><Framework>net</Framework><Sorce>x</Sorce>");

        Assert.Equal(("places", 3, "/project/sub"), (settings.Source, settings.Count, settings.Directory));
        Assert.Equal(["Sorce"], settings.Unknown);
    }

    [Fact]
    public void Only_the_source_is_needed()
    {
        var settings = Read("<source>places</source><count></count>");

        Assert.Equal(("places", null, "/project"), (settings.Source, settings.Count, settings.Directory));
    }

    [Fact]
    public void What_is_bound_to_a_source_passes_vstests_command_line() =>
        Assert.Equal("ubuntu{arch=arm,release=lucid}", Read("<Source>ubuntu{arch~arm,release=lucid}</Source>").Source);

    [Theory]
    [InlineData("")]
    [InlineData("<Source/>")]
    [InlineData("<Source>s</Source><Count>0</Count>")]
    [InlineData("<Source>s</Source><Count>-1</Count>")]
    [InlineData("<Source>s</Source><Count>1.5</Count>")]
    [InlineData("<Source>s</Source><Count>99999999999</Count>")]
    public void What_cannot_be_right_is_refused(string xml) => Assert.Throws<UsageException>(() => Read(xml));

    [Fact]
    public void Without_any_configuration_it_says_what_to_do()
    {
        var refusal = Assert.Throws<UsageException>(() => CollectorSettings.Read(null, "/project"));
        Assert.Contains("CrCacheSource", refusal.Message, StringComparison.Ordinal);
    }

    private static CollectorSettings Read(string xml)
    {
        var document = new XmlDocument { XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader($"<Configuration>{xml}</Configuration>"));
        document.Load(reader);
        return CollectorSettings.Read(document.DocumentElement, "/project");
    }
}
