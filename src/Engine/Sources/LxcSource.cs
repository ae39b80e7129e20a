using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>LXC containers, each over an overlay of a base container that is stopped, or of a directory.</summary>
/// <param name="environment">Where the store is.</param>
internal sealed class LxcSource(HostEnvironment environment) : SourceType
{
    public override string Name => "lxc";

    public override IReadOnlyList<string> Keys => LxcSettings.Keys;

    public override IReadOnlyList<string> Tools(SourceSettings settings) =>
        settings.Text("base") is not null ? [] : ["lxc-start", "lxc-info", "flock", "nsenter", "setpriv", "timeout"];

    public override void Check(SourceSettings settings) => new LxcSettings(settings).Check();

    public override string? Examine(SourceSettings settings)
    {
        // What another machine has is not to be seen from here.
        if (settings.Text("base") is not null)
        {
            return null;
        }

        LxcSettings lxc = new(settings);
        return Libc.EffectiveUser() != 0 ? "LXC needs root here: run crcache as root, or name a base= that is reached as root"
            : lxc.Origin == "tree" && !Directory.Exists(lxc.OriginText) ? $"tree: there is no directory '{Shown.Cut(lxc.OriginText)}'"
            : lxc.Origin == "tarball" && !File.Exists(lxc.OriginText) ? $"tarball: there is no file '{Shown.Cut(lxc.OriginText)}'"
            : lxc is { Path: { } path, Container: { } container } && !File.Exists(Path.Combine(path, container, "config"))
                ? $"container: there is no container '{Shown.Cut(container)}' in {Shown.Cut(path)}"
            : null;
    }

    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        LxcSettings lxc = new(settings);
        Dictionary<string, string> can = new() { ["isolation"] = "container" };
        if (lxc.Reset is ResetStrategy.Snapshot or ResetStrategy.Recreate)
        {
            can["revert"] = "true";
        }

        if (lxc.IsRoot)
        {
            can["root"] = "true";
        }

        return can;
    }

    public override Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) => MakeAsync(context, isReset: false, cancellationToken);

    public override bool Resets(SourceSettings settings) => new LxcSettings(settings).Reset != ResetStrategy.None;

    public override bool Recreates(SourceSettings settings) => new LxcSettings(settings).Reset == ResetStrategy.Recreate;

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        LxcSettings lxc = new(context.Settings);
        switch (lxc.Reset)
        {
            case ResetStrategy.Snapshot:
                await RunAsync(context, LxcScripts.Revert, [lxc.Sleeps ? "stopped" : "running"], p => p.NotReset, cancellationToken).ConfigureAwait(false);
                break;
            case ResetStrategy.Recreate:
                return await MakeAsync(context, isReset: true, cancellationToken).ConfigureAwait(false);
            case ResetStrategy.Command:
                await new MakingPlace(context, environment).RunResetCommandAsync(cancellationToken).ConfigureAwait(false);
                break;
        }

        return null;
    }

    public override bool Snapshots(SourceSettings settings) => new LxcSettings(settings).Reset == ResetStrategy.Snapshot;

    public override async Task<ResourceDraft?> SnapshotAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        await RunAsync(context, LxcScripts.Freeze, [], p => p.NotMade, cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override bool Rests(SourceSettings settings) => new LxcSettings(settings).Sleeps;

    public override Task RestAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        RunAsync(context, LxcScripts.Stop, [], p => p.NotMade, cancellationToken);

    public override Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken) => RunAsync(
        context,
        LxcScripts.Discard,
        [],
        p => p.NotDiscarded,
        cancellationToken);

    public override string? Leftover(ProvisionContext context) => $"{new MakingPlace(context, environment).DescribeDirectory("lxc")}, with the container that lxc-ls finds there,";

    private async Task<ResourceDraft> MakeAsync(ProvisionContext context, bool isReset, CancellationToken cancellationToken)
    {
        LxcSettings lxc = new(context.Settings);
        MakingPlace place = new(context, environment);
        Func<string, ResourceException> failed = isReset ? place.NotReset : place.NotMade;
        var directory = await DirectoryAsync(context, place, failed, cancellationToken).ConfigureAwait(false);
        var output = await place.RunAsync(
            LxcScripts.Make,
            [
                directory, context.Store, OwnDirectory.Place(context), lxc.Origin, lxc.OriginText, lxc.Whereabouts, lxc.Boots ? "system" : "own",
                LxcScripts.Start, lxc.Lines(MakingPlace.HostName(context)), lxc.Bridge ?? "", GoldenTree.MaxAge(context.Settings), .. lxc.Imports.SelectMany(i => i.Words),
            ],
            failed,
            cancellationToken).ConfigureAwait(false);
        var lines = output.Split('\n');
        Route route = new()
        {
            Prefix = ["/bin/sh", "-c", LxcEntry.Enter, context.Resource, directory, context.Store, lxc.User],

            // Files of a user of its own, or of a container whose users have other numbers, only a command can make.
            BaseProcessFile = lxc.IsRoot && lines.Contains(LxcScripts.HasUsersOfBase) ? $"{directory}/{LxcScripts.Holder}" : null,
            WorkingDirectory = lxc.WorkingDirectory,
            CopyMode = lxc.CopyMode,
        };
        await WayIn.CheckAsync(place, context.Settings, route, failed, cancellationToken).ConfigureAwait(false);
        return new(route, ProcessorProbe.Parse(lines[^1]));
    }

    private static Task<string> DirectoryAsync(ProvisionContext context, MakingPlace place, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
        place.DirectoryAsync("lxc", context.Resource, failed, cancellationToken);

    private async Task RunAsync(
        ProvisionContext context, string script, IReadOnlyList<string> arguments, Func<MakingPlace, Func<string, ResourceException>> error, CancellationToken cancellationToken)
    {
        MakingPlace place = new(context, environment);
        var failed = error(place);
        var directory = await DirectoryAsync(context, place, failed, cancellationToken).ConfigureAwait(false);
        await place.RunAsync(script, [directory, context.Store, OwnDirectory.Place(context), .. arguments], failed, cancellationToken).ConfigureAwait(false);
    }
}
