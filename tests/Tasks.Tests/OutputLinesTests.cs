using System.Text;
using CrCache.MSBuild;

namespace CrCache.Tasks.Tests;

public sealed class OutputLinesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\n\nb", "a", "", "b")]
    [InlineData("a\r\nb\rc\n\rd", "a", "b", "c", "", "d")]
    [InlineData("ä€😀\n", "ä€😀")]
    [InlineData("\0\u001b[1m", "\0\u001b[1m")]
    public async Task Lines_are_split_wherever_the_reads_end(string text, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, await ReadAsync(new MemoryStream(bytes)));
        Assert.Equal(expected, await ReadAsync(new SlowStream(bytes)));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_replaced() =>
        Assert.Equal(["a\uFFFDb"], await ReadAsync(new MemoryStream([(byte)'a', 0xFF, (byte)'b', (byte)'\n'])));

    [Fact]
    public async Task A_line_without_end_comes_in_pieces_that_lose_nothing()
    {
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(i => i % 2 == 0 ? "x" : "😀"));

        var lines = await ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(text, string.Concat(lines));
        Assert.All(lines, l => Assert.InRange(l.Length, 1, OutputLines.MaximumLength + 1));
        Assert.All(lines, l => Assert.False(char.IsLowSurrogate(l[0])));
    }

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        List<string> lines = [];
        await OutputLines.ReadAsync(stream, lines.Add, new TaskCompletionSource().Task);
        return lines;
    }

    /// <summary>One byte a read.</summary>
    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
