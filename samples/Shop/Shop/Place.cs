namespace Shop;

/// <summary>
/// Where the shop stands: a well-known port and directory, of which a machine has one. A leased resource is a place of its
/// own, numbered by its name: places-0, places-1, ...
/// </summary>
public static class Place
{
    private const int FirstPort = 7400;

    public static string Name => Environment.GetEnvironmentVariable("CRCACHE_RESOURCE") ?? "machine";

    public static int Port => (int.TryParse(Environment.GetEnvironmentVariable("SHOP_PORT"), out var first) ? first : FirstPort) + Number;

    public static string Directory => Path.Combine(Path.GetTempPath(), $"shop-{Environment.UserName}", Name);

    private static int Number => Name.LastIndexOf('-') is > 0 and var dash && int.TryParse(Name[(dash + 1)..], out var number) ? number + 1 : 0;
}
