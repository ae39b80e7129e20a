using System.Buffers;
using System.Text;
using CsCheck;

namespace CrCache.Routes;

public sealed class MarkReaderTests
{
    private const string Mark = "crcache:AB:";

    [Fact]
    public void Marks_are_taken_out_however_the_stream_is_cut()
    {
        var text = Gen.OneOf(Gen.Const($"\u0001{Mark}+123\u0001"), Gen.Const($"\u0001{Mark}=0\u0001"), Gen.Const("\u0001"), Gen.Const("\u0001crcache:"),
            Gen.Const($"\u0001{Mark}"), Gen.Const("plain ü text\n"), Gen.Const($"\u0001{Mark}{new string('x', 40)}\u0001"));
        Gen.Select(text.Array[0, 10], Gen.Int[1, 9]).Sample((parts, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
            var (whole, wholeMarks) = Read([bytes]);
            var (cut, cutMarks) = Read(bytes.Chunk(size));

            Assert.Equal(whole, cut);
            Assert.Equal(wholeMarks, cutMarks);
        });
    }

    [Fact]
    public void Only_whole_marks_are_taken_out()
    {
        var (rest, marks) = Read([Encoding.UTF8.GetBytes($"a\u0001{Mark}+12\u0001b\u0001{Mark}{new string('x', 40)}\u0001c\u0001crcache:AB")]);

        Assert.Equal(["+12"], marks);
        Assert.Equal($"ab\u0001{Mark}{new string('x', 40)}\u0001c\u0001crcache:AB", rest);
    }

    private static (string Passed, List<string> Marks) Read(IEnumerable<byte[]> pieces)
    {
        List<string> marks = [];
        ArrayBufferWriter<byte> rest = new();
        MarkReader reader = new(Mark, marks.Add);
        foreach (var piece in pieces)
            reader.Read(piece, rest);
        reader.End(rest);
        return (Encoding.UTF8.GetString(rest.WrittenSpan), marks);
    }
}
