using System.Globalization;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>A way to a resource that ends in a transport: a local process or an ssh channel.</summary>
internal sealed class ResolvedRoute(RouteChain chain)
{
    private const int SudoFailed = 1;
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string> NoVariables = [];

    /// <summary>The resource's name.</summary>
    public string Resource => chain.Resource;

    /// <summary>The steps, the one nearest to this machine first.</summary>
    public IReadOnlyList<Route> Steps => chain.Steps;

    /// <summary>What is run before and after each command of a user; null for nothing.</summary>
    public RunHooks? Hooks => chain.Hooks;

    /// <summary>Whether it leads nowhere and changes nothing: this machine as it is.</summary>
    public bool IsHere => Steps.All(s => s is { IsPlain: true, WorkingDirectory: null, Environment.Count: 0 });

    /// <summary>Where a command on this machine starts unless the route or the command says otherwise; null for the current directory.</summary>
    public string? CallerDirectory { get; init; }

    /// <summary>How hosts are reached.</summary>
    public SshWays Ssh { get; init; } = new(null, null);

    /// <summary>Starts a command at the end of the route.</summary>
    /// <exception cref="UsageException">The command cannot be one: a NUL, a relative directory.</exception>
    /// <exception cref="ResourceException">The way in failed, or the command cannot be started there.</exception>
    public Task<RunningCommand> StartAsync(ResourceCommand command, CancellationToken cancellationToken) =>
        StartAsync(command, checksUser: true, cancellationToken);

