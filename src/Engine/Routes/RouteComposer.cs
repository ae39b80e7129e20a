using System.Text;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>Wraps a command in the steps of a route, the outermost first: each may go to a host, put a prefix, change the user.</summary>
/// <param name="steps">The route's steps.</param>
/// <param name="ssh">How ssh is called.</param>
/// <param name="reaches">Whether this process reaches hosts itself: a program ssh is then called only from where it cannot.</param>
internal sealed class RouteComposer(IReadOnlyList<Route> steps, SshProgram ssh, bool reaches)
{
    // A message of the library's takes no more, in bytes. The program takes a longer one.
    private const int LongestLine = 60_000;

    /// <summary>Whether nothing stands between this process and the command.</summary>
    public bool IsPlain => steps.All(s => s.IsPlain);

    /// <summary>The last step that goes to another host, or -1.</summary>
    public int LastSsh { get; } = Enumerable.Range(0, steps.Count).LastOrDefault(i => steps[i].Ssh is not null, -1);

    /// <summary>The users that commands run as on the machine that the given step starts from, up to the next host.</summary>
    public IReadOnlyList<string> Users(int from) =>
        [.. steps.Skip(from).TakeWhile((s, i) => i == 0 || s.Ssh is null).Select(s => s.User).OfType<string>()];

    /// <summary>The steps to the last host and no further: who is there by the login's own rights.</summary>
    public IReadOnlyList<Route> ToLastHost() =>
        [.. steps.Take(LastSsh), new Route { Ssh = steps[LastSsh].Ssh }];

    /// <summary>Composes a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="mark">What marks the messages of the last host's <see cref="SshWatch"/>; null for none.</param>
    /// <exception cref="UsageException">A directory is not absolute, or a variable cannot be one.</exception>
    public ComposedCommand Compose(ResourceCommand command, string? mark)
    {
        Check(command);
        var plain = steps.TakeWhile(s => s.IsPlain).Count();
        IReadOnlyList<string> arguments = command.Arguments.Count > 0
            ? command.Arguments
            : ["/bin/sh", "-c", PosixShell.UserShell, "sh", .. LastSsh >= 0 ? ["-l"] : Array.Empty<string>()];
        for (var i = steps.Count - 1; i >= plain; i--)
        {
            arguments = InStep(steps[i], arguments, i == steps.Count - 1 ? command : null);
            if (steps[i].Ssh is null)
                continue;
            SshWatch? watch = command.Terminal ? null : new(i == LastSsh ? mark : null, Users(i)); // a terminal's hang-up does the same
            var hops = Hops(ref i);
            if (i == plain && reaches && hops.All(h => h.Transport == SshTransport.BuiltIn))
            {
                var marks = watch?.Mark is not null;
                var words = watch is null ? arguments : (watch with { MarksOutput = marks }).Around(arguments);
                if (Encoding.UTF8.GetByteCount(SshProgram.Line(words)) <= LongestLine)
                    return new(words, new Dictionary<string, string>(), null) { Hops = hops, MarksOutput = marks };
            }

            arguments = ssh.Command(hops, watch is null ? arguments : watch.Around(arguments), command.Terminal);
        }

        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        string? directory = null;
        foreach (var step in steps.Take(plain))
        {
            directory = step.WorkingDirectory ?? directory;
            Set(environment, step.Environment);
        }

        if (plain == steps.Count)
        {
            directory = command.WorkingDirectory ?? directory;
            Set(environment, command.Environment);
        }

        return new(arguments, environment, directory);
    }

    private static void Set(Dictionary<string, string> environment, IReadOnlyDictionary<string, string> over)
    {
        foreach (var (name, value) in over)
            environment[name] = value;
    }

    private static void Check(ResourceCommand command)
    {
        if (command.WorkingDirectory is { } directory && !directory.StartsWith('/'))
            throw new UsageException($"'{directory}' is not absolute: a command's directory on a resource must be");
        foreach (var name in command.Environment.Keys)
            if (name.Length == 0 || name[0] == '-' || name.AsSpan().ContainsAny('=', '\0'))
                throw new UsageException($"'{name}' cannot name an environment variable");
    }

    /// <summary>What stands inside a step: directory and variables, the user, the prefix.</summary>
    private static List<string> InStep(Route step, IReadOnlyList<string> arguments, ResourceCommand? command)
    {
        var directory = command?.WorkingDirectory ?? step.WorkingDirectory;
        Dictionary<string, string> environment = new(step.Environment, StringComparer.Ordinal);
        Set(environment, command?.Environment ?? new Dictionary<string, string>());

        List<string> words = [.. arguments];
        if (directory is not null)
            words.InsertRange(0, ["/bin/sh", "-c", """cd -- "$1" || exit 125; shift; exec "$@" """, "sh", directory]);
        else if (arguments[0].Contains('=', StringComparison.Ordinal) || (step.User is not null && environment.Count == 0))
            words.InsertRange(0, ["/bin/sh", "-c", """exec "$@" """, "sh"]); // env would take it for a variable; sudo ends with 1 for what is not there
        if (environment.Count > 0)
            words.InsertRange(0, ["env", .. environment.Select(v => $"{v.Key}={v.Value}")]);
        if (step.User is { } user)
            words.InsertRange(0, ["sudo", "-n", "-u", user, "--"]);
        words.InsertRange(0, step.Prefix);
        return words;
    }

    /// <summary>
    /// The host of a step, and before it those that are only on the way: a connection is forwarded through a bastion, so that
    /// the caller's keys serve for every host and no command runs in between.
    /// </summary>
    private List<SshEndpoint> Hops(ref int index)
    {
        List<SshEndpoint> hops = [steps[index].Ssh!];
        while (index > 0 && steps[index - 1] is { Ssh: { } before, Prefix.Count: 0, User: null })
        {
            hops.Insert(0, before);
            index--;
        }

        foreach (var hop in hops)
            if (hop.Host.Length == 0 || hop.Host[0] == '-')
                throw new UsageException($"'{hop.Host}' cannot be an ssh host");
        return hops;
    }
}
