using CrCache.Routes;

namespace CrCache.Scheduling;

/// <summary>One run of <see cref="WorkRunner"/>.</summary>
internal sealed class WorkRun : IDisposable
{
    /// <summary>How long a command that is stopped has to end by itself.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly CommandRunner _commands;
    private readonly IReadOnlyList<WorkPlace> _places;
    private readonly WorkOptions _options;
    private readonly WorkListener _listener;
    private readonly TimeProvider _time;
    private readonly WorkQueue<Job> _queue;
    private readonly WorkResult?[] _results;
    private readonly CancellationTokenSource _halt = new();
    private readonly List<WorkTime> _passed = [];
    private volatile bool _isHalting;

    public WorkRun(
        CommandRunner commands,
        IReadOnlyList<WorkItem> items,
        IReadOnlyList<WorkPlace> places,
        WorkOptions options,
        WorkListener listener,
        WorkEstimates history,
        TimeProvider time)
    {
        (_commands, _places, _options, _listener, _time) = (commands, places, options, listener, time);
        _results = new WorkResult?[items.Count];
        var usual = items.Average(i => i.Weight);
        _queue = new WorkQueue<Job>(
            [.. items.Select((item, index) => new Job(item, index))],
            job => job.Item.Weight ?? usual ?? history.Of(job.Item.Name)?.TotalSeconds ?? 1,
            [.. places.Select(p => p.Slots / history.PaceOf(p.Resource.Name))]);
    }

    /// <summary>How long what passed took.</summary>
    public IReadOnlyList<WorkTime> Passed
    {
        get
        {
            lock (_lock)
                return [.. _passed];
        }
    }

    /// <inheritdoc cref="WorkRunner.RunAsync"/>
    public async Task<IReadOnlyList<WorkResult>> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _halt.Token);
        await Task.WhenAll(
            // Each resource gets one before any gets two.
            from slot in Enumerable.Range(0, _places.Max(p => p.Slots))
            from place in Enumerable.Range(0, _places.Count)
            where slot < _places[place].Slots
            select Task.Run(() => WorkAsync(place, slot, stop.Token), CancellationToken.None)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var job in _queue.Clear())
            EndUnrun(job);
        return [.. _results.Select(r => r!)];
    }

    public void Dispose() => _halt.Dispose();

    private async Task WorkAsync(int place, int slot, CancellationToken stop)
    {
        try
        {
            while (await _queue.TakeAsync(place, stop).ConfigureAwait(false) is [var job])
            {
                job.Attempts++;
                WorkAttempt attempt = new(job.Item, job.Index, job.Attempts, _places[place].Resource, slot);
                var result = await AttemptAsync(attempt, stop).ConfigureAwait(false);
                Settle(place, attempt, job, result);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not taken is counted at the end.
        }
        catch
        {
            // The other slots would wait for what this one had.
            await _halt.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<WorkResult> AttemptAsync(WorkAttempt attempt, CancellationToken stop)
    {
        var started = _time.GetLocalNow();
        var begin = _time.GetTimestamp();
        var (end, command, problem) = await RunAsync(attempt, stop).ConfigureAwait(false);
        return new(attempt.Item, attempt.Index, end)
        {
            Resource = attempt.Resource,
            Command = command,
            Attempts = attempt.Number,
            Started = started,
            Time = _time.GetElapsedTime(begin),
            Problem = problem,
        };
    }

    private async Task<(WorkEnd End, CommandResult? Command, string? Problem)> RunAsync(WorkAttempt attempt, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (attempt.Item.Timeout is { } timeout)
            limit.CancelAfter(timeout);
        try
        {
            var running = await _commands.StartAsync(attempt.Resource, attempt.Item.Command(attempt), limit.Token).ConfigureAwait(false);
            await using (running.ConfigureAwait(false))
            {
                await running.StandardInput.DisposeAsync().ConfigureAwait(false);
                var following = _listener.FollowAsync(attempt, running.StandardOutput, running.StandardError);
                try
                {
                    var result = await running.WaitAsync(limit.Token).ConfigureAwait(false);
                    return (result.ExitCode == 0 ? WorkEnd.Passed : WorkEnd.Failed, result, running.NotStarted);
                }
                catch (OperationCanceledException)
                {
                    await running.StopAsync(Grace).ConfigureAwait(false);
                    throw;
                }
                finally
                {
                    await following.ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (WorkEnd.TimedOut, null, null);
        }
        catch (OperationCanceledException) when (_halt.IsCancellationRequested)
        {
            return (WorkEnd.NotRun, null, "it was ended with the run");
        }
        catch (CrCacheException e) when (e is ResourceException or LeaseLostException)
        {
            return (WorkEnd.Lost, null, e.Message);
        }
    }

    private void Settle(int place, WorkAttempt attempt, Job job, WorkResult result)
    {
        if (result.End == WorkEnd.Lost)
        {
            _queue.Lose(place);
            _listener.Lost(attempt.Resource, result.Problem!);
        }

        var isAgain = !_isHalting && result.End switch
        {
            WorkEnd.Lost => job.Moves++ < _options.Moves,
            WorkEnd.Failed or WorkEnd.TimedOut => job.Retries++ < _options.Retries,
            _ => false,
        };
        if (isAgain)
        {
            _listener.Ended(attempt, result, isFinal: false);
            _queue.GiveBack([job], place, isElsewhere: true);
            return;
        }

        End(attempt, job, result);
        if (result.End is not WorkEnd.Passed && _options.Halt != HaltRule.Never)
            Halt();
        _queue.Finish([job]);
    }

    private void Halt()
    {
        _isHalting = true;
        foreach (var job in _queue.Clear())
            EndUnrun(job);
        if (_options.Halt == HaltRule.Now)
            _halt.Cancel();
    }

    private void EndUnrun(Job job) => End(null, job, new WorkResult(job.Item, job.Index, WorkEnd.NotRun)
    {
        Attempts = job.Attempts,
        Problem = _isHalting ? "the run was stopped before" : "no resource was left to run it on",
    });

    private void End(WorkAttempt? attempt, Job job, WorkResult result)
    {
        lock (_lock)
        {
            _results[job.Index] = result;
            if (result.End == WorkEnd.Passed)
                _passed.Add(new(job.Item.Name, attempt!.Resource.Name, result.Time));
        }

        _listener.Ended(attempt, result, isFinal: true);
    }

    /// <summary>An item, and what it has been through.</summary>
    private sealed class Job(WorkItem item, int index)
    {
        public WorkItem Item => item;

        public int Index => index;

        public int Attempts { get; set; }

        public int Moves { get; set; }

        public int Retries { get; set; }
    }
}
