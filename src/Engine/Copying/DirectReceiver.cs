using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Puts things into a directory of this machine.</summary>
internal sealed class DirectReceiver(CopyTarget target, DirectView view, CopyMode mode) : CopyReceiver
{
    private const UnixFileMode OurMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly List<CopyItem> _directories = [];

    // Nothing is put through a link, wherever it leads and whoever made it.
    private readonly HeldTree _held = new(target.Held!);

    public override Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken)
    {
        Guard(item, () =>
        {
            var path = Full(item);
            if (FileSystem.Look(path, "") is null)
                Directory.CreateDirectory(path, OurMode);
            if (_held.Directory(item.Target) is null)
                throw NoDirectory(item.Target);
        });
        if (item.Target.Length > 0)
            _directories.Add(item);
        return Task.CompletedTask;
    }

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        // What cannot be read shall be told of the source, not of the target.
        var link = mode == CopyMode.Symlink && content is { File: { } linked, Path: { } at } && view.Shows(linked, at) ? content.Path : null;
        using var source = link is null ? content.File?.Read() : null;
        await PutAsync(item, async temporary =>
        {
            if (link is not null)
            {
                File.CreateSymbolicLink(temporary, link);
                return;
            }

            if (mode == CopyMode.Hardlink && content.File is { } file && FileSystem.TryHardLink(file, temporary))
                return;
            var stream = new FileStream(temporary, NewFile);
            await using (stream.ConfigureAwait(false))
            {
                if (source is not null)
                    KernelCopy.Run(source, stream.SafeFileHandle, cancellationToken);
                else
                    await WriteAsync(content, stream, cancellationToken).ConfigureAwait(false);
                Bytes += content.Length;
                File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)item.Entry.Mode);
                FileSystem.SetModified(stream.SafeFileHandle, item.Entry.Modified);
            }
        }).ConfigureAwait(false);
    }

    public override Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken) => PutAsync(item, temporary =>
    {
        File.CreateSymbolicLink(temporary, target);
        FileSystem.SetModified(temporary, item.Entry.Modified);
        return Task.CompletedTask;
    });

    public override Task CompleteAsync(CancellationToken cancellationToken)
    {
        // What is in a directory changes its time, so the deepest come first.
        foreach (var item in Enumerable.Reverse(_directories))
        {
            Guard(item, () =>
            {
                var directory = _held.Directory(item.Target) ?? throw NoDirectory(item.Target);
                FileSystem.SetModified(directory.Of("."), item.Entry.Modified);
                File.SetUnixFileMode(directory.Link, (UnixFileMode)item.Entry.Mode);
            });
        }

        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _held.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task WriteAsync(CopyContent content, FileStream file, CancellationToken cancellationToken)
    {
        var stream = content.Open();
        await using (stream.ConfigureAwait(false))
        {
            await stream.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes something under a name of its own beside its place, and moves it there when it is complete.</summary>
    private async Task PutAsync(CopyItem item, Func<string, Task> make)
    {
        var (path, temporary) = ("", "");
        Guard(item, () =>
        {
            path = Full(item);
            temporary = $"{Path.GetDirectoryName(path)}/{TemporaryName.Make()}";
        });
        try
        {
            await make(temporary).ConfigureAwait(false);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of($"to {target.Show(item.Target)}", e);
        }
        finally
        {
            // Also after a move: two names of one file are not moved onto each other.
            if (FileSystem.Look(temporary, "") is not null)
                File.Delete(temporary);
        }
    }

    private void Guard(CopyItem item, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of($"to {target.Show(item.Target)}", e);
        }
    }

    private string Full(CopyItem item) =>
        _held.Of(item.Target) ?? throw NoDirectory(item.Target.LastIndexOf('/') is var slash and >= 0 ? item.Target[..slash] : item.Target);

    private ResourceException NoDirectory(string relative) => CopyFailure.Of($"to {target.Show(relative)}", "it is not a directory");
}
