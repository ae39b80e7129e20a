using System.Globalization;

namespace CrCache.Leasing.Selecting;

/// <summary>Collects facts as a machine tells them, and keeps those that can be believed.</summary>
internal sealed class FactReport
{
    private const int MaximumLength = 200;

    private readonly Dictionary<string, string> _facts = [];

    /// <summary>The facts told so far.</summary>
    public Facts Facts => new(_facts);

    /// <summary>Takes a text as it is.</summary>
    public void Add(string name, string value)
    {
        value = value.Trim();
        if (value.Length is > 0 and <= MaximumLength && !value.Any(char.IsControl))
        {
            _facts[name] = value;
        }
    }

    public void AddSystem(string value) => Add("os", value.ToLowerInvariant());

    public void AddCores(int? count)
    {
        if (count is { } cores)
        {
            Add("cores", cores.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Takes a line of <c>/proc/meminfo</c>.</summary>
    public void AddMemory(string line)
    {
        if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is ["MemTotal:", var text, "kB"]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < long.MaxValue / 1024)
        {
            Add("memory", (number * 1024).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Takes a line of <c>os-release</c>: a variable as a shell sets it.</summary>
    public void AddRelease(string line)
    {
        var separator = line.IndexOf('=', StringComparison.Ordinal);
        var name = separator < 0 ? null : line[..separator] switch
        {
            "ID" => "distro",
            "VERSION_ID" => "distroversion",
            _ => null,
        };
        if (name is not null)
        {
            var value = line[(separator + 1)..].Trim();
            Add(name, value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value);
        }
    }

    /// <summary>Takes the version of a runtime; the newest counts.</summary>
    public void AddRuntime(string version)
    {
        if (version is [>= '0' and <= '9', ..] && (!_facts.TryGetValue("dotnet", out var known) || FactOrder.Compare(version, known) > 0))
        {
            Add("dotnet", version);
        }
    }
}
