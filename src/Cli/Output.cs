namespace CrCache.Cli;

/// <summary>Standard output: results, and nothing else.</summary>
internal static class Output
{
    private const int StandardOutput = 1;

    /// <summary>Writes a line.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it.</exception>
    /// <exception cref="OutputFailedException">It cannot be written.</exception>
    public static void Line(string text) => Write(text + "\n");

    /// <summary>Writes text as it is.</summary>
    /// <inheritdoc cref="Line" path="/exception"/>
    public static void Write(string text) => Write(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes what is bytes anyway.</summary>
    /// <inheritdoc cref="Line" path="/exception"/>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Descriptor.Write(StandardOutput, bytes);
        }
        catch (IOException e) when (e is not OutputClosedException)
        {
            throw new OutputFailedException($"cannot write to standard output: {e.Message}", e);
        }
    }

    /// <summary>
    /// Runs something that writes now and then for as long as somebody reads: it is cancelled when nobody does any more, also while it has
    /// nothing to write.
    /// </summary>
    /// <exception cref="OutputClosedException">Nobody reads it any more.</exception>
    public static async Task WhileReadAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TaskCompletionSource gone = new();
        new Thread(() =>
        {
            Descriptor.WaitForReadersEnd(StandardOutput);
            gone.SetResult();
        })
        { IsBackground = true }.Start();
        var working = work(end.Token);

        // Whoever is interrupted does not wait for it: it may be waiting for the store.
        if (await Task.WhenAny(working, gone.Task).WaitAsync(cancellationToken) == gone.Task)
        {
            await end.CancelAsync();
            throw new OutputClosedException();
        }

        await working;
    }

    /// <summary>Writes a line; a reader who has stopped reading, and not ended, holds nobody up who cancels.</summary>
    /// <inheritdoc cref="Line" path="/exception"/>
    public static Task LineAsync(string text, CancellationToken cancellationToken) =>
        Task.Run(() => Line(text), CancellationToken.None).WaitAsync(cancellationToken);
}
