using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Copying;

/// <summary>Sends things as one archive, which is unpacked and moved into place at the other end once it is complete.</summary>
internal sealed class FarReceiver : CopyReceiver
{
    private const int StagingMode = 0b111_000_000;
    private const int Portion = 4 * 1024 * 1024;

    private readonly CopyTarget _target;
    private readonly FarSession _session;
    private readonly CopyMeter _meter;
    private readonly Stream _output;
    private readonly ArchiveWriter _writer;
    private readonly List<CopyItem> _directories = [];
    private readonly List<string> _cleared = [];

    public FarReceiver(CopyTarget target, FarSession session, CopyMeter meter, bool compresses)
    {
        (_target, _session, _meter) = (target, session, meter);
        _output = compresses ? new GZipStream(session.Command.Input, CompressionLevel.Fastest, leaveOpen: true) : session.Command.Input;
        _writer = new(_output);
    }

    public override Task PutDirectoryAsync(CopyItem item, CancellationToken cancellationToken)
    {
        if (item.Target.Length == 0)
            return Task.CompletedTask;
        _directories.Add(item);
        Clear(item);
        return SendAsync(() => _writer.BeginAsync(Directory($"f/{item.Target}/", item, StagingMode), cancellationToken), cancellationToken);
    }

    public override async Task PutFileAsync(CopyItem item, CopyContent content, CancellationToken cancellationToken)
    {
        Clear(item);
        using var file = content.File?.Read();
        var parts = file is null ? content.Parts : content.PartsOf(file);
        await SendAsync(
            async () =>
            {
                await _writer.BeginAsync(
                    new()
                    {
                        Name = $"f/{item.Target}",
                        Kind = CopyKind.File,
                        Mode = item.Entry.Mode,
                        Modified = item.Entry.Modified,
                        Length = content.Length,
                        Parts = _session.KnowsHoles ? parts : null,
                    },
                    cancellationToken).ConfigureAwait(false);
                if (file is not null)
                    await WriteAsync(file, _session.KnowsHoles && parts is not null ? parts : [new(0, content.Length)], cancellationToken).ConfigureAwait(false);
                else
                    await WriteAsync(content.Stream!, content.Length, parts, cancellationToken).ConfigureAwait(false);
                content.RequireUnchanged();
                await _writer.EndAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        Bytes += content.Length;
        _meter.AddFile();
    }

    public override async Task PutLinkAsync(CopyItem item, string target, CancellationToken cancellationToken)
    {
        Clear(item);
        ArchiveEntry entry = new() { Name = $"f/{item.Target}", Kind = CopyKind.Link, Mode = 0b111_111_111, Modified = item.Entry.Modified, Target = target };
        await SendAsync(() => _writer.BeginAsync(entry, cancellationToken), cancellationToken).ConfigureAwait(false);
        _meter.AddFile();
    }

    public override async Task CompleteAsync(IReadOnlyList<string> removed, CancellationToken cancellationToken)
    {
        await SendAsync(
            async () =>
            {
                string[] gone = [.. _cleared, .. removed];
                if (gone.Length > 0)
                    await WriteFileAsync("d", [.. gone.SelectMany(r => (byte[])[.. FileName.Encode($"./{r}"), 0])], cancellationToken).ConfigureAwait(false);
                if (_directories.Count > 0)
                    await WriteFileAsync("s", await ArchiveAsync(_directories, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                await WriteFileAsync("e", [], cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            await _writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await _output.DisposeAsync().ConfigureAwait(false);
            await _session.Command.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end says why it does not read on.
        }

        await _session.Output.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        await _session.Command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        // The command first: half an archive that ends well would be put in place.
        await _session.DisposeAsync().ConfigureAwait(false);
        await _writer.AbandonAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (_output is GZipStream)
                await _output.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads it any more.
        }
    }

    private static ArchiveEntry Directory(string name, CopyItem item, int mode) =>
        new() { Name = name, Kind = CopyKind.Directory, Mode = mode, Modified = item.Entry.Modified };

    private static async Task<byte[]> ArchiveAsync(IEnumerable<CopyItem> directories, CancellationToken cancellationToken)
    {
        using MemoryStream archive = new();
        ArchiveWriter writer = new(archive);
        foreach (var item in directories)
            await writer.BeginAsync(Directory($"{item.Target}/", item, item.Entry.Mode), cancellationToken).ConfigureAwait(false);
        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return archive.ToArray();
    }

    // What is in the way goes once all has arrived, and just before it is put in place.
    private void Clear(CopyItem item)
    {
        if (item.Clears)
            _cleared.Add(item.Target);
    }

    private async Task WriteFileAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        await _writer.BeginAsync(new() { Name = name, Kind = CopyKind.File, Mode = StagingMode, Length = content.Length }, cancellationToken).ConfigureAwait(false);
        await _writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await _writer.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(SafeFileHandle file, IReadOnlyList<FilePart> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            for (long done = 0; done < part.Length; done += Portion)
            {
                var length = Math.Min(Portion, part.Length - done);
                await _writer.WriteAsync(file, new(part.Start + done, length), cancellationToken).ConfigureAwait(false);
                _meter.Add(length);
            }
        }
    }

    /// <summary>Sends what comes as a stream; holes that the other end does not know are filled.</summary>
    private async Task WriteAsync(Stream stream, long length, IReadOnlyList<FilePart>? parts, CancellationToken cancellationToken)
    {
        var at = 0L;
        foreach (var part in parts ?? [new(0, length)])
        {
            if (!_session.KnowsHoles)
                await ZerosAsync(part.Start - at, cancellationToken).ConfigureAwait(false);
            for (long done = 0; done < part.Length; done += Portion)
            {
                await _writer.WriteAsync(stream, Math.Min(Portion, part.Length - done), cancellationToken).ConfigureAwait(false);
                _meter.Add(Math.Min(Portion, part.Length - done));
            }

            at = part.Start + part.Length;
        }

        if (!_session.KnowsHoles)
            await ZerosAsync(length - at, cancellationToken).ConfigureAwait(false);
    }

    private async Task ZerosAsync(long count, CancellationToken cancellationToken)
    {
        var zeros = count > 0 ? new byte[Math.Min(count, 64 * 1024)] : [];
        for (; count > 0; count -= zeros.Length)
            await _writer.WriteAsync(zeros.AsMemory(0, (int)Math.Min(count, zeros.Length)), cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(Func<ValueTask> send, CancellationToken cancellationToken)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (IOException e) when (_writer.HasFailed)
        {
            await _session.Command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            throw CopyFailure.Of($"to {_target.Destination}", e);
        }
    }
}
