using System.Text;
using System.Text.Json;

namespace CrCache.Cli;

/// <summary>Says on standard error what went wrong: a line, or an object for programs.</summary>
internal sealed class ErrorReport(bool json)
{
    /// <summary>Reports an error of ours.</summary>
    public void Write(CrCacheException error) => Write(error, "error");

    /// <summary>Reports something that is wrong but did not stop the command.</summary>
    public void Warn(CrCacheException problem) => Write(problem, "warning");

    /// <summary>Reports what nobody foresaw.</summary>
    public void Write(Exception unforeseen)
    {
        if (json)
        {
            Write(JsonText.Of(j => Fields(j, null, unforeseen.Message, null, ExitCodes.Failed, [])));
            return;
        }

        Write($"crcache: {Terminal.Red("error")}: {Printable.Line(unforeseen.Message)} ({unforeseen.GetType().Name})");
        if (EnvironmentFallback.Of("CRCACHE_TRACE") is not null)
            Talk.Line(unforeseen.ToString());
    }

    private void Write(CrCacheException error, string severity)
    {
        var holders = (error as NothingAvailableException)?.Holders ?? [];
        if (json)
        {
            Write(JsonText.Of(j => Fields(j, error.Code, error.Message, error.Location, error.ExitCode, holders)));
            return;
        }

        var text = new StringBuilder();
        text.Append(error.Location is { } location ? Printable.Line(location.ToString()) : "crcache");
        text.Append(": ").Append(severity == "error" ? Terminal.Red(severity) : Terminal.Yellow(severity));
        text.Append(' ').Append(error.Code).Append(": ").Append(Printable.Line(error.Message));
        foreach (var holder in holders)
            text.Append("\n  ").Append(Printable.Line(holder.ToString()));
        Write(text.ToString());
    }

    private static void Fields(
        Utf8JsonWriter writer, string? code, string message, SourceLocation? location, int exitCode, IReadOnlyList<LeaseHolder> holders)
    {
        writer.WriteStartObject();
        writer.WriteString("code", code);
        writer.WriteString("message", message);
        writer.WriteString("file", location?.File);
        if (location is { Line: > 0 and var line })
            writer.WriteNumber("line", line);
        else
            writer.WriteNull("line");
        writer.WriteNumber("exitCode", exitCode);
        writer.WriteStartArray("holders");
        foreach (var holder in holders)
        {
            writer.WriteStartObject();
            writer.WriteString("resource", holder.Resource);
            writer.WriteString("owner", holder.Owner);
            writer.WriteString("since", holder.Since);
            writer.WriteString("note", holder.Note);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(string text) => Talk.Line(text);
}
