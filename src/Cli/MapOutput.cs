using System.Collections.Concurrent;
using System.Globalization;
using CrCache.Scheduling;

namespace CrCache.Cli;

/// <summary>
/// Shows what the jobs of a map write: each job's output in one piece once it is done, or in the order of the inputs. Of a job that is tried again only the
/// last attempt is shown.
/// </summary>
/// <param name="inputs">The inputs.</param>
/// <param name="keepsOrder">Whether outputs come in the order of the inputs.</param>
/// <param name="isTagged">Whether each line begins with its input and a tab.</param>
/// <param name="isJson">Whether each job is one line of JSON instead.</param>
/// <param name="ended">Hears of each job that is done with, before its output is shown.</param>
/// <param name="problem">Is told in words what went wrong beside the command.</param>
internal sealed class MapOutput(
    IReadOnlyList<string> inputs, bool keepsOrder, bool isTagged, bool isJson, Action<WorkResult> ended, Action<string> problem) : WorkListener
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<WorkAttempt, (SpooledOutput Output, SpooledOutput Error)> _running = new();
    private readonly SortedDictionary<int, (WorkResult Result, SpooledOutput? Output, SpooledOutput? Error)> _done = [];
    private int _next;

    /// <inheritdoc/>
    public override async Task FollowAsync(WorkAttempt attempt, Stream output, Stream error)
    {
        var spools = _running.GetOrAdd(attempt, _ => (new(), new()));
        await Task.WhenAll(spools.Output.ReadAsync(output), spools.Error.ReadAsync(error));
    }

    /// <inheritdoc/>
    public override void Ended(WorkAttempt? attempt, WorkResult result, bool isFinal)
    {
        var (output, error) = attempt is not null && _running.TryRemove(attempt, out var spools) ? ((SpooledOutput?)spools.Output, (SpooledOutput?)spools.Error) : (null, null);
        if (!isFinal)
        {
            output?.Dispose();
            error?.Dispose();
            return;
        }

        lock (_lock)
        {
            _done.Add(result.Index, (result, output, error));
            ended(result);
            if (!keepsOrder)
                Show(result.Index);
            else
                while (_done.ContainsKey(_next))
                    Show(_next++);
        }
    }

    /// <inheritdoc/>
    public override void Lost(ResourceReference resource, string reason)
    {
        lock (_lock)
            problem($"{resource.Name} takes no more work: {reason}");
    }

    private void Show(int index)
    {
        _ = _done.Remove(index, out var job);
        using var output = job.Output;
        using var error = job.Error;
        if (isJson)
        {
            Output.Line(Json(job.Result, output, error));
            return;
        }

        Copy(output, Output.Write, inputs[index]);
        Copy(error, Talk.Write, inputs[index]);
        if (job.Result is { End: WorkEnd.TimedOut, Item.Timeout: { } timeout })
            problem(string.Create(CultureInfo.InvariantCulture, $"'{Shown.Cut(inputs[index])}' took longer than {timeout.TotalSeconds:0.###} s and was ended"));
        else if (job.Result is { End: WorkEnd.Lost or WorkEnd.NotRun, Problem: { } why })
            problem($"'{Shown.Cut(inputs[index])}' was not run to its end: {why}");
    }

    private void Copy(SpooledOutput? spool, Action<ReadOnlySpan<byte>> write, string input)
    {
        if (!isTagged)
        {
            spool?.CopyTo(write);
            return;
        }

        LinePrefix lines = new($"{Shown.Line(input)}\t", write);
        spool?.CopyTo(lines.Write);
        lines.End();
    }

    private string Json(WorkResult result, SpooledOutput? output, SpooledOutput? error) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", result.Index + 1);
        writer.WriteString("input", inputs[result.Index]);
        writer.WriteString("end", result.End.ToString().ToLowerInvariant());
        writer.WriteNumber("exitCode", result.ExitCode);
        writer.WriteString("resource", result.Resource?.Name);
        writer.WriteNumber("attempts", result.Attempts);
        writer.WriteNumber("seconds", Math.Round(result.Time.TotalSeconds, 3));
        writer.WriteString("problem", result.Problem);
        writer.WriteString("output", output?.Text() ?? "");
        writer.WriteString("error", error?.Text() ?? "");
        writer.WriteEndObject();
    });
}
