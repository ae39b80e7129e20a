using System.Formats.Tar;

namespace CrCache.Copying;

/// <summary>Sends things as one archive, which is unpacked and moved into place at the other end once it is complete.</summary>
internal sealed class FarReceiver : CopyReceiver
{
    private const UnixFileMode StagingMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly CopyTarget _target;
    private readonly FarCommand _command;
    private readonly TarWriter _writer;
    private readonly List<CopyItem> _directories = [];

    public FarReceiver(CopyTarget target, FarCommand command)
    {
        (_target, _command) = (target, command);
        _writer = new(command.Input, TarEntryFormat.Pax, leaveOpen: true);
    }

    public override async Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken)
    {
        if (item.Target.Length == 0)
            return;
        _directories.Add(item);
        await WriteAsync(Entry(TarEntryType.Directory, $"f/{item.Target}/", item, StagingMode), cancellationToken).ConfigureAwait(false);
    }

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        var entry = Entry(TarEntryType.RegularFile, $"f/{item.Target}", item, (UnixFileMode)item.Entry.Mode);
        var stream = content.Open();
        await using (stream.ConfigureAwait(false))
        {
            entry.DataStream = stream;
            await WriteAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        Bytes += content.Length;
    }

    public override Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken)
    {
        var entry = Entry(TarEntryType.SymbolicLink, $"f/{item.Target}", item, (UnixFileMode)0b111_111_111);
        entry.LinkName = target;
        return WriteAsync(entry, cancellationToken);
    }

    public override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_directories.Count > 0)
        {
            using var archive = await ArchiveAsync(_directories, cancellationToken).ConfigureAwait(false);
            PaxTarEntry entry = new(TarEntryType.RegularFile, "s") { DataStream = archive };
            await WriteAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            await _command.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end says why it does not read on.
        }

        await _command.Output.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        await _command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        // The command first: the writer ends its archive, and half of one would be put in place.
        await _command.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody reads it any more.
        }
    }

    private static PaxTarEntry Entry(TarEntryType type, string name, CopyItem item, UnixFileMode mode) => new(type, name)
    {
        Mode = mode,
        ModificationTime = DateTimeOffset.UnixEpoch.AddTicks(item.Entry.Modified / 100),
    };

    private static async Task<MemoryStream> ArchiveAsync(IEnumerable<CopyItem> directories, CancellationToken cancellationToken)
    {
        MemoryStream archive = new();
        TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var item in directories)
                await writer.WriteEntryAsync(Entry(TarEntryType.Directory, $"{item.Target}/", item, (UnixFileMode)item.Entry.Mode), cancellationToken).ConfigureAwait(false);
        }

        archive.Position = 0;
        return archive;
    }

    private async Task WriteAsync(PaxTarEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await _writer.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            await _command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            throw CopyFailure.Of($"to {_target.Destination}", e);
        }
    }
}
