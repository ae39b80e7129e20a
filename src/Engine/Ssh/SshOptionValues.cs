namespace CrCache.Ssh;

/// <summary>What the files say of a host, as far as they were read: of each option the first value counts.</summary>
internal sealed class SshOptionValues
{
    private readonly Dictionary<string, SshOptionValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SshOptionValue>> _added = new(StringComparer.Ordinal);

    /// <summary>An option's value; null where it has none.</summary>
    public SshOptionValue? this[string keyword] => _values.GetValueOrDefault(keyword);

    /// <summary>An option's text; null where it has none.</summary>
    public string? Text(string keyword) => this[keyword]?.Text;

    /// <summary>All values of an option of which every line counts.</summary>
    public IReadOnlyList<SshOptionValue> All(string keyword) => _added.GetValueOrDefault(keyword) ?? [];

    /// <summary>Sets an option that has no value yet.</summary>
    public void Set(string keyword, SshOptionValue value)
    {
        // Of the two that say how to get there the first counts as well.
        if (keyword is "proxycommand" or "proxyjump" && (_values.ContainsKey("proxycommand") || _values.ContainsKey("proxyjump")))
        {
            return;
        }

        _values.TryAdd(keyword, value);
    }

    /// <summary>Replaces an option's value.</summary>
    public void Replace(string keyword, string text) => _values[keyword] = new([text], this[keyword]?.Where);

    /// <summary>Adds a value that is not there yet.</summary>
    public void Add(string keyword, SshOptionValue value)
    {
        if (!_added.TryGetValue(keyword, out var values))
        {
            _added[keyword] = values = [];
        }

        if (!values.Any(v => v.Text == value.Text))
        {
            values.Add(value);
        }
    }
}
