using Microsoft.Data.Sqlite;

namespace CrCache.Store;

/// <summary>
/// <c>state.db</c>: what this user's CrCache has, had and is about to do. Each use runs one short transaction behind the
/// <see cref="StoreGate"/>; in between the database stays open, and nothing is locked.
/// </summary>
/// <param name="directory">Where it is.</param>
/// <param name="time">What time it is.</param>
/// <param name="schema">What is in it; null for what this version of CrCache knows.</param>
internal sealed class StateStore(Func<string> directory, TimeProvider time, StoreSchema? schema = null)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _turn = new();
    private readonly StoreSchema _schema = schema ?? StoreSchema.Known;
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
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Of(e, File);
        }
    }

    /// <summary>
    /// Runs a transaction that can do without writing: where the store cannot be written, because the disk is full or read-only, it is
    /// told so by <see cref="StoreTransaction.IsReadOnly"/>, and reads what is there.
    /// </summary>
    /// <returns>What the work returned.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public T Read<T>(Func<StoreTransaction, T> work)
    {
        try
        {
            return Transact(work);
        }
        catch (StoreException e) when (StoreFailure.IsOfWriting(e, File))
        {
            try
            {
                lock (_turn)
                {
                    using var gate = StoreGate.EnterIfThere(Path.Combine(directory(), "state.lock"));
                    return ReadOnlyStore.Read(File, _schema, work, Instant.Of(time));
                }
            }
            catch (Exception second) when (second is SqliteException or IOException or UnauthorizedAccessException)
            {
                // What stands in the way of writing has to be mended anyway.
                throw e;
            }
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
                _session = StoreSession.Open(path, _schema);
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
}
