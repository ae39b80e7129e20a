using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>
/// <c>state.db</c>: what this user's CrCache has, had and is about to do. Each use runs one short transaction behind the
/// <see cref="StoreGate"/>; in between the database stays open, and nothing is locked.
/// </summary>
internal sealed class StateStore(Func<string> directory, TimeProvider time)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int NotADatabase = 26;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _turn = new();
    private StoreSession? _session;

    /// <summary>The database's file.</summary>
    public string File => Path.Combine(directory(), "state.db");

    /// <summary>Runs a transaction. Nothing slow may happen in it: no command, hook, copy or provider call.</summary>
    /// <returns>What the work returned, once all that it wrote is durable.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public T Transact<T>(Func<StoreTransaction, T> work)
    {
        try
        {
            lock (_turn)
            {
                return Transact(work, directory());
            }
        }
        catch (SqliteException e)
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{File} {Explain(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{File} cannot be used: {SystemError.Text(e)}", e);
        }
    }

    /// <summary>Waits until anybody may have written something.</summary>
    /// <param name="seen">What <see cref="Stamp"/> was when it was looked at.</param>
    /// <param name="atMost">How long to wait for that.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WaitForChangeAsync(object? seen, TimeSpan atMost, CancellationToken cancellationToken)
    {
        // A look at a file's times takes a microsecond, needs no lock, and misses nothing on any file system; there is nobody to ask.
        var begin = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begin) < atMost && Equals(seen, Stamp()))
        {
            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Something that differs after anybody has written.</summary>
    public object? Stamp()
    {
        try
        {
            return FileStatus.Of(StoreSession.LogOf(File)) is { } log ? (log.Inode, log.Size, log.ModifiedSeconds, log.ModifiedNanoseconds) : null;
        }
        catch (IOException)
        {
            // Whoever may not look is told so by the transaction that follows.
            return null;
        }
    }

    private T Transact<T>(Func<StoreTransaction, T> work, string place)
    {
        T result;
        bool wrote;
        if (System.IO.File.Exists(place))
        {
            throw new IOException($"{place} is not a directory");
        }

        Directory.CreateDirectory(place, Private);
        using (StoreGate.Enter(Path.Combine(place, "state.lock")))
        {
            var path = Path.Combine(place, "state.db");
            if (_session?.IsCurrentAt(path) is not true)
            {
                _session?.Dispose();
                _session = null;
                _session = StoreSession.Open(path);
            }

            try
            {
                result = _session.Transact(work, Instant.Of(time), out wrote);
            }
            catch (SqliteException)
            {
                // Whatever is wrong with it, the next transaction begins with a fresh one.
                _session.Dispose();
                _session = null;
                throw;
            }
        }

        if (wrote)
        {
            _session.Flush();
        }

        return result;
    }

    private static string Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        NotADatabase or Corrupt => $"is damaged ({e.Message}): move it away and crcache begins a new one, which does not know the resources that were in it",
        Full => "cannot be written: the disk is full; nothing was changed",
        _ => $"cannot be used: {e.Message}",
    };
}
