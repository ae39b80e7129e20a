using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>This machine, <c>maximum</c> times over.</summary>
/// <param name="environment">Where the store is.</param>
internal sealed class LocalSource(HostEnvironment environment) : SourceType
{
    public override string Name => "local";

    public override IReadOnlyList<string> Keys => ["cwd", "user", CopySetting.Key];

    public override IReadOnlyList<string> Tools(SourceSettings settings) => settings.Text("user") is null ? [] : ["sudo"];

    public override void Check(SourceSettings settings)
    {
        if (settings.Text("cwd") is { } directory && !Path.IsPathRooted(directory))
        {
            throw settings.Wrong("cwd", $"'{directory}' is not an absolute directory");
        }

        if (settings.Text("user") is { } user && (user[0] == '-' || user.Any(char.IsWhiteSpace)))
        {
            throw settings.Wrong("user", $"'{user}' is not the name of a user");
        }

        _ = CopySetting.Of(settings, seesMachine: true);
    }

    public override string? Examine(SourceSettings settings)
    {
        if (settings.Text("base") is not null)
        {
            return null;
        }

        if (settings.Text("user") is { } user && !IsUser(user))
        {
            return $"user: there is no user '{Shown.Cut(user)}' on this machine";
        }

        // What only another user can see may well be there.
        return settings.Text("cwd") is { } directory && !Directory.Exists(directory) && (settings.Text("user") is null || IsMissing(directory))
            ? $"cwd: there is no directory '{Shown.Cut(directory)}'"
            : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        Dictionary<string, string> can = new() { [SharedFiles] = "true" };
        if (settings.Text("user") is "root" || (settings is { SharesLayers: false } && settings.Text("user") is null && Libc.EffectiveUser() == 0))
        {
            can["root"] = "true";
        }

        return can;
    }

    private static bool IsMissing(string path)
    {
        try
        {
            return FileStatus.Of(path) is null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // The C library's own search, so that users of a directory service count as well. A number is a user for sudo only as #1000.
    private static bool IsUser(string name) => name[0] == '#' || Libc.FindUser(name) != 0;

    // The machine as it is cannot fail to be there; another user or directory is looked for when it is made.
    public override ResourceDraft? Draft(SourceSettings settings) => (settings.Text("user") ?? settings.Text("cwd")) is null ? Of(settings) : null;

    public override bool HasFactsOfMachine(SourceSettings settings) => true;

    public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        var draft = Of(context.Settings);
        MakingPlace place = new(context, environment);
        await WayIn.CheckAsync(place, context.Settings, draft.Route, place.NotMade, cancellationToken).ConfigureAwait(false);
        return draft;
    }

    // The runtime's count honours processor affinity and the cgroup's quota:
    // https://learn.microsoft.com/dotnet/api/system.environment.processorcount
    private static ResourceDraft Of(SourceSettings settings) =>
        new(
            new Route
            {
                WorkingDirectory = settings.Text("cwd"),
                User = settings.Text("user"),
                CopyMode = CopySetting.Of(settings, seesMachine: true),
            },
            settings.Text("base") is null ? Environment.ProcessorCount : null);
}
