using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Puts things into a directory of this machine.</summary>
internal sealed class DirectReceiver(CopyTarget target, CopyMode mode) : CopyReceiver
{
    private const UnixFileMode OurMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly List<CopyItem> _directories = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "" };

    public override Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken)
    {
        Guard(item, () =>
        {
            RequireDirectory(Parent(item.Target));
            var path = Full(item.Target);
            if (FileSystem.Look(path, "") is null)
                Directory.CreateDirectory(path, OurMode);
            RequireDirectory(item.Target);
        });
        if (item.Target.Length > 0)
            _directories.Add(item);
        return Task.CompletedTask;
    }

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        // What cannot be read shall be told of the source, not of the target.
        if (content.File is { } source && mode != CopyMode.Symlink)
            File.OpenHandle(source).Dispose();
        await PutAsync(item, async temporary =>
        {
            if (content.File is { } file && mode == CopyMode.Symlink)
            {
                File.CreateSymbolicLink(temporary, Path.GetFullPath(file));
                return;
            }

            if (content.File is { } other && mode == CopyMode.Hardlink && FileSystem.TryHardLink(other, temporary))
                return;

            if (content.File is { } local)
                File.Copy(local, temporary);
            else
                await WriteAsync(content, temporary, cancellationToken).ConfigureAwait(false);
            Bytes += content.Length;
            File.SetUnixFileMode(temporary, (UnixFileMode)item.Entry.Mode);
            FileSystem.SetModified(temporary, item.Entry.Modified);
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
                File.SetUnixFileMode(Full(item.Target), (UnixFileMode)item.Entry.Mode);
                FileSystem.SetModified(Full(item.Target), item.Entry.Modified);
            });
        }

        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Parent(string relative) => relative.LastIndexOf('/') is var slash and >= 0 ? relative[..slash] : "";

    private static async Task WriteAsync(CopyContent content, string path, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var file = new FileStream(path, options);
        await using (file.ConfigureAwait(false))
        {
            var stream = content.Open();
            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes something under a name of its own beside its place, and moves it there when it is complete.</summary>
    private async Task PutAsync(CopyItem item, Func<string, Task> make)
    {
        Guard(item, () => RequireDirectory(Parent(item.Target)));
        var path = Full(item.Target);
        var temporary = $"{Path.GetDirectoryName(path)}/{TemporaryName.Make()}";
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

    /// <summary>Nothing is put through a link, wherever it leads and whoever made it.</summary>
    private void RequireDirectory(string relative)
    {
        if (_known.Contains(relative))
            return;
        RequireDirectory(Parent(relative));
        if (FileSystem.Look(Full(relative), "")?.Kind != CopyKind.Directory)
            throw CopyFailure.Of($"to {target.Show(relative)}", "it is not a directory");
        _known.Add(relative);
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

    private string Full(string relative) => relative.Length == 0 ? target.Directory : $"{target.Directory}/{relative}";
}