    private async Task<RunningCommand> StartAsync(ResourceCommand command, bool checksUser, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        command = command with { Terminal = command.Terminal && command.InheritStreams };
        var composer = Composer(Steps);
        var marked = composer.LastSsh >= 0 && !command.Terminal;
        var mark = marked ? $"crcache:{Guid.NewGuid():N}:" : null; // as random as it gets without OpenSSL, which takes longer to load than a store to read
        var composed = composer.Compose(command, mark);
        var streams = command.InheritStreams ? StreamUse.Inherit : StreamUse.Pipe;
        var sharesTerminal = command.InheritStreams && Libc.IsTerminal(0) != 0;
        var entry = chain.Track?.Begin();
        if (composed.Hops is { } hops)
            return await StartFarAsync(command, composer, composed, hops, mark, entry, checksUser, cancellationToken).ConfigureAwait(false);
        ChildStart start = new()
        {
            Arguments = composer.LastSsh < 0 ? composed.Arguments : SshProgram.Tied(composed.Arguments, keepsKeys: sharesTerminal && marked),
            Lifeline = composer.LastSsh >= 0,
            Environment = ChildStart.CurrentEnvironment(entry?.Environment ?? NoVariables, composed.Environment),
            OnEnd = entry is null ? null : entry.Dispose,
            WorkingDirectory = composed.WorkingDirectory ?? CallerDirectory,
            Input = streams,
            Output = streams,
            Error = composer.LastSsh >= 0 ? StreamUse.Pipe : streams,
            SharesTerminal = sharesTerminal,
        };
        ChildProcess? child = null;
        try
        {
            if (ChildProcess.Start(start, out child) is { } failure)
                return Refuse(command, failure, composer.IsPlain);
            entry?.Started(child!.Id);
        }
        finally
        {
            if (child is null)
                entry?.Dispose();
        }

        if (composer.LastSsh < 0)
            return new LocalCommand(child!, LocalKill(composer), Judge(entry, checksUser));
        SshCommand running = new(
            Resource, new SshProgramCarrier(child!), mark, command, (signal, group) => RemoteKillAsync(composer, mark, signal, group), Judge(entry, checksUser));
        return await BegunAsync(running, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a command on a host that this process reaches itself.</summary>
    private async Task<RunningCommand> StartFarAsync(
        ResourceCommand command,
        RouteComposer composer,
        ComposedCommand composed,
        IReadOnlyList<SshEndpoint> hops,
        string? mark,
        CommandTrack.Entry? entry,
        bool checksUser,
        CancellationToken cancellationToken)
    {
        LocalTerminal? terminal = null;
        SshChannelCarrier carrier;
        FarMark? far = mark is null ? null : new(hops, Ssh.Configuration, mark, composer.Users(composer.LastSsh));
        try
        {
            if (far is null)
                entry?.Started(System.Environment.ProcessId); // what has a terminal is hung up with this process
            else
                entry?.Started(far);
            foreach (var word in composed.Arguments)
                _ = NativeStrings.Length(word);
            SshCall call = new(hops, Ssh.Configuration, SshProgram.Line(composed.Arguments))
            {
                Terminal = command.Terminal ? LocalTerminal.Describe() : null,
                Abandon = far is null ? [] : [FarProcesses.Line(far, Libc.SigTerm), FarProcesses.Line(far, Libc.SigKill)],
            };
            var remote = await Ssh.Caller!.StartAsync(call, cancellationToken).ConfigureAwait(false);
            terminal = command.Terminal ? LocalTerminal.Borrow() : null;
            var outputMark = composed.MarksOutput ? SshWatch.OutputMark(mark!) : null;
            carrier = new(remote, command.InheritStreams, terminal, outputMark, entry is null ? null : entry.Dispose);
        }
        catch (Exception e)
        {
            terminal?.Dispose();
            entry?.Dispose();
            if (e is SshFailure failure)
                throw new ResourceException(failure.Code ?? ErrorCodes.RouteFailed, $"{Resource} cannot be reached: {e.Message}", e) { Setting = failure.Setting };
            throw;
        }

        SshCommand running = new(Resource, carrier, mark, command, KillAsync, Judge(entry, checksUser));
        carrier.BrokenPipe = () => running.Signal(Libc.SigPipe);
        return await BegunAsync(running, cancellationToken).ConfigureAwait(false);

        async Task KillAsync(int signal, int? group)
        {
            using CancellationTokenSource limit = new(KillTime);
            try
            {
                if (far is not null)
                    await new FarProcesses(Ssh.Caller!).SignalAsync(far, signal, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SshFailure or OperationCanceledException or IOException)
            {
                // The host does not answer; the watch there ends the command with the connection.
            }
        }
    }

    private Func<CommandResult, CancellationToken, Task<CommandResult>> Judge(CommandTrack.Entry? entry, bool checksUser) =>
        (result, token) => entry is { IsEvicted: true }
            ? throw new LeaseLostException(ErrorCodes.LeaseLost, $"the lease on {Resource} has ended, and the command with it; acquire again")
            : checksUser ? CheckUserAsync(result, token) : Task.FromResult(result);

    private RouteComposer Composer(IReadOnlyList<Route> steps) => new(steps, new SshProgram(Ssh.Configuration), Ssh.Caller is not null);

    private static async Task<RunningCommand> BegunAsync(SshCommand running, CancellationToken cancellationToken)
    {
        try
        {
            await running.StartAsync(cancellationToken).ConfigureAwait(false);
            return running;
        }
        catch
        {
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private FinishedCommand Refuse(ResourceCommand command, StartFailure failure, bool plain) => failure.ExitCode switch
    {
        ExitCodes.Failed => throw new ResourceException(ErrorCodes.CommandNotStarted, $"the command cannot be started on {Resource}: {failure.Line}"),
        _ when !plain => throw new ResourceException(ErrorCodes.RouteFailed, $"{Resource} cannot be reached: {failure.Line}"),
        _ => new(command, failure.ExitCode, failure.Line),
    };

    /// <summary>sudo's own failure is 1, which a command's may be as well: asked again with a command that cannot fail, it shows.</summary>
    private async Task<CommandResult> CheckUserAsync(CommandResult result, CancellationToken cancellationToken)
    {
        if (result is not { ExitCode: SudoFailed } || Steps.All(s => s.User is null))
            return result;
        ResourceCommand nothing = new() { Arguments = ["/bin/sh", "-c", ":"] };
        var check = await StartAsync(nothing, checksUser: false, cancellationToken).ConfigureAwait(false);
        await using (check.ConfigureAwait(false))
        {
            var error = Tail.ReadAsync(check.StandardError, cancellationToken);
            var again = await check.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (again.ExitCode != SudoFailed)
                return result;
            var line = (await error.ConfigureAwait(false)).Lines() is [var first, ..] ? first : "sudo does not say why";
            throw new ResourceException(ErrorCodes.RouteFailed, $"{Resource} cannot be used as another user: {line}");
        }
    }

    private static Func<int, int, Task>? LocalKill(RouteComposer composer)
    {
        SshWatch rights = new(null, composer.Users(0));
        if (rights.Users.Count == 0 || Libc.EffectiveUser() == 0)
            return null;
        return (signal, group) => KillAsync(new ComposedCommand(KillArguments(rights.KillScript, signal, group), new Dictionary<string, string>(), null));
    }

    // Should the host be this machine, the program ssh shows the mark as well: only the command's own group is meant.
    private Task RemoteKillAsync(RouteComposer composer, string? mark, int signal, int? group) => mark is null || group is null
        ? Task.CompletedTask
        : KillAsync(Composer(composer.ToLastHost()).Compose(new() { Arguments = new SshWatch(mark, composer.Users(composer.LastSsh)).End(signal, group) }, mark: null));

    private static string[] KillArguments(string script, int signal, int group) =>
        ["/bin/sh", "-c", script, "sh", signal.ToString(CultureInfo.InvariantCulture), group.ToString(CultureInfo.InvariantCulture)];

    private static Task KillAsync(ComposedCommand composed) => SureSignal.RunAsync(
        new()
        {
            Arguments = composed.Arguments,
            Environment = ChildStart.CurrentEnvironment(composed.Environment),
            WorkingDirectory = composed.WorkingDirectory,
        },
        KillTime);
}
