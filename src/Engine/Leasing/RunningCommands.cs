using System.Globalization;
using System.Text;
using CrCache.Routes;
using CrCache.Ssh;

namespace CrCache.Leasing;

/// <summary>
/// The commands that run on resources, a small file each beside the store: written before a command starts and deleted when it has ended.
/// What is still there when a lease ends is ended with it, also when whoever started it was killed: nothing of one holder goes on under
/// the next. Files and not rows, because they need not outlive a power cut, and a row would cost each command two commits.
/// </summary>
/// <param name="directory">Where the store is.</param>
/// <param name="process">This process.</param>
/// <param name="far">Ends what runs on hosts.</param>
internal sealed class RunningCommands(Func<string> directory, Lazy<ProcessIdentity> process, FarProcesses far)
{
    private const string Tag = "CRCACHE_RUN";
    private const string Evicted = "evicted";
    private const string Far = "far ";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int ReadOnlyFileSystem = 30;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FarPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether any command may still run on a resource.</summary>
    public bool Any(string resource) => Directory.Exists(Place(resource)) && Directory.EnumerateFiles(Place(resource)).Any();

    /// <summary>
    /// Writes down that a command is about to start. On a disk that is full the file stays empty, and the command is found by its mark alone;
    /// on one that is read-only there is none, but nobody can end the lease either.
    /// </summary>
    /// <param name="resource">Where.</param>
    /// <param name="epoch">Under which hand-out; 0 for none.</param>
    /// <exception cref="StoreException">It cannot be written down.</exception>
    public CommandTrack.Entry Begin(string resource, long epoch = 0)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{epoch}-{Guid.NewGuid():N}");
        var path = Path.Combine(Place(resource), id);
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Place(resource), Private);
                File.WriteAllText(path, process.Value + "\n");
                return new RunningFile(path, resource, id, process.Value, isEmpty: false);
            }
            catch (DirectoryNotFoundException)
            {
                // Somebody has just ended the commands of an earlier lease, and tidied up.
            }
            catch (IOException e) when (e.HResult == ReadOnlyFileSystem || File.Exists(path))
            {
                return new RunningFile(path, resource, id, process.Value, isEmpty: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StoreException(ErrorCodes.StoreFailed, $"{path} cannot be written: {SystemError.Text(e)}; without it nothing is run on {resource}", e);
            }
        }
    }

    /// <summary>
    /// Ends all commands on a resource: asks them to, and kills what has not ended after two seconds. A command that has come to end its own
    /// lease is left alone.
    /// </summary>
    /// <exception cref="ResourceException">One cannot be ended.</exception>
    public async Task EndAsync(string resource, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Place(resource)))
        {
            return;
        }

        await Task.WhenAll(Directory.GetFiles(Place(resource)).Select(f => EndAsync(f, resource, cancellationToken))).ConfigureAwait(false);
        try
        {
            Directory.Delete(Place(resource));
        }
        catch (IOException)
        {
            // One that ends its own lease is still in it.
        }
    }

    /// <summary>Ends what still runs under earlier hand-outs: whoever took the resource over was killed before he could.</summary>
    /// <exception cref="ResourceException">One cannot be ended.</exception>
    public async Task EndEarlierAsync(string resource, long epoch, CancellationToken cancellationToken)
    {
        var earlier = (Directory.Exists(Place(resource)) ? Directory.GetFiles(Place(resource)) : []).Where(f => EpochOf(f) is > 0 and var own && own < epoch);
        await Task.WhenAll(earlier.Select(f => EndAsync(f, resource, cancellationToken))).ConfigureAwait(false);
    }

    private static long EpochOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;

    private Task EndAsync(string path, string resource, CancellationToken cancellationToken) =>
        FarMark(path) is { } mark ? EndFarAsync(path, mark, resource, cancellationToken) : EndHereAsync(path, resource, cancellationToken);

    private async Task EndFarAsync(string path, FarMark mark, string resource, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var (isFound, isAsked) = (false, false);
        while (Read(path) is { } written)
        {
            var waited = TimeProvider.System.GetElapsedTime(begin);
            int count;
            try
            {
                count = await far.SignalAsync(mark, waited > Grace ? Libc.SigKill : isFound && !isAsked ? Libc.SigTerm : 0, cancellationToken).ConfigureAwait(false);
            }
            catch (SshFailure e)
            {
                throw new ResourceException(ErrorCodes.DiscardFailed, $"{resource} is not handed on, because a command of its last holder may still run there: {e.Message}", e);
            }

            isAsked = isFound;
            if (count > 0 && !isFound)
            {
                // It must be said before: whoever started it hears of its end at once.
                isFound = true;
                Evict(path);
                continue;
            }

            // Who started it and lives may still be on the way to it; then it deletes the file himself.
            if (count == 0 && written.Starter?.IsGone() is not false)
            {
                Delete(path);
                return;
            }

            if (waited > Patience)
            {
                throw new ResourceException(ErrorCodes.DiscardFailed, $"{resource} is not handed on: a command of its last holder does not end there");
            }

            await Task.Delay(FarPoll, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task EndHereAsync(string path, string resource, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        HashSet<ProcessStatus> asked = [], killed = [];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var waited = TimeProvider.System.GetElapsedTime(begin);
            var written = Read(path);
            if (written is null && asked.Count == 0)
            {
                return;
            }

            if (written is { Starter: { } alive, Started: null } && !alive.IsGone())
            {
                // It is just being started, and finds its lease gone, or says in a moment which process it is.
                if (waited > Patience)
                {
                    throw Stuck(resource, alive.Id);
                }
            }
            else
            {
                // Whoever starts a process may be killed before it could say which, and a process that ends may leave others: they have a mark.
                List<ProcessStatus> processes = [.. ProcessStatus.WithVariable(Tag, Path.GetFileName(path))];

                // What runs on another machine, or in another container, is not to be seen from here: such an id is somebody else's.
                if (written?.Started?.Find() is { } one)
                {
                    processes.Add(one);
                }

                if (processes.Any(p => p.IsThisOrAbove()))
                {
                    return;
                }

                var left = processes.SelectMany(p => p.WithDescendants().Concat(p.Followers())).Distinct().ToList();
                if (left.Count == 0)
                {
                    // Who started it and lives still has to read that it was ended, and deletes the file himself.
                    if (written?.Starter is { } starter && !starter.IsGone() && asked.Count > 0 && waited < Patience)
                    {
                        await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
                        continue;
                    }

                    Delete(path);
                    return;
                }

                if (waited > Patience)
                {
                    throw Stuck(resource, left[0].Id);
                }

                if (asked.Count == 0)
                {
                    Evict(path);
                }

                // What is stopped has to hear it. What is being signalled is, whoever gives up meanwhile.
                await SureSignal.SendAsync(left.Where(asked.Add), Libc.SigTerm, Libc.SigContinue).ConfigureAwait(false);
                if (waited > Grace)
                {
                    await SureSignal.SendAsync(left.Where(killed.Add), Libc.SigKill).ConfigureAwait(false);
                }
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Tidied up by somebody else.
        }
    }

    private static void Evict(string path)
    {
        try
        {
            Append(path, Evicted + "\n");
        }
        catch (IOException)
        {
            // It has just ended by itself; or the disk is full, and whoever started it is not told that it was ended.
        }
    }

    // Never makes the file: it is gone when the command is.
    private static void Append(string path, string line)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(line));
    }

    private static ResourceException Stuck(string resource, int process) => new(
        ErrorCodes.DiscardFailed,
        string.Create(CultureInfo.InvariantCulture, $"{resource} is not handed on: process {process} of its last holder does not end"));

    private static (ProcessIdentity? Starter, ProcessIdentity? Started)? Read(string path)
    {
        try
        {
            var lines = File.ReadAllLines(path);
            return (ProcessIdentity.Parse(lines.FirstOrDefault()), ProcessIdentity.Parse(lines.ElementAtOrDefault(1)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static FarMark? FarMark(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault(l => l.StartsWith(Far, StringComparison.Ordinal)) is { } line ? StoredJson.FarMark(line[Far.Length..]) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string Place(string resource) => Path.Combine(directory(), "running", resource);

    private sealed class RunningFile(string path, string resource, string id, ProcessIdentity starter, bool isEmpty) : CommandTrack.Entry
    {
        private IDisposable? _heartbeat;
        private bool _isLeft;

        public override IReadOnlyDictionary<string, string> Environment { get; } =
            new Dictionary<string, string> { ["CRCACHE_RESOURCE"] = resource, [Tag] = id };

        public override void KeepAlive(IDisposable heartbeat) => _heartbeat = heartbeat;

        public override void Started(int process) => Started(starter.Sibling(process).ToString());

        public override void Started(FarMark mark) => Started(Far + StoredJson.Of(mark));

        private void Started(string what)
        {
            try
            {
                Append(path, $"{(isEmpty ? $"{starter}\n" : "")}{what}\n");
            }
            catch (IOException)
            {
                // It has ended already; or the disk is full, and it is found by its mark.
            }
        }

        public override void Leave()
        {
            try
            {
                // Without a starter whoever ends it waits for nobody.
                File.WriteAllText(path, "\n");
                _isLeft = true;
            }
            catch (IOException)
            {
                // The disk is full: it is forgotten, as if it had ended well.
            }
        }

        public override void Dispose()
        {
            _heartbeat?.Dispose();
            if (_isLeft)
            {
                return;
            }

            try
            {
                IsEvicted = File.ReadLines(path).Contains(Evicted);
                File.Delete(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Whoever ended the lease has tidied up: this one was stopped, and could not.
                IsEvicted = !isEmpty;
            }
            catch (IOException)
            {
                // The disk is read-only.
            }
        }
    }
}
