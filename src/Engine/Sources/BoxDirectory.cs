using System.Globalization;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>A box's own directory on this machine: what was written in it, and who holds it.</summary>
/// <param name="path">Its full path.</param>
/// <param name="resource">The box's name.</param>
/// <param name="store">The store that it belongs to.</param>
internal sealed class BoxDirectory(string path, string resource, string store)
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int ModeBits = 0xfff;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>What tells this boot and this pid namespace from others, in which the same id is another process.</summary>
    public static string Era { get; } = $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/pid").LinkTarget}";

    /// <summary>Makes it, empty.</summary>
    public void Make()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Own);
        Directory.CreateDirectory(path, Own);
        File.WriteAllText(In("store"), store + "\n");
    }

    /// <summary>Makes a directory in it that takes the place of another: with its mode and owner.</summary>
    /// <exception cref="IOException">There is no such directory.</exception>
    public void MakeLike(string name, string model)
    {
        var status = FileStatus.Of(model) ?? throw new IOException($"there is no directory {model}");
        Directory.CreateDirectory(In(name), Own);
        if (Libc.EffectiveUser() == 0 && (status.User, status.Group) != (0u, 0u))
        {
            Libc.Require(Libc.ChangeOwner(In(name), status.User, status.Group));
        }

        File.SetUnixFileMode(In(name), (UnixFileMode)(status.Mode & ModeBits));
    }

    /// <summary>A path in it.</summary>
    public string In(string name) => Path.Combine(path, name);

    /// <summary>The holder and the process that waits for it, as they were written down; null where they were not.</summary>
    public (ProcessStatus Holder, ProcessStatus Keeper, string Era)? Record()
    {
        try
        {
            return File.ReadAllText(In("holder")).TrimEnd('\n').Split(' ', 5) is [var id, var start, var keeper, var keeperStart, var era]
                ? (Process(id, start), Process(keeper, keeperStart), era)
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Ends what holds the box, and with it all that runs inside, and deletes the directory. A second time there is nothing to do.</summary>
    /// <exception cref="ResourceException">Something is left.</exception>
    public async Task UnmakeAsync(CancellationToken cancellationToken)
    {
        if (FileStatus.Of(path, follow: false) is null)
        {
            return;
        }

        try
        {
            RequireOwn();
            await EndAsync(cancellationToken).ConfigureAwait(false);
            RequireUnmounted();
            Delete(new DirectoryInfo(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Left($"{path} cannot be deleted: {SystemError.Text(e)}", e);
        }
    }

    private static ProcessStatus Process(string id, string start) => new(
        int.Parse(id, CultureInfo.InvariantCulture), false, 0, 0, 0, long.Parse(start, CultureInfo.InvariantCulture));

    private void RequireOwn()
    {
        if (new DirectoryInfo(path).LinkTarget is not null)
        {
            throw Left($"{path} is a link: nothing is deleted through it; remove it");
        }

        // Killed before it was written, it was not made any further.
        if (File.Exists(In("store")) && File.ReadAllText(In("store")).TrimEnd('\n') is { Length: > 0 } owner && owner != store)
        {
            throw Left($"{path} belongs to the boxes of {owner}; give this source a directory of its own: directory=DIR");
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        var record = Record();
        if (record is { } written && written.Era != Era && written.Era.Split(' ')[0] == Era.Split(' ')[0])
        {
            throw Left($"{path} was made in another container: discard it there");
        }

        // What was started and killed before it could be written down has a mark. After a reboot nothing runs.
        List<ProcessStatus> processes = record is { } known
            ? known.Era == Era ? [known.Holder, known.Keeper] : []
            : [.. ProcessStatus.WithVariable("CRCACHE_BOX", path)];
        var begin = TimeProvider.System.GetTimestamp();
        while (processes.FindAll(p => p.IsAlive) is { Count: > 0 } alive)
        {
            // The holder's end is that of all inside: the kernel ends them.
            await SureSignal.SendAsync(alive, Libc.SigKill).ConfigureAwait(false);
            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                throw Left(string.Create(CultureInfo.InvariantCulture, $"process {alive[0].Id}, which holds it, does not end"));
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }

    // All mounts are in the box's own namespace and have gone with it. If one is here all the same, deleting would go through it.
    private void RequireUnmounted()
    {
        var real = Real(path);
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var point = line.Split(' ')[4].Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal)
                .Replace(@"\012", "\n", StringComparison.Ordinal).Replace(@"\134", "\\", StringComparison.Ordinal);
            if (point == real || point.StartsWith(real + "/", StringComparison.Ordinal))
            {
                throw Left($"something is mounted at {point}: nothing is deleted through it; unmount it");
            }
        }
    }

    private static string Real(string path)
    {
        var real = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            real = new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName) : real;
        }

        return real;
    }

    // Links are deleted, not followed. A directory that its owner made unreadable must be opened before it can be emptied.
    private static void Delete(DirectoryInfo directory)
    {
        if ((directory.UnixFileMode & Own) != Own)
        {
            directory.UnixFileMode |= Own;
        }

        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } child)
            {
                Delete(child);
            }
            else
            {
                entry.Delete();
            }
        }

        directory.Delete();
    }

    private ResourceException Left(string why, Exception? inner = null) =>
        new(ErrorCodes.DiscardFailed, $"{resource} could not be discarded: {why}", inner);
}
