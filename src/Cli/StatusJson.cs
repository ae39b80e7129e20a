using System.Text.Json;
using CrCache.Configuration;
using CrCache.Leasing;

namespace CrCache.Cli;

/// <summary><c>crcache status</c> for programs: an object a source.</summary>
internal static class StatusJson
{
    /// <summary>Everything, with the resources where they are given.</summary>
    public static string Of(
        IReadOnlyList<SourceStatus> sources, Dictionary<string, IReadOnlyList<ResourceStatus>>? resources, IReadOnlyList<WaitingRequest> waiting) =>
        JsonText.Array(sources, (writer, s) =>
        {
            writer.WriteString("source", s.Source);
            writer.WriteString("type", s.Type);
            writer.WriteNumber("cached", s.Cached);
            writer.WriteNumber("inUse", s.InUse);
            writer.WriteNumber("changing", s.Changing);
            writer.WriteNumberOrNull("max", s.Maximum);
            writer.WriteNumberOrNull("available", s.Available);
            writer.WriteNumberOrNull("concurrency", s.Concurrency);
            writer.WriteString("problem", s.Problem?.Message);
            writer.WritePropertyName("refill");
            if (s.Refill is { } refill)
                Refill(writer, refill);
            else
                writer.WriteNullValue();
            if (resources is null)
                return;
            writer.WriteStartArray("resources");
            JsonText.Objects(writer, resources[s.Source], Resource);
            writer.WriteEndArray();
            writer.WriteStartArray("waiting");
            JsonText.Objects(writer, waiting.SelectMany(w => w.Demands.Where(d => SourceReference.Parse(d.Source).Name == s.Source), (w, d) => (w, d)), Waiting);
            writer.WriteEndArray();
        });

    /// <summary>The answers to a query, with the source each is about.</summary>
    public static string Of(IReadOnlyList<SourceStatus> sources, StatusQuery query) => JsonText.Array(sources, (writer, s) =>
    {
        writer.WriteString("source", s.Source);
        writer.WriteNumberOrNull(query.Name == "in-use" ? "inUse" : query.Name, query.Value(s));
    });

    private static void Refill(Utf8JsonWriter writer, RefillStatus refill)
    {
        writer.WriteStartObject();
        writer.WriteNumber("failures", refill.Failures);
        writer.WriteTimeOrNull("retryAt", refill.RetryAt);
        writer.WriteBoolean("stopped", refill.IsStopped);
        writer.WriteString("problem", refill.Problem);
        writer.WriteEndObject();
    }

    private static void Waiting(Utf8JsonWriter writer, (WaitingRequest Request, ResourceDemand Demand) waiting)
    {
        writer.WriteNumber("atLeast", waiting.Demand.AtLeast);
        writer.WriteNumber("count", waiting.Demand.Count);
        writer.WriteBinding(SourceReference.Parse(waiting.Demand.Source).Binding);
        writer.WriteString("owner", waiting.Request.Owner);
        writer.WriteString("since", waiting.Request.Since);
        writer.WriteNumber("priority", waiting.Request.Priority);
        writer.WriteString("note", waiting.Request.Note);
    }

    private static void Resource(Utf8JsonWriter writer, ResourceStatus r)
    {
        writer.WriteString("name", r.Resource);
        writer.WriteString("state", r.State);
        writer.WriteBinding(r.Binding);
        writer.WriteNumber("epoch", r.Epoch);
        writer.WriteNumberOrNull("concurrency", r.Concurrency);
        writer.WriteString("owner", r.Owner);
        writer.WriteString("since", r.Since);
        writer.WriteTimeOrNull("expires", r.Expires);
        writer.WriteString("note", r.Note);
        writer.WriteString("base", r.Base);
        writer.WriteString("host", r.Host);
        writer.WriteNumber("uses", r.Uses);
        writer.WriteTimeOrNull("made", r.Made);
    }
}
