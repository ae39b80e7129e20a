namespace CrCache.Leasing;

/// <summary>Names of resources: <c>SOURCE-N</c>, where a source's name may hold dashes itself.</summary>
internal static class ResourceName
{
    /// <summary>The source part; the whole text where it is no resource's name.</summary>
    public static string SourceOf(string name) => name.LastIndexOf('-') is > 0 and var dash ? name[..dash] : name;
}
