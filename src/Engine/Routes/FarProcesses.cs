using System.Globalization;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>Signals the processes of commands on hosts.</summary>
/// <param name="transport">How hosts are reached.</param>
internal sealed class FarProcesses(SshCaller transport)
{
    /// <summary>The command that sends it there.</summary>
    public static string Line(FarMark mark, int signal) => SshProgram.Line(new SshWatch(mark.Mark, mark.Users).End(signal));

    /// <summary>Sends a signal to the groups of a command.</summary>
    /// <param name="mark">The command.</param>
    /// <param name="signal">The signal; 0 to look only.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many groups there were.</returns>
    /// <exception cref="SshFailure">The host cannot be asked.</exception>
    public async Task<int> SignalAsync(FarMark mark, int signal, CancellationToken cancellationToken)
    {
        SshCall call = new(mark.Hops, mark.Configuration, Line(mark, signal));
        var command = await transport.StartAsync(call, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            using StreamReader answer = new(command.Output);
            var line = (await answer.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).TrimEnd();
            var end = await command.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            return int.TryParse(line.AsSpan(line.LastIndexOf('\n') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new SshFailure(end.Lost ?? "the host does not say what runs on it");
        }
    }
}
