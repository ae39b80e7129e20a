using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>Whole processes: what a person at a prompt and a script wait for.</summary>
internal static class CommandStarts
{
    // What people write without a tool: a lock, and a file of free names. Builtins wherever there are any; only flock and mv are processes.
    private const string Take =
        """
        #!/bin/sh
        exec 9>>"$1/lock"
        flock 9
        {
            read -r name || exit 75
            while read -r rest; do echo "$rest"; done > "$1/free.new"
        } < "$1/free"
        mv "$1/free.new" "$1/free"
        echo "$name"
        """;

    private const string Return =
        """
        #!/bin/sh
        exec 9>>"$1/lock"
        flock 9
        { echo "$2"; while read -r rest; do echo "$rest"; done < "$1/free"; } > "$1/free.new"
        mv "$1/free.new" "$1/free"
        """;

    public static async IAsyncEnumerable<Ratio> RunAsync(BenchSettings settings)
    {
        await Task.CompletedTask;
        using var home = new TestHome();
        home.AddSource("lab", "type=local\nmaximum=4\nidle_time=1d\n");
        var take = Script(home, "take", Take);
        var giveBack = Script(home, "return", Return);
        await File.WriteAllTextAsync(home.Combine("free"), "lab-0\nlab-1\nlab-2\nlab-3\n");

        using var spawn = new Spawn(home.Environment, home.Combine("output"));
        var crcache = settings.Command;

        // The first acquire makes the store and the resource; every later one takes it from the store.
        spawn.Milliseconds(crcache, "acquire", "-s", "lab");
        spawn.Milliseconds(crcache, "release", "lab-0");

        List<double> acquire = [], script = [], nothing = [];
        for (var i = 0; i < settings.Pairs; i++)
        {
            acquire.Add(spawn.Milliseconds(crcache, "acquire", "-s", "lab"));
            spawn.Milliseconds(crcache, "release", "lab-0");
            script.Add(spawn.Milliseconds(take, home.Path));
            spawn.Milliseconds(giveBack, home.Path, "lab-0");
            nothing.Add(spawn.Milliseconds("/bin/true"));
        }

        yield return new("`crcache acquire`", "`flock` + sh", acquire, script, "ms", Target.AtMostRatio(1.2));
        yield return new("`crcache acquire`", "`/bin/true`", acquire, nothing, "ms");

        List<double> cycle = [], byHand = [];
        for (var i = 0; i < settings.Pairs; i++)
        {
            cycle.Add(spawn.Milliseconds(crcache, "acquire", "-s", "lab")
                + spawn.Milliseconds(crcache, "run", "lab-0", "true")
                + spawn.Milliseconds(crcache, "release", "lab-0"));
            byHand.Add(spawn.Milliseconds(take, home.Path)
                + spawn.Milliseconds("/bin/true")
                + spawn.Milliseconds(giveBack, home.Path, "lab-0"));
        }

        yield return new("`acquire`, `run true`, `release`", "`flock` + sh, `true`, `flock` + sh", cycle, byHand, "ms");
    }

    private static string Script(TestHome home, string name, string text)
    {
        var path = home.Combine(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
