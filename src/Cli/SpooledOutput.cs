namespace CrCache.Cli;

/// <summary>What a command has written, until it is its turn to be shown: in memory, and in a file where it is much.</summary>
internal sealed class SpooledOutput : IDisposable
{
    private const int MostInMemory = 1 << 20;
    private const int Piece = 64 * 1024;

    private Stream _bytes = new MemoryStream();

    /// <summary>Takes all that a stream gives.</summary>
    public async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[Piece];
        while (await stream.ReadAsync(buffer) is > 0 and var read)
        {
            if (_bytes is MemoryStream && _bytes.Length + read > MostInMemory)
                await MoveToFileAsync();
            await _bytes.WriteAsync(buffer.AsMemory(0, read));
        }
    }

    /// <summary>Gives all of it out, in pieces.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> write)
    {
        var buffer = new byte[Piece];
        _bytes.Position = 0;
        while (_bytes.Read(buffer) is > 0 and var read)
            write(buffer.AsSpan(0, read));
    }

    /// <summary>All of it, as text.</summary>
    public string Text()
    {
        _bytes.Position = 0;
        using StreamReader reader = new(_bytes, leaveOpen: true);
        return reader.ReadToEnd();
    }

    public void Dispose() => _bytes.Dispose();

    private async Task MoveToFileAsync()
    {
        var directory = Directory.CreateTempSubdirectory("crcache-");
        try
        {
            FileStream file = new(
                Path.Combine(directory.FullName, "output"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, Piece, FileOptions.DeleteOnClose);

            // Without a name it is gone with this process, however that ends.
            File.Delete(file.Name);
            _bytes.Position = 0;
            await _bytes.CopyToAsync(file);
            await _bytes.DisposeAsync();
            _bytes = file;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
