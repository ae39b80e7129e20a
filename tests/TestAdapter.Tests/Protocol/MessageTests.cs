using System.Text;
using CsCheck;

namespace CrCache.TestAdapter.Protocol;

public sealed class MessageTests
{
    [Fact]
    public void A_message_is_read_and_passed_on_unchanged()
    {
        var frame = Bytes("""{"Version":7,"MessageType":"TestExecution.StatsChange","Payload":{"a":["\u00e4",null]},"Later":1}""");
        var message = Message.Parse(frame);

        Assert.Equal(("TestExecution.StatsChange", 7), (message.Type, message.Version));
        Assert.Equal("""{"a":["\u00e4",null]}""", Text(message.Payload));
        Assert.Equal([Text(frame)], message.Frame.Select(Text));
    }

    [Fact]
    public void A_written_message_is_read_back()
    {
        var message = Message.Parse(Whole(Message.Line(TextLevel.Error, "q\"uo\nte ä \ud83d\ude00", 7)));
        var parts = JsonSlice.Object(message.Payload);

        Assert.Equal((MessageTypes.Text, 7), (message.Type, message.Version));
        Assert.Equal("q\"uo\nte ä \ud83d\ude00", JsonSlice.Text(parts["Message"]));
        Assert.Equal(2, JsonSlice.Number(parts["MessageLevel"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"MessageType\":3}")]
    [InlineData("{\"MessageType\":\"x\"")]
    [InlineData("{\"MessageType\":\"x\"} {}")]
    [InlineData("{\"MessageType\":\"\\ud800\"}")]
    [InlineData("not json")]
    public void What_is_no_message_is_refused(string text) => Assert.Throws<ProtocolException>(() => Message.Parse(Bytes(text)));

    [Fact]
    public void Any_bytes_are_a_message_or_are_refused() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        try
        {
            _ = Message.Parse(bytes);
        }
        catch (ProtocolException)
        {
        }
    });

    [Fact]
    public void Depth_without_end_is_refused() =>
        Assert.Throws<ProtocolException>(() => JsonSlice.Array(Bytes(new string('[', 100_000))));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static byte[] Whole(Message message) => [.. message.Frame.SelectMany(f => f.ToArray())];
}
