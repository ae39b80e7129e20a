using System.Globalization;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>How a host's run ended, and how several of them add up to one.</summary>
internal sealed class CompletedRun
{
    private readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>> _parts;
    private readonly IReadOnlyDictionary<string, ReadOnlyMemory<byte>> _arguments;

    /// <summary>Reads a host's last message.</summary>
    public CompletedRun(Message message)
    {
        _parts = JsonSlice.Object(message.Payload);
        _arguments = JsonSlice.Object(Part(_parts, "TestRunCompleteArgs"));
    }

    /// <summary>The results that no earlier message had; null where there are none.</summary>
    public ReadOnlyMemory<byte>? LastChange =>
        _parts.TryGetValue("LastRunTests", out var last) && !last.Span.SequenceEqual("null"u8) ? last : null;

    /// <summary>One message for all hosts.</summary>
    /// <param name="runs">How they ended.</param>
    /// <param name="outcomes">How many results there are of each outcome.</param>
    /// <param name="isCanceled">True where the runner asked to stop.</param>
    /// <param name="isAborted">True where nothing could be run.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="report">A file to be attached to the run; null for none.</param>
    /// <param name="version">The protocol's version.</param>
    public static Message Merge(
        IReadOnlyList<CompletedRun> runs, IEnumerable<KeyValuePair<string, long>> outcomes, bool isCanceled, bool isAborted, TimeSpan elapsed, string? report, int version) =>
        Message.Write(MessageTypes.Completed, version, w =>
        {
            var counts = outcomes.OrderBy(o => o.Key, StringComparer.Ordinal).ToList();

            w.WriteStartObject();
            w.WriteStartObject("TestRunCompleteArgs");
            w.WriteStartObject("TestRunStatistics");
            w.WriteNumber("ExecutedTests", counts.Sum(o => o.Value));
            w.WriteStartObject("Stats");
            foreach (var (outcome, count) in counts)
                w.WriteNumber(outcome, count);
            w.WriteEndObject();
            w.WriteEndObject();
            w.WriteBoolean("IsCanceled", isCanceled || runs.Any(r => r.Is("IsCanceled")));
            w.WriteBoolean("IsAborted", isAborted || runs.Any(r => r.Is("IsAborted")));
            WriteFirst("Error", r => r._arguments);
            WriteAll("AttachmentSets", r => r._arguments);
            WriteAll("InvokedDataCollectors", r => r._arguments);
            w.WriteString("ElapsedTimeInRunningTests", elapsed.ToString("c", CultureInfo.InvariantCulture));
            WriteFirst("Metrics", r => r._arguments);
            WriteFirst("DiscoveredExtensions", r => r._arguments);
            w.WriteEndObject();
            w.WriteNull("LastRunTests");
            WriteAttachments();
            w.WriteStartArray("ExecutorUris");
            foreach (var uri in runs.SelectMany(r => JsonSlice.Array(Part(r._parts, "ExecutorUris"))).Select(JsonSlice.Text).OfType<string>().Distinct())
                w.WriteStringValue(uri);
            w.WriteEndArray();
            w.WriteEndObject();

            void WriteAttachments()
            {
                w.WriteStartArray("RunAttachments");
                foreach (var element in runs.SelectMany(r => JsonSlice.Array(Part(r._parts, "RunAttachments"))))
                    w.WriteRawValue(element.Span, skipInputValidation: true);
                if (report is not null)
                {
                    w.WriteStartObject();
                    w.WriteString("Uri", "executor://CrCache/TestAdapter/1.0");
                    w.WriteString("DisplayName", "CrCache");
                    w.WriteStartArray("Attachments");
                    w.WriteStartObject();
                    w.WriteString("Description", "who ran what, and when");
                    w.WriteString("Uri", new Uri(report).AbsoluteUri);
                    w.WriteEndObject();
                    w.WriteEndArray();
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            }

            void WriteAll(string name, Func<CompletedRun, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> of)
            {
                w.WriteStartArray(name);
                foreach (var element in runs.SelectMany(r => JsonSlice.Array(Part(of(r), name))))
                    w.WriteRawValue(element.Span, skipInputValidation: true);
                w.WriteEndArray();
            }

            void WriteFirst(string name, Func<CompletedRun, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> of)
            {
                w.WritePropertyName(name);
                var values = runs.Select(r => Part(of(r), name)).Where(v => !v.Span.SequenceEqual("null"u8)).ToArray();
                w.WriteRawValue(values is [var first, ..] ? first.Span : "null"u8, skipInputValidation: true);
            }
        });

    private static ReadOnlyMemory<byte> Part(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, string name) =>
        parts.TryGetValue(name, out var part) ? part : "null"u8.ToArray();

    private bool Is(string name) => JsonSlice.IsTrue(Part(_arguments, name));
}
