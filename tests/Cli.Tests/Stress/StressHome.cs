using System.Globalization;

namespace CrCache.Cli.Tests.Stress;

/// <summary>
/// A home with a plan's sources, where whoever uses a resource, hooks included, locks a file of its name as long as he does: what the store
/// cannot see, two at once on one resource, is seen there. A lock ends with the last process that has it.
/// </summary>
internal sealed class StressHome : IDisposable
{
    private readonly TestHome _home = new();

    public StressHome(StressPlan plan)
    {
        Sources = plan.Sources;
        Directory.CreateDirectory(_home.Combine("witness"));
        Use = _home.Combine("use");
        File.WriteAllText(Use, Script("run", "exit 99") + "exec sleep $2\n");
        foreach (var source in plan.Sources)
        {
            _home.AddSource(source.Name, source.Text);
            if (source.HasHooks)
            {
                _home.AddHook(source.Name, "provision.d", "10-use", Script("provision", "exit 99") + Work(failsOneIn: 61));
                _home.AddHook(source.Name, "discard.d", "10-use", Script("discard", "exit 99") + Work(failsOneIn: 59));
            }
        }
    }

    /// <summary>The script that a command on a resource is: <c>sh use NAME SECONDS</c>.</summary>
    public string Use { get; }

    /// <summary>The home itself.</summary>
    public TestHome Home => _home;

    /// <summary>Its sources.</summary>
    public IReadOnlyList<StressSource> Sources { get; }

    /// <summary>What was used by two at once, a line each.</summary>
    public IReadOnlyList<string> Overlaps => File.Exists(OverlapFile) ? File.ReadAllLines(OverlapFile) : [];

    private string OverlapFile => _home.Combine("overlaps");

    private string CalmFile => _home.Combine("calm");

    /// <summary>Changes what a source's resources are like, not how many there are.</summary>
    public void Change(StressSource source, int concurrency)
    {
        // Nobody reads half of it.
        var file = Path.Combine(_home.ConfigurationRoot, "sources", source.Name, "source.conf");
        var draft = _home.Combine(Path.GetRandomFileName());
        File.WriteAllText(draft, $"[DEFAULT]\n{source.Text}concurrency={concurrency}\n");
        File.Move(draft, file, overwrite: true);
    }

    /// <summary>From now on no hook fails or takes long.</summary>
    public void Calm() => File.WriteAllText(CalmFile, "");

    /// <inheritdoc/>
    public void Dispose() => _home.Dispose();

    // Its output is given up first: the harness waits for the ends of its pipes, and this may outlive the command that started it.
    private string Script(string what, string otherwise) =>
        $"""
        exec </dev/null >/dev/null 2>&1 9>>'{_home.Combine("witness")}/'"$1"
        flock -n 9 || {"{"} echo "$(date +%T.%N) $1 was used by somebody else at its {what} (pid $$)" >>'{OverlapFile}'; {otherwise}; {"}"}

        """;

    // What a hook that was killed itself leaves running is not ended with it: the sleep does not have the lock.
    private string Work(int failsOneIn) => string.Create(CultureInfo.InvariantCulture,
        $"""
        test ! -e '{CalmFile}' || exit 0
        sleep 0.0$(($$ % 4))
        test $(($$ % {failsOneIn})) -ne 0

        """);
}
