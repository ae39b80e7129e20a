using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>This machine, or what it is layered on, in namespaces of its own: network, processes, temporary files and HOME are the box's, the rest is shared.</summary>
/// <param name="environment">Where the store and HOME are.</param>
internal sealed class BoxSource(HostEnvironment environment) : SourceType
{
    private const string Yes = "yes";

    public override string Name => "box";

    public override IReadOnlyList<string> Keys => ["overlay", "private", "share", "directory", "cwd", "user", CopySetting.Key, Import.Key, .. ResetSetting.Keys];

    public override IReadOnlyList<string> Tools(SourceSettings settings) => LiesOnAnother(settings)
        ? []
        : ["unshare", "nsenter", "setsid", "mount", "hostname", "env", "timeout", .. settings.Text("user") is null ? Array.Empty<string>() : ["sudo"]];

    public override void Check(SourceSettings settings) => new BoxSettings(settings).Check();

    public override string? Examine(SourceSettings settings)
    {
        if (LiesOnAnother(settings))
        {
            return null;
        }

        BoxSettings box = new(settings);
        return (UserNamespace.IsNeeded ? UserNamespace.Missing() : null) ?? User(box) ?? Missing(box) ?? Overlay(box);
    }

    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        BoxSettings box = new(settings);
        Dictionary<string, string> can = new() { ["isolation"] = "process", ["shared-fs"] = "true" };
        if (box.Reset == ResetStrategy.Recreate)
        {
            can["revert"] = "true";
        }

        // Who one is on another resource is not known before.
        if (box.User is "root" || (box.User is null && !LiesOnAnother(settings) && !UserNamespace.IsNeeded))
        {
            can["root"] = "true";
        }

        return can;
    }

    public override bool HasFactsOfMachine(SourceSettings settings) => true;

    public override Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        LiesOnAnother(context.Settings) || Examine(context.Settings) is not { } problem
            ? MakeAsync(context, isReset: false, cancellationToken)
            : throw new MakingPlace(context, environment).NotMade(problem);

    public override bool Resets(SourceSettings settings) => new BoxSettings(settings).Reset != ResetStrategy.None;

    public override bool Recreates(SourceSettings settings) => new BoxSettings(settings).Reset == ResetStrategy.Recreate;

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        if (ResetSetting.Command(context.Settings) is null)
        {
            return await MakeAsync(context, isReset: true, cancellationToken).ConfigureAwait(false);
        }

        await new MakingPlace(context, environment).RunResetCommandAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override async Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        MakingPlace place = new(context, environment);
        await place.RunAsync(
            BoxMaking.Discard, await PlacesAsync(context, place, place.NotDiscarded, cancellationToken).ConfigureAwait(false), place.NotDiscarded, cancellationToken).ConfigureAwait(false);
    }

    public override string? Leftover(ProvisionContext context) => $"{new MakingPlace(context, environment).DescribeDirectory("boxes")}, with the process that holds the box,";

    private static bool LiesOnAnother(SourceSettings settings) => settings.Text("base") is not null;

    // The name is a source's, checked, with a number.
    private static async Task<string[]> PlacesAsync(
        ProvisionContext context, MakingPlace place, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
        [await place.DirectoryAsync("boxes", context.Resource, failed, cancellationToken).ConfigureAwait(false), context.Store, OwnDirectory.Place(context)];

    private async Task<ResourceDraft> MakeAsync(ProvisionContext context, bool isReset, CancellationToken cancellationToken)
    {
        BoxSettings box = new(context.Settings);
        MakingPlace place = new(context, environment);
        Func<string, ResourceException> failed = isReset ? place.NotReset : place.NotMade;
        var net = !box.Shares("net");
        var said = await place.RunAsync(
            BoxMaking.Make,
            [
                .. await PlacesAsync(context, place, failed, cancellationToken).ConfigureAwait(false),
                context.Resource,
                MakingPlace.HostName(context),
                context.IsHere ? environment.Get("HOME") ?? "" : "",
                box.Shares("home") ? "" : Yes,
                net ? Yes : "",
                box.User ?? "",
                box.WorkingDirectory ?? "",
                BoxMaking.Hold,
                .. box.Items().SelectMany(i => new[] { i.Kind, i.Source, i.Target }),
            ],
            failed,
            cancellationToken).ConfigureAwait(false);
        return said.Split(' ', 5) is [var holder, var start, var keeper, var nested, .. var home]
            ? new(
                new Route
                {
                    Prefix = ["/bin/sh", "-c", BoxScripts.Enter(net, nested == Yes), context.Resource, holder, start, keeper, home is [{ Length: > 0 } path] ? path : "/"],
                    BaseDirectory = $"/proc/{holder}/root",
                    BaseProcessStart = long.Parse(start, CultureInfo.InvariantCulture),
                    User = box.User,
                    WorkingDirectory = box.WorkingDirectory,
                    CopyMode = CopySetting.Of(context.Settings, seesMachine: context.IsHere),
                },
                LiesOnAnother(context.Settings) ? null : Environment.ProcessorCount)
            : throw failed("what holds it was not written down");
    }

    private static string? User(BoxSettings box) => box.User switch
    {
        null => null,
        _ when UserNamespace.IsNeeded => "user: only root can run the commands of a box as another user",
        var name when name[0] != '#' && Libc.FindUser(name) == 0 => $"user: there is no user '{Shown.Cut(name)}' on this machine",
        _ => null,
    };

    private static string? Missing(BoxSettings box) =>
        box.Private.Concat(box.Overlays).Concat(box.SharedPaths).Where(p => !Directory.Exists(p)).Select(p => $"there is no directory '{Shown.Cut(p)}' to make private, overlay or share").FirstOrDefault()
        ?? box.Imports.Where(i => !Path.Exists(i.Source)).Select(i => $"import: there is no '{Shown.Cut(i.Source)}'").FirstOrDefault();

    private string? Overlay(BoxSettings box)
    {
        var root = box.Directory ?? Path.Combine(environment.StateDirectory, "boxes");
        string[] overlays = [.. box.Overlays, .. box.Imports.Where(i => i.Kind == ImportKind.Overlay).Select(i => i.Source)];
        if (overlays.FirstOrDefault(p => $"{root}/".StartsWith(p + "/", StringComparison.Ordinal)) is { } around)
        {
            return $"overlay: what is written to '{Shown.Cut(around)}' would be kept in {Shown.Cut(root)}, inside it; name another directory=";
        }

        for (var at = root; overlays.Length > 0 && at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at))
            {
                return new DriveInfo(at).DriveFormat is "overlay" or "overlayfs"
                    ? $"overlay: {Shown.Cut(root)} lies on an overlay file system itself (a container's?), which cannot keep what is written; name a directory= on another"
                    : null;
            }
        }

        return null;
    }
}
