using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A container of an engine on this machine, or on what the source is layered on.</summary>
/// <param name="engine">The engine: <c>docker</c> or <c>podman</c>, which are called alike.</param>
/// <param name="environment">Where the store is.</param>
internal sealed class ContainerSource(string engine, HostEnvironment environment) : SourceType
{
    private const int LongestName = 63;

    public override string Name => engine;

    public override IReadOnlyList<string> Keys => ContainerSettings.Keys;

    public override IReadOnlyList<string> Tools(SourceSettings settings) => settings.Text("base") is null ? [Of(settings).Program[0], "setsid"] : [];

    public override void Check(SourceSettings settings) => Of(settings).Check();

    public override string? Examine(SourceSettings settings) =>
        settings.Text("base") is null && settings.Text("host") is { } host && (host[0] == '/' ? host : host.StartsWith("unix:///", StringComparison.Ordinal) ? host["unix://".Length..] : null) is { } socket && !File.Exists(socket)
            ? $"host: there is no socket {Shown.Cut(socket)}: start the engine, or say where it listens"
            : settings.Text("base") is null ? new EngineQuestion(engine, Of(settings).Program).Ask() : null;

    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        var container = Of(settings);
        Dictionary<string, string> can = new() { ["isolation"] = "container" };
        if (container.Reset is ResetStrategy.Recreate or ResetStrategy.Snapshot)
        {
            can["revert"] = "true";
        }

        if (container.User?.Split(':')[0] is "root" or "0")
        {
            can["root"] = "true";
        }

        return can;
    }

    public override Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        MakeAsync(context, "new", isReset: false, cancellationToken);

    public override bool Snapshots(SourceSettings settings) => Of(settings).Reset == ResetStrategy.Snapshot;

    public override async Task<ResourceDraft?> SnapshotAsync(ProvisionContext context, CancellationToken cancellationToken) =>
        await MakeAsync(context, "snapshot", isReset: false, cancellationToken).ConfigureAwait(false);

    public override bool Resets(SourceSettings settings) => Of(settings).Reset != ResetStrategy.None;

    public override bool Recreates(SourceSettings settings) => Of(settings).Reset == ResetStrategy.Recreate;

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        if (ResetSetting.Command(context.Settings) is null)
        {
            return await MakeAsync(context, Of(context.Settings).Reset == ResetStrategy.Snapshot ? "reset" : "new", isReset: true, cancellationToken).ConfigureAwait(false);
        }

        await new MakingPlace(context, environment).RunResetCommandAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override async Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        MakingPlace place = new(context, environment);
        var identity = await IdentifyAsync(place, context, Of(context.Settings), place.NotDiscarded, cancellationToken).ConfigureAwait(false);
        await place.RunAsync(ContainerScripts.Discard, [.. identity, context.Route is null ? "yes" : "no"], place.NotDiscarded, cancellationToken).ConfigureAwait(false);
    }

    public override string? Leftover(ProvisionContext context) =>
        $"the container {NameOf(context)} of {engine} with its image, if it has one of its own, and {new MakingPlace(context, environment).DescribeDirectory("containers")}";

    private async Task<ResourceDraft> MakeAsync(ProvisionContext context, string how, bool isReset, CancellationToken cancellationToken)
    {
        var container = Of(context.Settings);
        var copies = container.Imports.Where(i => i.Kind == ImportKind.Copy).SelectMany(i => new[] { i.Source, i.Target }).ToList();
        MakingPlace place = new(context, environment);
        Func<string, ResourceException> failed = isReset ? place.NotReset : place.NotMade;
        var said = await place.RunAsync(
            ContainerScripts.Make,
            [
                .. await IdentifyAsync(place, context, container, failed, cancellationToken).ConfigureAwait(false),
                how, container.Command.Count == 0 ? "yes" : "no", Number(copies.Count / 2), .. copies, .. container.Run(NameOf(context), context.Store, context.Resource),
            ],
            failed,
            cancellationToken).ConfigureAwait(false);
        var lines = said.TrimEnd('\n').Split('\n');
        if (lines is not [{ Length: 64 } id, var first, .., var count])
        {
            throw failed($"{engine} did not say which container it is");
        }

        var route = RouteOf(context, container, id, first.Split(' '));
        if (how == "new")
        {
            await WayIn.CheckAsync(place, context.Settings, route, failed, cancellationToken).ConfigureAwait(false);
        }

        return new(route, ProcessorProbe.Parse(count));
    }

    /// <summary>The way in. Files are root's where its commands are, and this place sees them; those of another user only a command of his can make.</summary>
    private static Route RouteOf(ProvisionContext context, ContainerSettings container, string id, string[] first)
    {
        var isSeen = first is [_, _, var user, var group] && (container.IsRoot || (container.User is null && user == "0" && group == "0"));
        return new()
        {
            Prefix =
            [
                "/bin/sh", "-c", ContainerScripts.Enter, context.Resource, .. Counted(container.Program), id, container.User ?? "",
                ContainerScripts.Inside, ContainerScripts.Signal,
            ],
            BaseDirectory = isSeen ? $"/proc/{first[0]}/root" : null,
            BaseProcessStart = isSeen ? long.Parse(first[1], CultureInfo.InvariantCulture) : null,
            WorkingDirectory = container.WorkingDirectory,
            CopyMode = container.CopyMode,
        };
    }

    private static string NameOf(ProvisionContext context)
    {
        // What no container can be called is told apart by what it was.
        var plain = new string([.. context.Resource.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')]);
        var name = plain.Length > LongestName ? plain[^LongestName..] : plain;
        return $"crcache-{context.Store}-{(name == context.Resource ? name : $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.Resource)))[..8]}")}";
    }

    private async Task<IReadOnlyList<string>> IdentifyAsync(
        MakingPlace place, ProvisionContext context, ContainerSettings container, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
    [
        .. Counted(container.Program), engine, NameOf(context), context.Store, context.Resource,
        await place.DirectoryAsync("containers", context.Resource, failed, cancellationToken).ConfigureAwait(false),
    ];

    private static IReadOnlyList<string> Counted(IReadOnlyList<string> words) => [Number(words.Count), .. words];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private ContainerSettings Of(SourceSettings settings) => new(settings, engine);
}
