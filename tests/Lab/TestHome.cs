namespace CrCache.Lab;

/// <summary>
/// A user's fresh home: configuration, store and caches in a temporary directory, so that nothing of the real one is
/// read or written. <see cref="Environment"/> goes to <c>EngineOptions.Environment</c> and to processes alike.
/// </summary>
public sealed class TestHome : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    /// <summary>Makes the home.</summary>
    public TestHome()
    {
        Home = Make("home");
        Project = Make("project");
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = Home,
            ["CRCACHE_HOME"] = _root.Combine("state"),
            ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(Home, ".config"),
            ["XDG_CACHE_HOME"] = System.IO.Path.Combine(Home, ".cache"),
            ["XDG_RUNTIME_DIR"] = Make("run"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        };
    }

    /// <summary>The directory that holds all of it.</summary>
    public string Path => _root.Path;

    /// <summary>HOME.</summary>
    public string Home { get; }

    /// <summary>A project's directory, for <c>.crcache</c>, and a place to start commands in.</summary>
    public string Project { get; }

    /// <summary>The user's configuration root.</summary>
    public string ConfigurationRoot => System.IO.Path.Combine(Environment["XDG_CONFIG_HOME"], "crcache");

    /// <summary>The project's configuration root.</summary>
    public string ProjectRoot => System.IO.Path.Combine(Project, ".crcache");

    /// <summary>Where the state store is.</summary>
    public string StateDirectory => Environment["CRCACHE_HOME"];

    /// <summary>The variables that make this the home; add to them freely before they are handed on.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>Configures a source.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its source.conf; <c>[DEFAULT]</c> is put on top where it has no section.</param>
    /// <param name="project">True for the project's root, false for the user's.</param>
    /// <returns>The source's directory.</returns>
    public string AddSource(string name, string text, bool project = false)
    {
        var directory = SourceDirectory(name, project);
        Directory.CreateDirectory(directory);
        var section = text.Contains('[', StringComparison.Ordinal) ? "" : "[DEFAULT]\n";
        File.WriteAllText(System.IO.Path.Combine(directory, "source.conf"), section + text);
        return directory;
    }

    /// <summary>Writes a hook that is ready to run (mode 755).</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="stage">The stage's directory, such as <c>provision.d</c>.</param>
    /// <param name="name">The script's name.</param>
    /// <param name="script">What it does; <c>#!/bin/sh</c> is put on top where it names no interpreter.</param>
    /// <param name="project">True for the project's root, false for the user's.</param>
    /// <returns>The script's path.</returns>
    public string AddHook(string source, string stage, string name, string script, bool project = false)
    {
        var directory = System.IO.Path.Combine(SourceDirectory(source, project), stage);
        Directory.CreateDirectory(directory);
        var path = System.IO.Path.Combine(directory, name);
        File.WriteAllText(path, script.StartsWith("#!", StringComparison.Ordinal) ? script : "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>A path in the directory that holds all of it, for a test's own files.</summary>
    /// <param name="parts">The path, in parts.</param>
    /// <returns>The full path.</returns>
    public string Combine(params string[] parts) => _root.Combine(parts);

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private string SourceDirectory(string name, bool project) =>
        System.IO.Path.Combine(project ? ProjectRoot : ConfigurationRoot, "sources", name);

    private string Make(string name) => Directory.CreateDirectory(_root.Combine(name)).FullName;
}
