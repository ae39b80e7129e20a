using System.Text;
using CsCheck;

namespace CrCache.Copying;

public sealed class FileNameTests
{
    [Fact]
    public void Any_bytes_are_a_name_and_come_back()
    {
        Gen.Byte.Array[0, 40].Sample(bytes => Assert.Equal(bytes, FileName.Encode(FileName.Decode(bytes))));
        Gen.OneOf(Gen.Byte[0x80, 0xff], Gen.Byte[0xed, 0xf4]).Array[0, 40].Sample(bytes => Assert.Equal(bytes, FileName.Encode(FileName.Decode(bytes))));
    }

    [Fact]
    public void Different_bytes_are_different_names() =>
        Gen.Select(Gen.Byte[0x7e, 0xff].Array[0, 6], Gen.Byte[0x7e, 0xff].Array[0, 6]).Sample(
            (a, b) => Assert.Equal(a.SequenceEqual(b), FileName.Decode(a) == FileName.Decode(b)));

    [Theory]
    [InlineData("a")]
    [InlineData("ünï 漢 🙂")]
    [InlineData("\ufffd")]
    public void A_text_is_its_utf8(string text)
    {
        Assert.Equal(text, FileName.Decode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(Encoding.UTF8.GetBytes(text), FileName.Encode(text));
        Assert.Equal(text, FileName.Show(text));
        Assert.False(FileName.HasBytes(text));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_numbers() =>
        Assert.Equal(@"a\xff🙂\xc3", FileName.Show(FileName.Decode([(byte)'a', 0xff, .. "🙂"u8, 0xc3])));

    [Fact]
    public void What_is_no_name_is_refused()
    {
        Assert.Throws<UsageException>(() => FileName.Encode("a\ud800"));
        Assert.Throws<UsageException>(() => FileStatus.Of("a\0b"));
    }
}
