using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CrCache.Leasing.Selecting;

/// <summary>What is known of a resource: values by name. Names are taken without regard to case, values as they are.</summary>
internal sealed class Facts : IEquatable<Facts>
{
    private readonly Dictionary<string, string> _values;

    /// <summary>Facts from pairs; of a name that comes twice the last counts.</summary>
    /// <exception cref="ArgumentException">A name cannot be one.</exception>
    public Facts(IEnumerable<KeyValuePair<string, string>> values)
    {
        _values = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            _values[FactName.Is(name) ? name.ToLowerInvariant() : throw new ArgumentException($"'{name}' cannot be a fact's name", nameof(values))] = Valid(value);
        }

        Stored = Write();
    }

    /// <summary>Nothing is known.</summary>
    public static Facts None { get; } = new([]);

    /// <summary>The form for the store, JSON; equal for equal facts.</summary>
    public string Stored { get; }

    /// <summary>Whether what only the resource itself can say is not known yet: it is not made.</summary>
    public bool IsPartial { get; private init; }

    /// <summary>These facts of a resource that has not been asked.</summary>
    public Facts Unasked() => new(_values) { IsPartial = true };

    /// <summary>Whether it is not known if there is such a fact.</summary>
    public bool Lacks(string name) => IsPartial && this[name] is null && FactName.IsFound(name);

    /// <summary>The names, in lower case and in order.</summary>
    public IEnumerable<string> Names => _values.Keys.Order(StringComparer.Ordinal);

    /// <summary>A fact's value; null where it is not known.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Facts from the store.</summary>
    public static Facts FromStored(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new(document.RootElement.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!)));
    }

    /// <summary>These facts and others, which win.</summary>
    public Facts With(Facts others) => new(_values.Concat(others._values)) { IsPartial = IsPartial };

    public bool Equals(Facts? other) => Stored == other?.Stored;

    public override bool Equals(object? obj) => Equals(obj as Facts);

    public override int GetHashCode() => Stored.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Stored;

    // Half a surrogate pair is no text, and JSON cannot hold it.
    private static string Valid(string value) => value.Any(char.IsSurrogate) ? string.Concat(value.EnumerateRunes()) : value;

    private string Write()
    {
        ArrayBufferWriter<byte> text = new(256);
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            foreach (var name in Names)
            {
                json.WriteString(name, _values[name]);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
