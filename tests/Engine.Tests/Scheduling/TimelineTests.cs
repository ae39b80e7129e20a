using System.Text.Json;

namespace CrCache.Scheduling;

public sealed class TimelineTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 8, 0, 0, TimeSpan.Zero);

    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_page_holds_every_span_and_says_what_it_comes_to()
    {
        var page = new Timeline("suite", Start, TimeSpan.FromSeconds(4), [Span("lab-0", "a", "passed", 0, 2), Span("lab-0", "b", "failed", 1, 2), Span("lab-1", "c", "flaky", 1, 1)]).ToHtml();

        Assert.Contains("3 on 2 resources in 4.0 s (1 failed, 1 flaky, 1 passed)", page, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">lab-0</th><td>2</td><td>3.0</td><td>75%</td><td>0.0</td><td>1</td>", page, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], Data(page).GetProperty("spans").EnumerateArray().Select(s => s[4].GetString()).Order());
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!--<script>")]
    [InlineData("{{data}}")]
    [InlineData("<b>&\"'\u2028\n\0")]
    [InlineData("😀 漢字")]
    public void No_name_gets_out_of_its_place(string name)
    {
        var page = new Timeline(name, Start, TimeSpan.FromSeconds(1), [Span(name, name, "passed", 0, 1)]).ToHtml();

        Assert.Equal(name, Data(page).GetProperty("spans")[0][4].GetString());
        Assert.Equal(2, Count(page, "</script>"));
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_asks_nobody_for_anything()
    {
        var page = new Timeline("suite", Start, TimeSpan.Zero, []).ToHtml();

        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Ten_thousand_spans_are_one_page_of_a_megabyte_or_so() =>
        Assert.InRange(new Timeline("suite", Start, TimeSpan.FromSeconds(9), [.. Enumerable.Range(0, 10_000).Select(i => Span($"lab-{i % 8}", $"Suite.Class{i / 10}.Test{i}", "passed", i / 1000, 1))]).ToHtml().Length, 100_000, 2_000_000);

    [Fact]
    public void The_last_twenty_are_kept_the_newest_first()
    {
        var shelf = CrCacheEngine.Open(new EngineOptions { Environment = _home.Environment, Directory = _home.Project }).Reports;
        Assert.Empty(shelf.Paths);

        var paths = Enumerable.Range(0, 25).Select(i => shelf.Add(new("suite", Start.AddSeconds(i), TimeSpan.FromSeconds(1), []))).ToList();

        Assert.Equal(Enumerable.Reverse(paths[5..]), shelf.Paths);
    }

    [Fact]
    public void Where_it_cannot_be_written_there_is_none()
    {
        Directory.CreateDirectory(_home.StateDirectory);
        File.WriteAllText(Path.Combine(_home.StateDirectory, "reports"), "");
        var shelf = CrCacheEngine.Open(new EngineOptions { Environment = _home.Environment, Directory = _home.Project }).Reports;

        Assert.Null(shelf.Add(new("suite", Start, TimeSpan.Zero, [])));
        Assert.Empty(shelf.Paths);
    }

    private static int Count(string page, string text) => page.Split(text).Length - 1;

    private static JsonElement Data(string page)
    {
        const string Begin = "<script type=\"application/json\" id=\"data\">";
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        return JsonDocument.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)]).RootElement;
    }

    private static TimelineSpan Span(string resource, string name, string outcome, int from, int seconds) =>
        new(resource, name, outcome, Start.AddSeconds(from), TimeSpan.FromSeconds(seconds));
}
