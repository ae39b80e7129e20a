using System.Text;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A script at the other end that first says what there is, and then takes part in the copy when it is told to.</summary>
internal sealed class FarSession : IAsyncDisposable
{
    private static readonly byte[] Zero = [0];
    private static readonly byte[] Mark = [(byte)FarScripts.End, (byte)'\n'];

    private readonly ResolvedRoute _route;
    private readonly CopyPath _about;
    private byte[] _end = Zero;
    private bool _hasBegun;
    private bool _isOver;

    private FarSession(ResolvedRoute route, CopyPath about, FarCommand command)
    {
        (_route, _about, Command) = (route, about, command);
        Output = new(command.Output);
    }

    public FarCommand Command { get; }

    public FarOutput Output { get; }

    /// <summary>Whether its tar knows holes.</summary>
    public bool KnowsHoles { get; private set; }

    /// <summary>Starts a script.</summary>
    /// <exception cref="ResourceException">It cannot be started, or says nothing.</exception>
    public static async Task<FarSession> StartAsync(ResolvedRoute route, CopyPath about, IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        FarSession session = new(route, about, await FarCommand.StartAsync(route, about, script, cancellationToken).ConfigureAwait(false));
        try
        {
            session._end = await session.Output.StartsWithAsync((byte)'g', cancellationToken).ConfigureAwait(false) ? Zero : Mark;
            await session.RecordAsync(cancellationToken).ConfigureAwait(false);
            session.KnowsHoles = await session.RecordAsync(cancellationToken).ConfigureAwait(false) == "g";
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What it says next.</summary>
    /// <exception cref="ResourceException">It has ended, or cannot be understood.</exception>
    public async ValueTask<string> RecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Output.RecordAsync(_end, cancellationToken).ConfigureAwait(false) is { } record)
                return record;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw CopyFailure.Of(_about.ToString(), "what the other side says of its files cannot be read");
        }

        _isOver = true;
        await Command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
        throw CopyFailure.Of(_about.ToString(), $"{_route.Resource} cannot list files");
    }

    /// <summary>Reads an entry of a list.</summary>
    public CopyEntry Entry(CopyPath about, string record) => _end == Zero ? FarList.ParseFound(about, record) : FarList.Parse(about, record);

    /// <summary>Tells it to go on.</summary>
    /// <param name="line">The line it waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task BeginAsync(string line, CancellationToken cancellationToken)
    {
        _hasBegun = true;
        try
        {
            await Command.Input.WriteAsync(Encoding.ASCII.GetBytes($"{line}\n"), cancellationToken).ConfigureAwait(false);
            await Command.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It says itself why it ended.
        }
    }

    /// <summary>Finds out whether it pays to compress what goes there.</summary>
    /// <param name="sample">Some of it; nothing for what is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> PaysToAsync(byte[] sample, CancellationToken cancellationToken)
    {
        if (sample.Length == 0 || !await TriesAsync("", cancellationToken).ConfigureAwait(false))
            return false;
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            await Command.Input.WriteAsync(new byte[Compression.Trial], cancellationToken).ConfigureAwait(false);
            await Command.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It says itself why it ended.
        }

        await RecordAsync(cancellationToken).ConfigureAwait(false);
        return Compression.Pays(TimeProvider.System.GetElapsedTime(start), sample);
    }

    /// <summary>Finds out whether it pays to compress what comes from there.</summary>
    /// <param name="names">Some files, by their names from the root.</param>
    /// <param name="length">How much of them is looked at, together.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> PaysFromAsync(IReadOnlyList<string> names, long length, CancellationToken cancellationToken)
    {
        if (!await TriesAsync($" {string.Join(' ', names.Select(FarCommand.Escape))}", cancellationToken).ConfigureAwait(false))
            return false;

        // What comes behind the files took no time to read.
        var (sample, rest) = (new byte[Compression.Trial], new byte[Compression.Trial]);
        var start = 0L;
        try
        {
            await Output.ReadExactlyAsync(sample, cancellationToken).ConfigureAwait(false);
            start = TimeProvider.System.GetTimestamp();
            await Output.ReadExactlyAsync(rest, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await Command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            throw CopyFailure.Of(_about.ToString(), "what the other side says of its files cannot be read");
        }

        return Compression.Pays(TimeProvider.System.GetElapsedTime(start), sample.AsSpan(0, (int)Math.Min(length, sample.Length)));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_hasBegun && !_isOver)
            await Command.LeaveAsync().ConfigureAwait(false);
        await Command.DisposeAsync().ConfigureAwait(false);
        await Output.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether it takes part in a trial of the way.</summary>
    private async Task<bool> TriesAsync(string arguments, CancellationToken cancellationToken)
    {
        if (!_route.Steps.Any(s => s.Ssh is not null))
            return false;
        await BeginAsync($"p{arguments}", cancellationToken).ConfigureAwait(false);
        return await RecordAsync(cancellationToken).ConfigureAwait(false) == "p";
    }
}
