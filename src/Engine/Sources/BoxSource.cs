using System.Globalization;
using System.Runtime.InteropServices;
using CrCache.Configuration;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>This machine in namespaces of its own: network, processes, temporary files and HOME are the box's, the rest is shared.</summary>
/// <param name="environment">Where the store and HOME are.</param>
/// <param name="nested">Whether a user namespace has to be around the others.</param>
internal sealed class BoxSource(HostEnvironment environment, bool nested) : SourceType
{
    private const int LongestHost = 64;

    public override string Name => "box";

    public override IReadOnlyList<string> Keys => ["overlay", "private", "share", "directory", "cwd", "user", CopySetting.Key, .. ResetSetting.Keys];

    public override IReadOnlyList<string> Tools(SourceSettings settings) =>
        ["unshare", "nsenter", "setsid", "mount", "hostname", "env", "timeout", .. settings.Text("user") is null ? Array.Empty<string>() : ["sudo"]];

    public override void Check(SourceSettings settings) => new BoxSettings(settings).Check();

    public override string? Examine(SourceSettings settings)
    {
        BoxSettings box = new(settings);
        return (nested ? UserNamespace.Missing() : null) ?? User(box) ?? box.Private.Concat(box.Overlays).Concat(box.SharedPaths).Where(p => !Directory.Exists(p))
            .Select(p => $"there is no directory '{Shown.Cut(p)}' to make private, overlay or share").FirstOrDefault() ?? Overlay(box);
    }

    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        BoxSettings box = new(settings);
        Dictionary<string, string> can = new() { ["isolation"] = "process", ["shared-fs"] = "true" };
        if (box.Reset == ResetStrategy.Recreate)
        {
            can["revert"] = "true";
        }

        if (!nested && box.User is null or "root")
        {
            can["root"] = "true";
        }

