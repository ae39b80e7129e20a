using CsCheck;

namespace CrCache.Configuration;

public sealed class IniFileTests : IDisposable
{
    private static readonly string[] Lines = ["[DEFAULT]", "a=1", "b: 2", " c", ";", "#x", "", "=", "[", "key", "\t"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Settings_comments_blank_lines_and_continued_values_are_read()
    {
        var entries = Read("""
            ; a comment
            # another
            [DEFAULT]
            type=pool

            Sources: one,
                two
              ; within
            empty =
            """);
        Assert.Equal("pool", entries["type"].Text);
        Assert.Equal(4, entries["type"].Location!.Value.Line);
        Assert.Equal("one,\ntwo", entries["sources"].Text);
        Assert.Equal("", entries["empty"].Text);
    }

    [Fact]
    public void A_value_keeps_everything_behind_the_first_separator() =>
        Assert.Equal("a=b ; c # d", Read("[DEFAULT]\nkey = a=b ; c # d\r\n")["key"].Text);

    [Theory]
    [InlineData("type=local", 1, "[DEFAULT]")]
    [InlineData("[DEFAULT]\nnonsense", 2, "key = value")]
    [InlineData("[DEFAULT]\n=x", 2, "key = value")]
    [InlineData("[DEFAULT]\n[OTHER]", 2, "[OTHER]")]
    [InlineData("[DEFAULT]\na=1\n\na=2", 4, "line 2")]
    [InlineData("[DEFAULT\na=1", 1, "[DEFAULT]")]
    public void A_malformed_line_is_named_with_its_number(string text, int line, string says)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(text));
        Assert.Equal(line, error.Location!.Value.Line);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ConfigurationSyntax, error.Code);
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        Assert.Contains("NUL", Assert.Throws<ConfigurationException>(() => Read("[DEFAULT]\na=\0")).Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", Assert.Throws<ConfigurationException>(() => Read([0xff, 0xfe, 0x00])).Message, StringComparison.Ordinal);
        Assert.Contains("1 MiB", Assert.Throws<ConfigurationException>(() => Read(new byte[(1 << 20) + 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => IniFile.Read(_directory.Path));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_with_a_location() => Gen.Byte.Array[0, 200].Sample(
        bytes =>
        {
            try
            {
                Read(bytes);
            }
            catch (ConfigurationException e)
            {
                Assert.NotNull(e.Location);
                Assert.DoesNotContain('\n', e.Message);
            }
        },
        iter: 2000,
        threads: 1);

    [Fact]
    public void Any_text_of_lines_is_read_or_refused_with_a_location() => Gen.Int[0, Lines.Length - 1].Select(i => Lines[i]).Array[0, 12].Sample(
        lines =>
        {
            try
            {
                Read(string.Join('\n', lines));
            }
            catch (ConfigurationException e)
            {
                Assert.InRange(e.Location!.Value.Line, 1, lines.Length);
            }
        },
        iter: 2000,
        threads: 1);

    private IReadOnlyDictionary<string, SettingValue> Read(string text) => Read(System.Text.Encoding.UTF8.GetBytes(text));

    private IReadOnlyDictionary<string, SettingValue> Read(byte[] bytes)
    {
        var path = _directory.Combine("source.conf");
        File.WriteAllBytes(path, bytes);
        return IniFile.Read(path);
    }
}
