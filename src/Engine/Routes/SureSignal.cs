using System.Globalization;
using System.Runtime.InteropServices;

namespace CrCache.Routes;

/// <summary>
/// Signals processes that were seen before, and never another one that was given such an id since: an id is looked at again while it is
/// certain that it stays the same process's.
/// </summary>
internal static class SureSignal
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // $1 the signals, then ids and starts by turns. The start is the 20th word behind the name, which may hold anything.
    internal const string AsRoot =
        """
        is() { shift 20; [ "$1" = "$t" ]; }
        n=$1; shift
        while [ "$#" -gt 1 ]; do
          i=$1 t=$2; shift 2
          s=$(cat "/proc/$i/stat") || continue
          set -f
          is "$i" ${s##*) } && for k in $n; do kill "-$k" "$i"; done
        done
        """;

    /// <summary>Sends signals to processes, by way of sudo where they run as another user.</summary>
    /// <param name="processes">The processes, as they were seen.</param>
    /// <param name="signals">The signals, in this order.</param>
    /// <returns>A task that ends when all have been sent.</returns>
    public static async Task SendAsync(IEnumerable<ProcessStatus> processes, params IReadOnlyList<int> signals)
    {
        List<ProcessStatus> refused = [.. processes.Where(p => signals.Any(s => !Send(p, s)))];
        if (refused.Count > 0)
            await RunAsync(
                new()
                {
                    Arguments = ["sudo", "-n", "--", "/bin/sh", "-c", AsRoot, "sh", string.Join(' ', signals), .. refused.SelectMany(p => new[] { Text(p.Id), Text(p.Started) })],
                    Environment = ChildStart.CurrentEnvironment(),
                },
                Patience).ConfigureAwait(false);
    }

    /// <summary>Sends a signal to a process, if it is still the one that was seen.</summary>
    /// <returns>False where this process may not.</returns>
    public static bool Send(ProcessStatus process, int signal)
    {
        // A kernel before 5.3 has no such descriptor; there only a moment is between the look and the signal.
        var descriptor = Libc.OpenProcess(Libc.OpenProcessNumber, process.Id, 0);
        try
        {
            if ((descriptor < 0 && Marshal.GetLastPInvokeError() != Libc.NotImplemented) || !process.IsAlive)
                return true;
            var sent = descriptor < 0 ? Libc.Kill(process.Id, signal) : Libc.SignalProcess(Libc.SignalProcessNumber, (int)descriptor, signal, 0, 0);
            return sent == 0 || Marshal.GetLastPInvokeError() != Libc.NotPermitted;
        }
        finally
        {
            if (descriptor >= 0)
                _ = Libc.Close((int)descriptor);
        }
    }

    /// <summary>Runs a program that signals others to its end. One that does not come to it is ended, so that it does not signal much later.</summary>
    public static async Task RunAsync(ChildStart start, TimeSpan patience)
    {
        _ = ChildProcess.Start(start with { Input = StreamUse.Nothing, Output = StreamUse.Nothing, Error = StreamUse.Nothing }, out var child);
        if (child is null)
            return;
        await ((Task)child.Ended).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        child.Signal(Libc.SigKill);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
