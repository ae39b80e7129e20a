using CrCache.Configuration;

namespace CrCache.Leasing.Selecting;

/// <summary>The setting <c>labels</c> of a source: what its owner says of its resources, such as <c>gpu, zone=eu</c>.</summary>
internal static class FactLabels
{
    /// <summary>The setting's key.</summary>
    public const string Key = "labels";

    private const string Prefix = "label.";
    private const string ParameterPrefix = "param.";

    /// <summary>Reads the setting: words, separated by commas or blanks, each a name or <c>name=value</c>.</summary>
    /// <returns>
    /// A fact <c>label.NAME</c> each, <c>true</c> where no value is given; and a fact <c>param.NAME</c> for each parameter that is bound.
    /// </returns>
    /// <exception cref="ConfigurationException">A word is no label, or a label is there twice.</exception>
    public static Facts Of(SourceSettings settings)
    {
        var labels = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var word in settings.List(Key))
        {
            var separator = word.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = separator < 0 ? (word, "true") : (word[..separator], word[(separator + 1)..]);
            if (!FactName.Is(Prefix + name) || !FactName.Is(name))
            {
                throw settings.Wrong(
                    Key,
                    $"'{Shown.Cut(word)}' is not a label; write NAME or NAME=VALUE without blanks, the name of letters, digits, '_', '-' and '.'");
            }

            if (value.Length == 0 || value.Any(c => char.IsControl(c) || c is '\'' or '"'))
            {
                throw settings.Wrong(Key, value.Length == 0
                    ? $"'{Shown.Cut(word)}' has no value; write {Shown.Cut(name)}=VALUE, or {Shown.Cut(name)} alone"
                    : $"the value of '{Shown.Cut(word)}' cannot be used; it takes no quotes and no control characters");
            }

            if (!labels.TryAdd(Prefix + name, value))
            {
                throw settings.Wrong(Key, $"'{Shown.Cut(name)}' is there twice");
            }
        }

        foreach (var (parameter, value) in SourceReference.BindingsOf(settings.Bindings))
        {
            labels[ParameterPrefix + parameter] = value;
        }

        return new(labels);
    }
}
