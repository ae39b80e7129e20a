namespace CrCache.Cli;

/// <summary>Leases for programs: an object each.</summary>
internal static class LeaseJson
{
    public static string Of(IEnumerable<Lease> leases) => JsonText.Array(leases, (writer, lease) =>
    {
        writer.WriteString("name", lease.Resource);
        writer.WriteString("source", lease.Source);
        writer.WriteNumber("epoch", lease.Epoch);
        writer.WriteNumber("concurrency", lease.Concurrency);
        writer.WriteBinding(lease.Binding);
        writer.WriteString("expires", lease.Expires);
        writer.WriteString("reference", lease.Reference.ToString());
    });
}
