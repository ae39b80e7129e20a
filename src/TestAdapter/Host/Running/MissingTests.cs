using System.Globalization;
using CrCache.TestAdapter.Protocol;

namespace CrCache.TestAdapter.Running;

/// <summary>Tests that were found and given to a host, but never reported by it: they fail, each by name, and so does the run.</summary>
internal static class MissingTests
{
    private const int Failed = 2;
    private const int NamedInLine = 5;

    /// <summary>The line that says it.</summary>
    public static string Line(string resource, string reason, IReadOnlyList<DiscoveredTest> tests)
    {
        var names = string.Join(", ", tests.Take(NamedInLine).Select(t => t.Name));
        var more = tests.Count > NamedInLine ? string.Create(CultureInfo.InvariantCulture, $" and {tests.Count - NamedInLine} more") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ErrorCodes.TestsNotSpread}: {tests.Count} test(s) on {resource} have no result, because {reason}: {names}{more}");
    }

    /// <summary>Their results, as a host would have sent them.</summary>
    public static Message Results(string resource, string reason, IReadOnlyList<DiscoveredTest> tests, DateTimeOffset now, int version) =>
        Results(tests, Failed, $"{ErrorCodes.TestsNotSpread}: no result came from {resource}, because {reason}", resource, now, version);

    /// <summary>Results of tests that no host has any of.</summary>
    public static Message Results(IReadOnlyList<DiscoveredTest> tests, int outcome, string? error, string computer, DateTimeOffset now, int version) =>
        Message.Write(MessageTypes.Progress, version, w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("NewTestResults");
            foreach (var test in tests)
            {
                w.WriteStartObject();
                w.WritePropertyName("TestCase");
                w.WriteRawValue(test.Json.Span, skipInputValidation: true);
                w.WriteStartArray("Attachments");
                w.WriteEndArray();
                w.WriteNumber("Outcome", outcome);
                w.WriteString("ErrorMessage", error);
                w.WriteNull("ErrorStackTrace");
                w.WriteString("DisplayName", test.Name);
                w.WriteStartArray("Messages");
                w.WriteEndArray();
                w.WriteString("ComputerName", computer);
                w.WriteString("Duration", "00:00:00");
                w.WriteString("StartTime", now);
                w.WriteString("EndTime", now);
                w.WriteStartArray("Properties");
                w.WriteEndArray();
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteNull("TestRunStatistics");
            w.WriteStartArray("ActiveTests");
            w.WriteEndArray();
            w.WriteEndObject();
        });
}
