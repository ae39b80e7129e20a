using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A root directory of its own on its base, with processes and mounts of its own: a clone of a tree that is made once.</summary>
/// <param name="environment">Where the store is.</param>
internal sealed class ChrootSource(HostEnvironment environment) : SourceType
{
    private const string Kind = "chroots";

    public override string Name => "chroot";

    public override IReadOnlyList<string> Keys => ChrootSettings.Keys;

    public override IReadOnlyList<string> Tools(SourceSettings settings) => settings.Text("base") is not null ? [] :
        ["unshare", "nsenter", "setsid", "setpriv", "flock", "mount", "hostname", "env", "timeout"];

    public override void Check(SourceSettings settings) => new ChrootSettings(settings).Check();

    public override string? Examine(SourceSettings settings)
    {
        ChrootSettings chroot = new(settings);
        return settings.Text("base") is not null ? null
            : Libc.EffectiveUser() != 0 ? "only root can make chroots on this machine: run crcache as root; type=box needs no rights"
            : chroot.Origin == "tarball" && !File.Exists(chroot.OriginText) ? $"tarball: there is no file '{Shown.Cut(chroot.OriginText)}'"
            : chroot.Origin == "tree" && !Directory.Exists(chroot.OriginText) ? $"tree: there is no directory '{Shown.Cut(chroot.OriginText)}'"
            : chroot.Imports.FirstOrDefault(i => !Path.Exists(i.Source)) is { } missing ? $"import: there is no '{Shown.Cut(missing.Source)}'"
            : null;
    }

    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        ChrootSettings chroot = new(settings);
        Dictionary<string, string> can = new() { ["isolation"] = "process" };
        if (chroot.Reset is ResetStrategy.Snapshot or ResetStrategy.Recreate)
        {
            can["revert"] = "true";
        }

        if (chroot.User is null or "root")
        {
            can["root"] = "true";
        }

        if (chroot.IsOfBase)
        {
            can["shared-fs"] = "true";
        }

        return can;
    }

    public override Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        MakeAsync(context, "no", isReset: false, cancellationToken);

    public override bool Resets(SourceSettings settings) => new ChrootSettings(settings).Reset != ResetStrategy.None;

    // Commands of the user's make clones of the golden tree, and need not be able to make one of a clone.
    public override bool Recreates(SourceSettings settings) =>
        new ChrootSettings(settings) is { Reset: ResetStrategy.Recreate } or { Reset: ResetStrategy.Snapshot, Clone: "command" };

    public override bool Snapshots(SourceSettings settings) => new ChrootSettings(settings) is { Reset: ResetStrategy.Snapshot, Clone: not "command" };

    public override async Task<ResourceDraft?> SnapshotAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        await MakeAsync(context, "freeze", isReset: false, cancellationToken).ConfigureAwait(false);

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        if (ResetSetting.Command(context.Settings) is null)
        {
            var keeps = new ChrootSettings(context.Settings).Reset == ResetStrategy.Snapshot ? "yes" : "no";
            return await MakeAsync(context, keeps, isReset: true, cancellationToken).ConfigureAwait(false);
        }

        await new MakingPlace(context, environment).RunResetCommandAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override async Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        MakingPlace place = new(context, environment);
        await place.RunAsync(
            ChrootScripts.Discard, await ArgumentsAsync(context, place, place.NotDiscarded, cancellationToken).ConfigureAwait(false), place.NotDiscarded, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ResourceDraft> MakeAsync(ProvisionContext context, string keeps, bool isReset, CancellationToken cancellationToken)
    {
        ChrootSettings chroot = new(context.Settings);
        MakingPlace place = new(context, environment);
        Func<string, ResourceException> failed = isReset ? place.NotReset : place.NotMade;
        var said = await place.RunAsync(
            ChrootScripts.Make,
            [
                .. await ArgumentsAsync(context, place, failed, cancellationToken).ConfigureAwait(false), chroot.Key, keeps, chroot.Origin, chroot.OriginText,
                chroot.Clone, chroot.CloneCommand ?? "", ChrootHolder.Hold, MakingPlace.HostName(context), GoldenTree.MaxAge(context.Settings),
                .. chroot.Imports.SelectMany(i => i.Words),
            ],
            failed,
            cancellationToken).ConfigureAwait(false);
        if (said.Split('\n') is not [.., var holder, var cores] || holder.Split(' ', 4) is not [var id, var start, var clone, var directory])
        {
            throw failed("what holds it was not written down");
        }

        var route = RouteOf(context, chroot, id, start, directory, clone);
        if (keeps == "no")
        {
            await WayIn.CheckAsync(place, context.Settings, route, failed, cancellationToken).ConfigureAwait(false);
        }

        return new(route, ProcessorProbe.Parse(cores));
    }

    /// <summary>
    /// The way in. The base sees the chroot's files through its holder, with all that is mounted there, so that they can be copied directly; once
    /// that has ended, and even if its number is another process's, it sees an empty directory. A tree of the chroot's own it sees as it is, in
    /// the same file system, so that there can be hard links.
    /// </summary>
    public override string? Leftover(ProvisionContext context) => $"{new MakingPlace(context, environment).DescribeDirectory(Kind)}, with the process that holds the chroot,";

    private static Route RouteOf(ProvisionContext context, ChrootSettings chroot, string holder, string start, string directory, string clone)
    {
        var root = $"{directory}/root";
        var isMounted = clone == "overlay" || chroot.Imports.Count > 0;
        var script = chroot.Exec is { } words
            ? ChrootHolder.EnterBy(words.Replace("{path}", PosixShell.Quote(root), StringComparison.Ordinal))
            : ChrootHolder.Enter;
        return new()
        {
            Prefix = ["/bin/sh", "-c", script, context.Resource, holder, start, root, chroot.Exec is null ? chroot.User ?? "" : ""],

            // What a user of its own gets must be his, which only a command of his can make it.
            BaseDirectory = chroot.User is not null ? null : isMounted ? $"/proc/{holder}/root{root}" : root,
            BaseProcessStart = chroot.User is null && isMounted ? long.Parse(start, CultureInfo.InvariantCulture) : null,
            User = chroot.Exec is null ? null : chroot.User,
            WorkingDirectory = chroot.WorkingDirectory,
            CopyMode = chroot.CopyMode,
        };
    }

    private static async Task<string[]> ArgumentsAsync(
        ProvisionContext context, MakingPlace place, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
    [
        await place.DirectoryAsync(Kind, context.Resource, failed, cancellationToken).ConfigureAwait(false),
        context.Store,
        !context.IsHere ? "no" : $"{(context.Settings.Text("directory") is null ? "own" : "yes")} {KernelEra.Current()}".TrimEnd(),
        context.Settings.Text("discard_command") ?? "",
    ];
}
