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
    public void How_a_run_goes_is_read_and_travels_on_as_words()
    {
        var settings = Read("<Source>s</Source><SlotsPerResource>1</SlotsPerResource><Retries>2</Retries><RetryOn>Other</RetryOn><Distribution>whole</Distribution><Wait>90s</Wait>");

        Assert.Equal((1, TimeSpan.FromSeconds(90)), (settings.Slots, settings.Wait));
        Assert.Equal("retries=2 elsewhere whole", settings.Options.ToString());
        Assert.Equal(settings.Options.ToString(), RunOptions.Parse(settings.Options.ToString()).ToString());
        Assert.Equal("", Read("<Source>s</Source><Retries>0</Retries><RetryOn>same</RetryOn><Distribution></Distribution>").Options.ToString());
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
    [InlineData("<Source>s</Source><SlotsPerResource>0</SlotsPerResource>")]
    [InlineData("<Source>s</Source><Retries>-1</Retries>")]
    [InlineData("<Source>s</Source><Retries>often</Retries>")]
    [InlineData("<Source>s</Source><RetryOn>elsewhere</RetryOn>")]
    [InlineData("<Source>s</Source><Distribution>fair</Distribution>")]
    [InlineData("<Source>s</Source><Wait>long</Wait>")]
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
