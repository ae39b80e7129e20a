namespace CrCache.Sources;

/// <summary>The known source types: the registry that a new one is one line of.</summary>
internal sealed class SourceTypes(IReadOnlyList<SourceType> additional, HostEnvironment environment)
{
    private readonly SourceType[] _types =
    [
        new LocalSource(environment),
        new PoolSource(),
        new SshSource(environment),
        new BoxSource(environment),
        new ChrootSource(environment),
        new LxcSource(environment),
        new ContainerSource("docker", environment),
        new ContainerSource("podman", environment),
        .. additional,
    ];

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _types.Select(t => t.Name);

    /// <summary>Their names, for a sentence.</summary>
    public string List => string.Join(", ", Names);

    /// <summary>The type of that name, or null. A later one replaces an earlier one.</summary>
    public SourceType? Find(string name) => Array.FindLast(_types, t => t.Name == name);
}
