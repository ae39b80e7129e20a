using System.Globalization;
using CrCache.Ssh;

namespace CrCache.Routes;

/// <summary>Signals the processes of commands on hosts.</summary>
/// <param name="transport">How hosts are reached.</param>
internal sealed class FarProcesses(SshTransport transport)
{
    /// <summary>Sends a signal to the groups of a command.</summary>
    /// <param name="mark">The command.</param>
    /// <param name="signal">The signal; 0 to look only.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many groups there were.</returns>
    /// <exception cref="SshFailure">The host cannot be asked.</exception>
    public async Task<int> SignalAsync(FarMark mark, int signal, CancellationToken cancellationToken)
    {
        SshWatch watch = new(mark.Mark, mark.Users);
        string[] words =
        [
            "/bin/sh", "-c", watch.EndScript, "sh", signal.ToString(CultureInfo.InvariantCulture),
            mark.Mark[..(mark.Mark.Length / 2)], mark.Mark[(mark.Mark.Length / 2)..],
        ];
        var command = await transport.StartAsync(new(mark.Hops, mark.Configuration, SshProgram.Line(words)), cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            using StreamReader answer = new(command.Output);
            var line = await answer.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var end = await command.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            return int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new SshFailure(end.Lost ?? "the host does not say what runs on it");
        }
    }
}
