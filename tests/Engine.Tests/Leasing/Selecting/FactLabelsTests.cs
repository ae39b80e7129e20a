using CrCache.Configuration;

namespace CrCache.Leasing.Selecting;

public sealed class FactLabelsTests
{
    [Theory]
    [InlineData("gpu, zone=eu", """{"label.gpu":"true","label.zone":"eu"}""")]
    [InlineData("gpu zone=eu\nRack-1.b=a=b:c", """{"label.gpu":"true","label.rack-1.b":"a=b:c","label.zone":"eu"}""")]
    [InlineData(",, gpu ,", """{"label.gpu":"true"}""")]
    [InlineData("gpu=0", """{"label.gpu":"0"}""")]
    [InlineData("", "{}")]
    public void Labels_become_facts(string text, string facts) => Assert.Equal(facts, FactLabels.Of(Settings(text)).Stored);

    [Fact]
    public void Without_the_setting_there_are_none() =>
        Assert.Equal(Facts.None, FactLabels.Of(new SourceSettings { Name = "lab", Type = "local", Directory = null }));

    [Theory]
    [InlineData("ram:ignored?", "'ram:ignored?' is not a label; write NAME or NAME=VALUE without blanks, the name of letters, digits, '_', '-' and '.'")]
    [InlineData("zone = eu", "'=' is not a label; write NAME or NAME=VALUE without blanks, the name of letters, digits, '_', '-' and '.'")]
    [InlineData("-x", "'-x' is not a label; write NAME or NAME=VALUE without blanks, the name of letters, digits, '_', '-' and '.'")]
    [InlineData("zone=", "'zone=' has no value; write zone=VALUE, or zone alone")]
    [InlineData("zone='eu'", "the value of 'zone='eu'' cannot be used; it takes no quotes and no control characters")]
    [InlineData("gpu zone=a GPU=2", "'GPU' is there twice")]
    public void A_label_that_is_none_is_refused_where_it_stands(string text, string why)
    {
        var error = Assert.Throws<ConfigurationException>(() => FactLabels.Of(Settings(text)));

        Assert.Equal(ErrorCodes.ConfigurationSetting, error.Code);
        Assert.Equal($"labels: {why}", error.Message);
        Assert.Equal(new SourceLocation("source.conf", 3), error.Location);
    }

    [Fact]
    public void A_label_has_a_length_that_can_be_read()
    {
        Assert.Equal("true", FactLabels.Of(Settings(new string('a', 94)))["label." + new string('a', 94)]);
        Assert.Throws<ConfigurationException>(() => FactLabels.Of(Settings(new string('a', 95))));
    }

    private static SourceSettings Settings(string labels) => new()
    {
        Name = "lab",
        Type = "local",
        Directory = null,
        Values = new Dictionary<string, SettingValue> { ["labels"] = new(labels, new SourceLocation("source.conf", 3)) },
    };
}
