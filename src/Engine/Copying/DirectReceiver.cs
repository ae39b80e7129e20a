using System.Buffers;
using System.Runtime.InteropServices;
using CrCache.Routes;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>Puts things into a directory of this machine.</summary>
/// <param name="target">The directory.</param>
/// <param name="view">What paths there count from.</param>
/// <param name="mode">How files of this machine are put there.</param>
/// <param name="meter">Counts them.</param>
internal sealed class DirectReceiver(CopyTarget target, DirectView view, CopyMode mode, CopyMeter meter) : CopyReceiver
{
    private const int BufferSize = 256 * 1024;

    private readonly List<CopyItem> _directories = [];

    // Nothing is put through a link, wherever it leads and whoever made it.
    private readonly HeldTree _held = new(target.Held!);

    public override Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken)
    {
        if (item.Target.Length == 0)
            return Task.CompletedTask;
        Guard(item, () =>
        {
            var (directory, name) = Place(item);
            if (item.Clears)
                directory.Remove(name);
            if (directory.StatusOf(name) is null)
                directory.MakeDirectory(name);
            if (_held.Directory(item.Target) is null)
                throw NoDirectory(item.Target);
        });
        _directories.Add(item);
        return Task.CompletedTask;
    }

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        // What cannot be read shall be told of the source, not of the target.
        var link = mode == CopyMode.Symlink && content is { File: { } linked, Path: { } at } && view.Shows(linked, at) ? at : null;
        using var source = link is null ? content.File?.Read() : null;
        await PutAsync(item, async (directory, temporary) =>
        {
            if (link is not null)
            {
                directory.MakeLink(temporary, link);
                return null;
            }

            if (mode == CopyMode.Hardlink && content.File is { } file && directory.TryHardLink(file, temporary))
                return null;
            var made = LeftBehind.Make(directory, temporary);
            try
            {
                if (source is not null)
                    KernelCopy.Run(source, made, meter, cancellationToken);
                else
                    await WriteAsync(content, made, cancellationToken).ConfigureAwait(false);
                content.RequireUnchanged();
                Bytes += content.Length;
                DirectoryCalls.Require(DirectoryCalls.SetMode(made, (uint)item.Entry.Mode));
                FileSystem.SetModified(made, item.Entry.Modified);
                return made;
            }
            catch
            {
                made.Dispose();
                throw;
            }
        }).ConfigureAwait(false);
    }

    public override Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken) => PutAsync(item, (directory, temporary) =>
    {
        directory.MakeLink(temporary, target, item.Entry.Modified);
        return Task.FromResult<SafeFileHandle?>(null);
    });

    public override Task CompleteAsync(IReadOnlyList<string> removed, CancellationToken cancellationToken)
    {
        foreach (var path in removed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Guard(path, () =>
            {
                if (_held.Of(path) is var (directory, name))
                    directory.Remove(name);
            });
        }

        foreach (var directory in _directories.Select(i => i.Target).Where(target.Existing.ContainsKey).Prepend(""))
            if (_held.Directory(directory) is { } held)
                LeftBehind.Remove(held);

        // What is in a directory changes its time, so the deepest come first.
        foreach (var item in Enumerable.Reverse(_directories))
            Guard(item, () => (_held.Directory(item.Target) ?? throw NoDirectory(item.Target)).Set(item.Entry.Mode, item.Entry.Modified));
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _held.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WriteAsync(CopyContent content, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Length, 1, BufferSize));
        try
        {
            foreach (var part in content.Parts ?? [new(0, content.Length)])
            {
                for (long done = 0; done < part.Length;)
                {
                    var count = await content.Stream!.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, part.Length - done)), cancellationToken).ConfigureAwait(false);
                    if (count == 0)
                        throw new EndOfStreamException("it became shorter while it was read");
                    RandomAccess.Write(file, buffer.AsSpan(0, count), part.Start + done);
                    done += count;
                    meter.Add(count);
                }
            }

            if (content.Parts is not null)
                RandomAccess.SetLength(file, content.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes something under a name of its own beside its place, and moves it there when it is complete.</summary>
    private async Task PutAsync(CopyItem item, Func<HeldEntry, string, Task<SafeFileHandle?>> make)
    {
        HeldEntry? directory = null;
        var (name, temporary) = ("", TemporaryName.Make());
        Guard(item, () => (directory, name) = Place(item));
        try
        {
            using var made = await make(directory!, temporary).ConfigureAwait(false);
            if (item.Clears)
                directory!.Remove(name);
            directory!.Rename(temporary, name);
            meter.AddFile();

            // A process that is being started at this moment has the file open as well, and would keep the lock.
            if (made is not null)
                _ = DirectoryCalls.Lock(made, DirectoryCalls.Unlocked);

            // Two names of one file are not moved onto each other.
            if (mode == CopyMode.Hardlink)
                directory.Remove(temporary);
        }
        catch (Exception e)
        {
            try
            {
                directory!.Remove(temporary);
            }
            catch (Exception left) when (CopyFailure.IsOfFile(left))
            {
                // The next copy removes it.
            }

            if (!CopyFailure.IsOfFile(e))
                throw;
            throw CopyFailure.Of($"to {target.Show(item.Target)}", e);
        }
    }

    private void Guard(CopyItem item, Action action) => Guard(item.Target, action);

    private void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of($"to {target.Show(path)}", e);
        }
    }

    private (HeldEntry Directory, string Name) Place(CopyItem item) =>
        _held.Of(item.Target) ?? throw NoDirectory(item.Target.LastIndexOf('/') is var slash and >= 0 ? item.Target[..slash] : item.Target);

    private ResourceException NoDirectory(string relative) => CopyFailure.Of($"to {target.Show(relative)}", "it is not a directory");
}
