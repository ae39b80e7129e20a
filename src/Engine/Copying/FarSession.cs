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

    public async ValueTask DisposeAsync()
    {
        if (!_hasBegun && !_isOver)
            await Command.LeaveAsync().ConfigureAwait(false);
        await Command.DisposeAsync().ConfigureAwait(false);
        await Output.DisposeAsync().ConfigureAwait(false);
    }
}
