using CsCheck;

namespace CrCache.TestAdapter.Protocol;

public sealed class FrameChannelTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task What_is_sent_in_parts_is_received_as_one() =>
        await Gen.Byte.Array[0, 40_000].Array[0, 4].List[1, 5].SampleAsync(async frames =>
        {
            using var stream = new MemoryStream();
            var sender = new FrameChannel(stream);
            foreach (var parts in frames)
                await sender.SendAsync([.. parts.Select(p => (ReadOnlyMemory<byte>)p)], Never);

            stream.Position = 0;
            var receiver = new FrameChannel(new Dribble(stream));
            foreach (var parts in frames)
                Assert.Equal(parts.SelectMany(p => p), (await receiver.ReceiveAsync(Never))!.Value.ToArray());
            Assert.Null(await receiver.ReceiveAsync(Never));
        }, iter: 50);

    [Fact]
    public async Task A_frame_is_what_the_platforms_own_writer_writes()
    {
        foreach (var length in new[] { 0, 1, 127, 128, 16_383, 16_384, 2_097_152 })
        {
            using var theirs = new MemoryStream();
            using (var writer = new BinaryWriter(theirs, System.Text.Encoding.UTF8, leaveOpen: true))
                writer.Write(new string('x', length));
            using var ours = new MemoryStream();
            await new FrameChannel(ours).SendAsync([System.Text.Encoding.UTF8.GetBytes(new string('x', length))], Never);

            Assert.Equal(theirs.ToArray(), ours.ToArray());
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, "is not a number")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, "longer than")]
    [InlineData(new byte[] { 0x80 }, "in the middle of a message's length")]
    [InlineData(new byte[] { 0x05, 1, 2 }, "in the middle of a message")]
    public async Task What_is_not_a_frame_is_refused(byte[] bytes, string because)
    {
        var refusal = await Assert.ThrowsAsync<ProtocolException>(() => new FrameChannel(new MemoryStream(bytes)).ReceiveAsync(Never));
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_bytes_end_in_frames_or_a_refusal() =>
        await Gen.Byte.Array[0, 200].SampleAsync(async bytes =>
        {
            var channel = new FrameChannel(new MemoryStream(bytes));
            try
            {
                while (await channel.ReceiveAsync(Never) is not null)
                {
                }
            }
            catch (ProtocolException)
            {
            }
        });

    [Fact]
    public async Task A_promised_length_costs_no_memory_before_it_comes()
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Assert.ThrowsAsync<ProtocolException>(() =>
            new FrameChannel(new MemoryStream([0xFF, 0xFF, 0xFF, 0x7F, 1])).ReceiveAsync(Never));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 50_000_000);
    }

    /// <summary>Gives a little at a time, as a slow network does.</summary>
    private sealed class Dribble(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, 997));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer[..Math.Min(buffer.Length, 997)], cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
