using CsCheck;

namespace CrCache.Configuration;

public sealed class SourceReferenceTests
{
    private static readonly Gen<string> Name = Gen.Char["abcdefzABC"].Select(Gen.String[Gen.Char["abc019_-"], 0, 8], (first, rest) => first + rest);

    private static readonly Gen<string> Value = Gen.Char["azAZ09_.+:/@"].Select(Gen.String[Gen.Char["az09_.+:/@-"], 0, 12], (first, rest) => first + rest);

    [Theory]
    [InlineData("ubuntu", "ubuntu", "")]
    [InlineData("ubuntu{release=lucid}", "ubuntu", "{release=lucid}")]
    [InlineData("ubuntu{release=lucid,arch=arm}", "ubuntu", "{arch=arm,release=lucid}")]
    [InlineData("u{a=/x/y.z:1+@_-}", "u", "{a=/x/y.z:1+@_-}")]
    public void A_reference_is_a_name_and_what_is_bound(string text, string name, string binding)
    {
        var reference = SourceReference.Parse(text);

        Assert.Equal((name, binding, name + binding), (reference.Name, reference.Binding, reference.ToString()));
    }

    [Theory]
    [InlineData("u{}", "'u{}' has '}' where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{", "'u{' ends where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{1=a}", "'u{1=a}' has '1' where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{ a=b}", "'u{ a=b}' has U+0020 where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{a}", "'u{a}' has '}' where '=' is expected (character 4)")]
    [InlineData("u{é=b}", "'u{é=b}' has 'é' where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{a.b=c}", "'u{a.b=c}' has '.' where '=' is expected (character 4)")]
    [InlineData("u{a=}", "'u{a=}' has '}' where a value is expected (character 5)")]
    [InlineData("u{a=,b=c}", "'u{a=,b=c}' has ',' where a value is expected (character 5)")]
    [InlineData("u{a=b", "'u{a=b' ends where ',' or '}' is expected (character 6)")]
    [InlineData("u{a=b,", "'u{a=b,' ends where a parameter's name, which begins with a letter, is expected (character 7)")]
    [InlineData("u{a=b}c", "'u{a=b}c' has 'c' where the end is expected (character 7)")]
    [InlineData("u{a=b}}", "'u{a=b}}' has '}' where the end is expected (character 7)")]
    [InlineData("u{{a=b}}", "'u{{a=b}}' has '{' where a parameter's name, which begins with a letter, is expected (character 3)")]
    [InlineData("u{a=b,a=c}", "'u{a=b,a=c}' binds a twice (character 7)")]
    [InlineData("u{a-b=1,A_b=2}", "'u{a-b=1,A_b=2}' binds a-b and A_b, which hooks could not tell apart (character 9)")]
    [InlineData("🙂{a=}", "'🙂{a=}' has '}' where a value is expected (character 5)")]
    [InlineData("u{a=-x}", "'u{a=-x}' has a value that begins with '-'; it goes into command lines, where it would be an option (character 5)")]
    [InlineData("u{a=b c}", "'u{a=b c}' has U+0020 where ',' or '}' is expected; a value goes into command lines, and is made of letters, digits, '_', '.', '+', ':', '/', '@' and '-' (character 6)")]
    [InlineData("u{a=b\n}", "'u{a=b\\n}' has U+000A where ',' or '}' is expected; a value goes into command lines, and is made of letters, digits, '_', '.', '+', ':', '/', '@' and '-' (character 6)")]
    [InlineData("u{a=\u202E}", "'u{a=\u202E}' has U+202E where a value is expected (character 5)")]
    [InlineData("u{a=$(x)}", "'u{a=$(x)}' has '$' where a value is expected (character 5)")]
    public void A_malformed_one_is_told_where(string text, string message)
    {
        var error = Refused(text);

        Assert.Equal((message, ErrorCodes.Usage), (error.Message, error.Code));
    }

    [Fact]
    public void Names_values_and_their_number_have_limits()
    {
        Assert.Equal(20, SourceReference.Parse($"u{{{Bindings(20)}}}").Bindings.Count);
        Assert.Contains("binds more than 20 parameters", Refused($"u{{{Bindings(21)}}}").Message, StringComparison.Ordinal);
        Assert.Single(SourceReference.Parse($"u{{{new string('a', 50)}={new string('b', 200)}}}").Bindings);
        Assert.Contains("name of more than 50 characters", Refused($"u{{{new string('a', 51)}=b}}").Message, StringComparison.Ordinal);
        Assert.Contains("value of more than 200 characters", Refused($"u{{a={new string('b', 201)}}}").Message, StringComparison.Ordinal);

        static string Bindings(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"p{i}=v"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{a=")]
    [InlineData("{a=b,")]
    [InlineData("}{")]
    [InlineData("\uD83D{")]
    public void A_flood_is_refused_in_one_line(string part)
    {
        Refused("u" + string.Concat(Enumerable.Repeat(part, 200_000)));
        Refused("u{a=b" + string.Concat(Enumerable.Repeat(part, 200_000)));
    }

    [Fact]
    public void The_canonical_text_parses_to_the_same_in_any_order() =>
        Gen.Select(Name, Gen.Select(Name, Value).Array[1, 20], Gen.Int[0, 1000]).Sample((name, pairs, seed) =>
        {
            var bindings = pairs.DistinctBy(p => ParameterName.Variable(p.Item1)).ToList();
            var written = SourceReference.Parse($"{name}{{{Join(bindings)}}}");
            var otherwise = SourceReference.Parse($"{name}{{{Join(bindings.OrderBy(b => (b.Item1.GetHashCode(StringComparison.Ordinal) ^ seed)))}}}");
            var again = SourceReference.Parse(written.ToString());
            return written.Equals(otherwise) && written.Equals(again) && written.GetHashCode() == otherwise.GetHashCode()
                && again.ToString() == written.ToString()
                && bindings.All(b => written.Bindings[b.Item1] == b.Item2)
                && SourceReference.BindingsOf(written.Binding).Count == bindings.Count;

            static string Join(IEnumerable<(string, string)> all) => string.Join(',', all.Select(b => $"{b.Item1}={b.Item2}"));
        });

    [Fact]
    public void Garbage_is_refused_in_one_line_or_parses_to_itself() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["ab1-,={} \n\0é\uD83D\uDE42"], 0, 30]).Sample(
            text =>
            {
                try
                {
                    var reference = SourceReference.Parse(text);
                    return SourceReference.Parse(reference.ToString()).Equals(reference);
                }
                catch (UsageException e)
                {
                    return e.Message.Length is > 0 and < 300 && !e.Message.Any(char.IsControl);
                }
            },
            iter: 20_000);

    private static UsageException Refused(string text)
    {
        var error = Assert.Throws<UsageException>(() => SourceReference.Parse(text));
        Assert.DoesNotContain(error.Message, c => char.IsControl(c));
        Assert.InRange(error.Message.Length, 1, 300);
        return error;
    }
}
