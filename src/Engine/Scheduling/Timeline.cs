using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace CrCache.Scheduling;

/// <summary>Who ran what, and when: a page that needs nothing but a browser, and no network.</summary>
/// <param name="Title">What the run was.</param>
/// <param name="Start">When it began.</param>
/// <param name="Elapsed">How long all of it took.</param>
/// <param name="Spans">What went on, in any order.</param>
public sealed record Timeline(string Title, DateTimeOffset Start, TimeSpan Elapsed, IReadOnlyList<TimelineSpan> Spans)
{
    /// <summary>Writes the page.</summary>
    /// <returns>HTML 5, UTF-8, with all that it needs in itself.</returns>
    public string ToHtml()
    {
        // In one pass: what is put in is not looked at again.
        StringBuilder page = new();
        ReadOnlySpan<char> rest = TimelinePage.Text;
        for (int mark; (mark = rest.IndexOf("{{", StringComparison.Ordinal)) >= 0;)
        {
            var end = rest[mark..].IndexOf("}}", StringComparison.Ordinal) + mark;
            _ = page.Append(rest[..mark]).Append(rest[(mark + 2)..end] switch
            {
                "title" => WebUtility.HtmlEncode(Title),
                "summary" => WebUtility.HtmlEncode(Summary()),
                "rows" => Rows(),
                _ => Data(),
            });
            rest = rest[(end + 2)..];
        }

        return page.Append(rest).ToString();
    }

    private string Summary()
    {
        var work = Spans.Where(s => s.Outcome != "setup").ToList();
        var outcomes = work.CountBy(s => s.Outcome).OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Value} {o.Key}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Start:yyyy-MM-dd HH:mm:ss zzz}: {work.Count} on {Spans.Select(s => s.Resource).Distinct().Count()} resources in {Elapsed.TotalSeconds:0.0} s ({string.Join(", ", outcomes)})");
    }

    /// <summary>The same in figures, for those who cannot see a drawing.</summary>
    private string Rows()
    {
        StringBuilder rows = new();
        foreach (var resource in Spans.GroupBy(s => s.Resource).OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            var work = resource.Where(s => s.Outcome != "setup").ToList();
            var busy = Covered(work);
            _ = rows.Append(
                CultureInfo.InvariantCulture,
                $"<tr><th scope=\"row\">{WebUtility.HtmlEncode(resource.Key)}</th><td>{work.Count}</td><td>{busy.TotalSeconds:0.0}</td><td>{(Elapsed > TimeSpan.Zero ? busy / Elapsed : 0):0%}</td><td>{Covered([.. resource.Where(s => s.Outcome == "setup")]).TotalSeconds:0.0}</td><td>{work.Count(s => s.Outcome is "failed" or "lost")}</td></tr>\n");
        }

        return rows.ToString();
    }

    /// <summary>How much of the time at least one of them went on.</summary>
    private static TimeSpan Covered(IReadOnlyList<TimelineSpan> spans)
    {
        var (covered, end) = (TimeSpan.Zero, DateTimeOffset.MinValue);
        foreach (var span in spans.OrderBy(s => s.Start))
        {
            var begin = span.Start > end ? span.Start : end;
            var last = span.Start + span.Time;
            if (last > begin)
                (covered, end) = (covered + (last - begin), last);
        }

        return covered;
    }

    private string Data()
    {
        var resources = Spans.Select(s => s.Resource).Distinct().Order(StringComparer.Ordinal).ToList();
        using MemoryStream text = new();

        // The writer's usual escaping leaves nothing that could end the script it stands in.
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteNumber("elapsed", Elapsed.TotalMilliseconds);
            json.WriteStartArray("resources");
            resources.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteStartArray("spans");
            foreach (var span in Spans.OrderBy(s => s.Start))
            {
                json.WriteStartArray();
                json.WriteNumberValue(resources.IndexOf(span.Resource));
                json.WriteNumberValue(Math.Round((span.Start - Start).TotalMilliseconds, 1));
                json.WriteNumberValue(Math.Round(span.Time.TotalMilliseconds, 1));
                json.WriteStringValue(span.Outcome);
                json.WriteStringValue(span.Name);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
