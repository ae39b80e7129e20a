namespace CrCache.Leasing.Keeping;

public enum SimulatedState
{
    Idle,
    Leased,
    Provisioning,
    Dirty,
    Held,
    Quarantined,
}

internal sealed record SimulatedResource(string Source, SimulatedState State, int Uses, DateTimeOffset Made, DateTimeOffset Since);

/// <summary>Resources on paper, to carry decisions out on: what is made for a pool takes from what the pool draws from, as in life.</summary>
internal sealed class SimulatedStock
{
    private readonly KeepRules _rules;
    private readonly Dictionary<string, SimulatedResource> _resources = [];
    private readonly Dictionary<string, string> _bases = [];

    public SimulatedStock(KeepRules rules, IEnumerable<SimulatedResource> resources)
    {
        _rules = rules;
        foreach (var resource in resources)
            Add(resource);
    }

    public SourceStock Of(string source)
    {
        var own = _resources.Where(r => r.Value.Source == source).ToList();
        var idle = own.Where(r => r.Value.State == SimulatedState.Idle).Select(r => new IdleResource(r.Key, r.Value.Uses, r.Value.Made, r.Value.Since)).ToList();
        return new(own.Count, own.Count(r => r.Value.State is not (SimulatedState.Dirty or SimulatedState.Quarantined)), idle.Count, idle);
    }

    public Dictionary<string, SourceStock> Stocks() => _rules.All().ToDictionary(r => r.Source, r => Of(r.Source));

    /// <summary>Whether a layer could give one more.</summary>
    public bool HasRoom(KeepRules rules) =>
        Of(rules.Source).Free > 0 || (!(Of(rules.Source).Owned >= rules.Maximum) && (rules.Layers.Count == 0 || CanLayer(rules)));

    /// <summary>Whether there is, or could be, what one more is layered on.</summary>
    public bool CanLayer(KeepRules rules) => rules.Layers.Any(rules.SharesLayers ? CanBeShared : HasRoom);

    // One that is in use may be used alone; what is to be made on it then waits until it is not.
    private bool CanBeShared(KeepRules rules) => Of(rules.Source).Lasting > 0 || HasRoom(rules);

    public void Apply(KeepDecision decision)
    {
        foreach (var (resource, _) in decision.Discard)
        {
            _resources.Remove(resource);
            if (_bases.Remove(resource, out var below) && !_bases.ContainsValue(below))
                _resources[below] = _resources[below] with { State = SimulatedState.Idle };
        }

        foreach (var (source, count) in decision.Make)
            for (var i = 0; i < count; i++)
                Assert.NotNull(Make(_rules.All().Single(r => r.Source == source)));
    }

    private string? Make(KeepRules rules)
    {
        if (Of(rules.Source).Owned >= rules.Maximum)
            return null;
        var below = rules.Layers.Count == 0
            ? null
            : rules.Layers.OrderByDescending(HasIdle).ThenByDescending(l => l.Reserve > 0).Select(l => rules.SharesLayers ? Share(l) : Take(l)).FirstOrDefault(n => n is not null);
        if (rules.Layers.Count > 0 && below is null)
            return null;
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var name = Add(new(rules.Source, SimulatedState.Idle, 0, now, now));
        if (below is not null)
        {
            _bases.Add(name, below);
            _resources[below] = _resources[below] with { State = SimulatedState.Leased };
        }

        return name;
    }

    private string? Share(KeepRules rules) =>
        _resources.FirstOrDefault(r => r.Value.Source == rules.Source && r.Value.State is not (SimulatedState.Dirty or SimulatedState.Quarantined)).Key ?? Make(rules);

    private string? Take(KeepRules rules) =>
        _resources.FirstOrDefault(r => r.Value.Source == rules.Source && r.Value.State == SimulatedState.Idle).Key ?? Make(rules);

    private bool HasIdle(KeepRules rules) => Of(rules.Source).Free > 0 || rules.Layers.Any(HasIdle);

    private string Add(SimulatedResource resource)
    {
        var number = 0;
        while (_resources.ContainsKey($"{resource.Source}-{number}"))
            number++;
        _resources.Add($"{resource.Source}-{number}", resource);
        return $"{resource.Source}-{number}";
    }
}