        return can;
    }

    public override bool HasFactsOfMachine(SourceSettings settings) => true;

    public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        if (Examine(context.Settings) is { } problem)
        {
            throw NotMade(context, problem);
        }

        if (Tools(context.Settings).FirstOrDefault(t => ProgramSearch.Find(t, ChildStart.CurrentEnvironment(), null, out _) != 0) is { } missing)
        {
            throw NotMade(context, $"{missing} is not installed");
        }

        BoxSettings box = new(context.Settings);
        var place = Place(context);
        await place.UnmakeAsync(cancellationToken).ConfigureAwait(false);
        var net = !box.Shares("net");
        var arguments = Prepare(context, box, place);
        await RunAsync(
            context,
            new Route(),
            [
                "/bin/sh", "-c", BoxScripts.Start, "sh", place.In(""), $"{(nested ? "--user --map-root-user " : "")}--mount --pid --ipc --uts{(net ? " --net" : "")}", BoxScripts.Make,
                context.Resource.Length > LongestHost ? context.Resource[^LongestHost..] : context.Resource, BoxDirectory.Era, nested ? ",userxattr" : "", net ? "yes" : "no",
                nested ? Number(Libc.EffectiveUser()) : "", nested ? Number(Libc.EffectiveGroup()) : "", .. arguments,
            ],
            line => NotMade(context, line),
            cancellationToken).ConfigureAwait(false);
        var (holder, keeper, _) = place.Record() ?? throw NotMade(context, "what holds it was not written down");
        return new(
            new Route
            {
                Prefix = ["/bin/sh", "-c", BoxScripts.Enter(net, nested), context.Resource, Number(holder.Id), Number(holder.Started), Number(keeper.Id), Home ?? "/"],
                BaseDirectory = $"/proc/{Number(holder.Id)}/root",
                BaseProcessStart = holder.Started,
                User = box.User,
                WorkingDirectory = box.WorkingDirectory,
                CopyMode = CopySetting.Of(context.Settings, seesMachine: true),
            },
            Environment.ProcessorCount);
    }

    public override bool Resets(SourceSettings settings) => new BoxSettings(settings).Reset != ResetStrategy.None;

    public override async Task<ResourceDraft?> ResetAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        if (ResetSetting.Command(context.Settings) is not { } command)
        {
            return await ProvisionAsync(context, cancellationToken).ConfigureAwait(false);
        }

        await RunAsync(
            context,
            context.Route!,
            ["/bin/sh", "-c", command],
            line => new(ErrorCodes.DiscardFailed, $"{context.Resource} could not be reset: reset_command: {line}"),
            cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override Task DiscardAsync(ProvisionContext context, CancellationToken cancellationToken) => Place(context).UnmakeAsync(cancellationToken);

    private string? Home => environment.Get("HOME") is { } home && Path.GetFullPath(home).TrimEnd('/') is { Length: > 0 } full ? full : null;

    private BoxDirectory Place(ProvisionContext context)
    {
        // The name is a source's, checked, with a number.
        var root = context.Settings.Text("directory") ?? Path.Combine(environment.StateDirectory, "boxes");
        return new(Path.Combine(Path.GetFullPath(root), context.Resource), context.Resource, environment.StateDirectory);
    }

    /// <summary>Makes the box's directory, and says what is to be mounted from it.</summary>
    private List<string> Prepare(ProvisionContext context, BoxSettings box, BoxDirectory place)
    {
        List<string> arguments = [];
        try
        {
            place.Make();
            foreach (var path in box.Overlays)
            {
                var number = Add("overlay", path);
                Directory.CreateDirectory(place.In(number));
                place.MakeLike($"{number}/upper", path);
                Directory.CreateDirectory(place.In($"{number}/work"));
                Directory.CreateDirectory(place.In($"{number}/seen"));
            }

            foreach (var path in box.SharedPaths)
            {
                Directory.CreateDirectory(place.In($"{Add("share", path)}/seen"));
            }

            if (!box.Shares("tmp") && Directory.Exists("/dev/shm"))
            {
                Add("memory", "/dev/shm");
            }

            if (!box.Shares("run") && Directory.Exists("/run"))
            {
                Add("run", "/run");
            }

            foreach (var path in Private(box))
            {
                place.MakeLike(Add("private", path), path);
            }

            if (File.Exists("/etc/hosts"))
            {
                var hosts = place.In(Add("file", "/etc/hosts"));
                File.WriteAllText(hosts, $"{File.ReadAllText("/etc/hosts").TrimEnd('\n')}\n127.0.0.1\t{context.Resource}\n");
                File.SetUnixFileMode(hosts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }

            return arguments;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotMade(context, SystemError.Text(e), e);
        }

        string Add(string what, string path)
        {
            arguments.AddRange([what, path]);
            return Number(arguments.Count / 2);
        }
    }

    // One inside another comes after it.
    private IEnumerable<string> Private(BoxSettings box)
    {
        List<string> paths = [.. box.Private];
        if (!box.Shares("tmp"))
        {
            paths.Add("/tmp");
        }

        if (!box.Shares("home"))
        {
            paths.AddRange(new[] { Home, box.User is { } user ? HomeOf(user) : null }.OfType<string>().Where(Directory.Exists));
        }

        return paths.Distinct().Order(StringComparer.Ordinal);
    }

    private string? User(BoxSettings box) => box.User switch
    {
        null => null,
        _ when nested => "user: only root can run the commands of a box as another user",
        var name when name[0] != '#' && Libc.FindUser(name) == 0 => $"user: there is no user '{Shown.Cut(name)}' on this machine",
        _ => null,
    };

    // struct passwd: three pointers and two numbers, of which the last pointer is the comment, before the directory.
    private static unsafe string? HomeOf(string user) =>
        user[0] != '#' && Libc.FindUser(user) is not 0 and var entry && Marshal.PtrToStringUTF8(*(nint*)(entry + (3 * nint.Size) + 8)) is { Length: > 1 } home && home[0] == '/'
            ? home.TrimEnd('/')
            : null;

    private string? Overlay(BoxSettings box)
    {
        var root = box.Directory ?? Path.Combine(environment.StateDirectory, "boxes");
        if (box.Overlays.FirstOrDefault(p => $"{root}/".StartsWith(p + "/", StringComparison.Ordinal)) is { } around)
        {
            return $"overlay: what is written to '{Shown.Cut(around)}' would be kept in {Shown.Cut(root)}, inside it; name another directory=";
        }

        for (var at = root; box.Overlays.Count > 0 && at is not null; at = Path.GetDirectoryName(at))
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

    private static async Task RunAsync(
        ProvisionContext context, Route route, IReadOnlyList<string> arguments, Func<string, ResourceException> failed, CancellationToken cancellationToken)
    {
        var command = await context.StartAsync(route, new ResourceCommand { Arguments = arguments }, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.StandardInput.Close();
            var talk = Tail.ReadAsync(command.StandardError, cancellationToken);
            await Tail.ReadAsync(command.StandardOutput, cancellationToken).ConfigureAwait(false);
            var result = await command.WaitAsync(cancellationToken).ConfigureAwait(false);
            var lines = (await talk.ConfigureAwait(false)).Lines();
            if (result.ExitCode != 0)
            {
                throw failed(lines.Count > 0 ? Shown.Cut(lines[^1]) : string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}"));
            }
        }
    }

    private static ResourceException NotMade(ProvisionContext context, string why, Exception? inner = null) =>
        new(ErrorCodes.ProvisionFailed, $"{context.Resource} could not be made: {why}", inner);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
