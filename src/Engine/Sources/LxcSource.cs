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

    public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        LxcSettings lxc = new(context.Settings);
        ResourceException Failed(string line) => NotMade(context, line);
        var directory = await DirectoryAsync(context, Failed, cancellationToken).ConfigureAwait(false);
        var output = await new MakingPlace(context, environment).RunAsync(
            LxcScripts.Make,
            [
                directory, context.Store, OwnDirectory.Place(context), lxc.Origin, lxc.OriginText, lxc.Whereabouts, lxc.Boots ? "system" : "own",
                LxcScripts.Start, lxc.Lines(MakingPlace.HostName(context)), lxc.Bridge ?? "", .. lxc.Imports.SelectMany(i => i.Words),
            ],
            Failed,
            cancellationToken).ConfigureAwait(false);
        var lines = output.Split('\n');
        return new(
            new Route
            {
                Prefix = ["/bin/sh", "-c", LxcEntry.Enter, context.Resource, directory, context.Store, lxc.User],

                // Files of a user of its own, or of a container whose users have other numbers, only a command can make.
                BaseProcessFile = lxc.IsRoot && lines.Contains(LxcScripts.HasUsersOfBase) ? $"{directory}/{LxcScripts.Holder}" : null,
                WorkingDirectory = lxc.WorkingDirectory,
                CopyMode = lxc.CopyMode,
            },
            ProcessorProbe.Parse(lines[^1]));
    }

    public override bool Resets(SourceSettings settings) => new LxcSettings(settings).Reset != ResetStrategy.None;

    public override bool Recreates(SourceSettings settings) => new LxcSettings(settings).Reset == ResetStrategy.Recreate;

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        LxcSettings lxc = new(context.Settings);
        switch (lxc.Reset)
        {
            case ResetStrategy.Snapshot:
                await RunAsync(context, LxcScripts.Revert, [lxc.Sleeps ? "stopped" : "running"], NotReset, cancellationToken).ConfigureAwait(false);
                break;
            case ResetStrategy.Recreate:
                return await ProvisionAsync(context, cancellationToken).ConfigureAwait(false);
            case ResetStrategy.Command:
                await new MakingPlace(context, environment).RunAsync(
                    context.Route!, ResetSetting.Command(context.Settings)!, [], line => NotReset(context, $"reset_command: {line}"), cancellationToken).ConfigureAwait(false);
                break;
        }

        return null;
    }

    public override bool Snapshots(SourceSettings settings) => new LxcSettings(settings).Reset == ResetStrategy.Snapshot;

    public override async Task<ResourceDraft?> SnapshotAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        await RunAsync(context, LxcScripts.Freeze, [], NotMade, cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override bool Rests(SourceSettings settings) => new LxcSettings(settings).Sleeps;

    public override Task RestAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        RunAsync(context, LxcScripts.Stop, [], NotMade, cancellationToken);

    public override Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken) => RunAsync(
        context,
        LxcScripts.Discard,
        [],
        (c, line) => new(ErrorCodes.DiscardFailed, $"{c.Resource} could not be discarded: {line}"),
        cancellationToken);

    public override string? Leftover(ProvisionContext context) => $"{new MakingPlace(context, environment).DescribeDirectory("lxc")}, with the container that lxc-ls finds there,";

    private static ResourceException NotMade(ProvisionContext context, string why) => new(ErrorCodes.ProvisionFailed, $"{context.Resource} could not be made: {why}");

    private static ResourceException NotReset(ProvisionContext context, string why) => new(ErrorCodes.ProvisionFailed, $"{context.Resource} could not be reset: {why}");

    private Task<string> DirectoryAsync(ProvisionContext context, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
        new MakingPlace(context, environment).DirectoryAsync("lxc", context.Resource, failed, cancellationToken);

    private async Task RunAsync(
        ProvisionContext context, string script, IReadOnlyList<string> arguments, Func<ProvisionContext, string, ResourceException> failed, CancellationToken cancellationToken)
    {
        ResourceException Failed(string line) => failed(context, line);
        var directory = await DirectoryAsync(context, Failed, cancellationToken).ConfigureAwait(false);
        await new MakingPlace(context, environment).RunAsync(script, [directory, context.Store, OwnDirectory.Place(context), .. arguments], Failed, cancellationToken).ConfigureAwait(false);
    }
}
