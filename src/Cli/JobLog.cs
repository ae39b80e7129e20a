using System.Globalization;
using CrCache.Scheduling;

namespace CrCache.Cli;

/// <summary>A line for each job, in the form of GNU parallel's <c>--joblog</c>, so that what reads one reads the other.</summary>
internal sealed class JobLog : IDisposable
{
    private readonly StreamWriter _file;

    /// <summary>Begins the file anew.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public JobLog(string path)
    {
        try
        {
            _file = new StreamWriter(path) { AutoFlush = true, NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--joblog: cannot write {Shown.Cut(path)}: {e.Message}");
        }

        _file.WriteLine("Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand");
    }

    /// <summary>Adds a job's line. A job that never ran has none, as there.</summary>
    public void Add(WorkResult result, IEnumerable<string> command)
    {
        if (result.Resource is not { } resource)
            return;
        var signal = result.Command?.Signal ?? 0;
        try
        {
            _file.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Index + 1}\t{resource.Name}\t{result.Started.ToUnixTimeMilliseconds() / 1000.0:0.000}\t{result.Time.TotalSeconds,10:0.000}\t0\t0\t{(signal == 0 ? result.ExitCode : 0)}\t{signal}\t{Shown.Line(string.Join(' ', command))}"));
        }
        catch (IOException e)
        {
            throw new OutputFailedException($"cannot write the job log: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
