namespace CrCache.Sources;

/// <summary>The hosts that a source's resources are spread over: number N is on host N modulo their number.</summary>
/// <param name="Names">The hosts, as they are configured, each once.</param>
/// <param name="PerHost">How many resources each has, from 1.</param>
internal sealed record HostSpread(IReadOnlyList<string> Names, int PerHost)
{
    /// <summary>The fact that says which host a resource is on.</summary>
    public const string Fact = "host";

    /// <summary>How many resources there can be.</summary>
    public int Limit => Names.Count * PerHost;

    /// <summary>Which of the hosts a resource is on, from 0.</summary>
    public int Place(int number) => number % Names.Count;

    /// <summary>The host's name without login and port.</summary>
    public string NameOf(int number) => HostList.Endpoint(Names[Place(number)]).Host;
}
