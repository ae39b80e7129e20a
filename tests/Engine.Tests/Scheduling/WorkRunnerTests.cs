using System.Collections.Concurrent;
using CrCache.Leasing;
using CrCache.Routes;

namespace CrCache.Scheduling;

public sealed class WorkRunnerTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TestHome _home = new();
    private readonly Recorder _recorder = new();
    private CrCacheEngine _engine = null!;
    private KeptLeases _leases = null!;

    public async ValueTask InitializeAsync()
    {
        _home.AddSource("lab", "type=local\nmaximum=3\nconcurrency=2\n");
        _engine = CrCacheEngine.Open(new EngineOptions { Environment = _home.Environment, Directory = _home.Project });
        _leases = await KeptLeases.AcquireAsync(_engine.Leases, new AcquireRequest("lab", 3), time: null, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _leases.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Every_item_runs_once_and_results_come_in_the_order_of_the_items()
    {
        var results = await RunAsync(new WorkOptions(), [.. Enumerable.Range(0, 30).Select(i => $"echo {i}; exit $(({i} % 3))")]);

        Assert.Equal(Enumerable.Range(0, 30), results.Select(r => r.Index));
        Assert.All(results, r => Assert.Equal((r.Index % 3, r.Index % 3 == 0 ? WorkEnd.Passed : WorkEnd.Failed, 1), (r.ExitCode, r.End, r.Attempts)));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}\n"), _recorder.Outputs.OrderBy(o => o.Key.Index).Select(o => o.Value));
    }

    [Fact]
    public async Task Each_resource_takes_as_many_at_once_as_it_has_slots()
    {
        // Six meet only where six run at once.
        var meeting = Path.Combine(_home.Project, "meeting");
        Directory.CreateDirectory(meeting);
        var script = $"touch {meeting}/$$; for i in $(seq 600); do [ $(ls {meeting} | wc -l) -ge 6 ] && exit 0; sleep 0.05; done; exit 1";

        var results = await RunAsync(new WorkOptions(), [.. Enumerable.Repeat(script, 6)]);

        Assert.All(results, r => Assert.Equal(WorkEnd.Passed, r.End));
        Assert.Equal([2, 2, 2], results.CountBy(r => r.Resource!.Value.Name).Select(c => c.Value));
    }

    [Fact]
    public async Task What_fails_is_tried_again_elsewhere_as_often_as_asked_for()
    {
        var tries = Path.Combine(_home.Project, "tries");
        var results = await RunAsync(new WorkOptions { Retries = 2 }, $"echo $CRCACHE_RESOURCE >> {tries}; [ $(wc -l < {tries}) -eq 3 ]", "exit 7");

        Assert.Equal((WorkEnd.Passed, 3), (results[0].End, results[0].Attempts));
        Assert.Equal((WorkEnd.Failed, 3, 7), (results[1].End, results[1].Attempts, results[1].ExitCode));
        Assert.Equal(3, (await File.ReadAllLinesAsync(tries, Token)).Distinct().Count());
        Assert.Equal([false, false, true], _recorder.Ends.Where(e => e.Result.Index == 0).OrderBy(e => e.Result.Attempts).Select(e => e.IsFinal));
    }

    [Fact]
    public async Task What_takes_too_long_is_ended_with_all_it_started()
    {
        var results = await RunAsync(
            new WorkOptions(), new WorkItem(WorkName.Of("slow"), _ => Shell($"sleep 300 & echo $!; wait")) { Timeout = TimeSpan.FromSeconds(0.5) });

        Assert.Equal((WorkEnd.TimedOut, 124), (results[0].End, results[0].ExitCode));
        var child = _recorder.Outputs.Single().Value.Trim();
        await Eventually.True(() => !Directory.Exists($"/proc/{child}"));
    }

    [Theory]
    [InlineData(HaltRule.Soon)]
    [InlineData(HaltRule.Now)]
    public async Task After_a_failure_nothing_more_is_started_where_that_is_asked_for(HaltRule halt)
    {
        var results = await RunAsync(
            new WorkOptions { Halt = halt },
            [.. Enumerable.Range(0, 40).Select(i => i == 0 ? "sleep 0.3; exit 1" : i < 6 ? (halt == HaltRule.Now ? "exec sleep 300" : "sleep 1") : "true")]);

        Assert.Equal(WorkEnd.Failed, results[0].End);
        if (halt == HaltRule.Now)
            Assert.All(results.Skip(1), r => Assert.Equal((WorkEnd.NotRun, 125), (r.End, r.ExitCode)));
        Assert.Equal(40, _recorder.Ends.Count(e => e.IsFinal));
    }

    [Fact]
    public async Task Work_of_a_resource_that_is_lost_runs_elsewhere_and_the_resource_gets_no_more()
    {
        var begun = Path.Combine(_home.Project, "begun");
        Directory.CreateDirectory(begun);
        var running = RunAsync(
            new WorkOptions(),
            [.. Enumerable.Range(0, 12).Select(i => $"echo $CRCACHE_RESOURCE >> {begun}/{i}; while [ ! -e {begun}/go ]; do sleep 0.05; done; [ $CRCACHE_RESOURCE != lab-1 ]")]);
        await Eventually.True(() => Directory.GetFiles(begun).Length == 6);

        await _engine.Leases.StealAsync([new("lab-1", null)], new LeaseTerms(), Token);
        await Eventually.True(() => !_recorder.Losses.IsEmpty);
        await File.WriteAllTextAsync(Path.Combine(begun, "go"), "", Token);
        var results = await running;

        Assert.All(results, r => Assert.NotEqual("lab-1", r.Resource!.Value.Name));
        Assert.Contains(results, r => r.Attempts == 2);
        Assert.All(_recorder.Losses, l => Assert.Equal("lab-1", l.Resource.Name));
    }

    [Fact]
    public async Task Where_no_resource_is_left_what_is_left_is_said_not_to_have_run()
    {
        await _engine.Leases.ReleaseAsync([.. _leases.Leases.Select(l => l.Reference)], force: false, Token);

        var results = await RunAsync(new WorkOptions { Moves = 0 }, [.. Enumerable.Repeat("true", 20)]);

        Assert.All(results, r => Assert.True(r is { End: WorkEnd.Lost or WorkEnd.NotRun, Problem.Length: > 0, ExitCode: 125 }));
        Assert.Contains(results, r => r.End == WorkEnd.NotRun && r.Problem!.Contains("no resource was left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancel_ends_every_command_and_all_it_started()
    {
        using CancellationTokenSource stop = new();
        var pids = Path.Combine(_home.Project, "pids");
        Directory.CreateDirectory(pids);
        var running = RunAsync(new WorkOptions(), stop.Token, [.. Enumerable.Repeat($"sleep 300 & touch {pids}/$!; wait", 9)]);
        await Eventually.True(() => Directory.GetFiles(pids).Length == 6);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.True(() => Directory.GetFiles(pids).All(p => !Directory.Exists($"/proc/{Path.GetFileName(p)}")));
        Assert.Equal(6, Directory.GetFiles(pids).Length);
    }

    [Fact]
    public async Task What_took_long_before_comes_first_the_next_time()
    {
        WorkOptions options = new() { Series = "s" };
        string[] scripts = ["true", "true", "true", "true", "true", "true", "true", "sleep 1"];
        _ = await RunAsync(options, scripts);
        var results = await RunAsync(options, scripts);

        Assert.Equal(results.Min(r => r.Started), results[7].Started);
    }

    [Fact]
    public async Task Nothing_to_do_is_done_at_once() => Assert.Empty(await RunAsync(new WorkOptions(), (string[])[]));

    private static ResourceCommand Shell(string script) => new() { Arguments = ["sh", "-c", script] };

    private Task<IReadOnlyList<WorkResult>> RunAsync(WorkOptions options, params string[] scripts) => RunAsync(options, Token, scripts);

    private Task<IReadOnlyList<WorkResult>> RunAsync(WorkOptions options, CancellationToken cancellationToken, params string[] scripts) =>
        RunAsync(
            options,
            cancellationToken,
            [.. scripts.Select((script, i) => new WorkItem(WorkName.Of("item", $"{i}"), attempt => Shell(script) with
            {
                Environment = new Dictionary<string, string> { ["CRCACHE_RESOURCE"] = attempt.Resource.Name },
            }))]);

    private Task<IReadOnlyList<WorkResult>> RunAsync(WorkOptions options, params WorkItem[] items) => RunAsync(options, Token, items);

    private Task<IReadOnlyList<WorkResult>> RunAsync(WorkOptions options, CancellationToken cancellationToken, params WorkItem[] items) =>
        _engine.Work.RunAsync(items, [.. _leases.Leases.Select(l => WorkPlace.Of(l))], options, _recorder, cancellationToken);

    private sealed class Recorder : WorkListener
    {
        public ConcurrentDictionary<WorkAttempt, string> Outputs { get; } = new();

        public ConcurrentQueue<(WorkResult Result, bool IsFinal)> Ends { get; } = new();

        public ConcurrentQueue<(ResourceReference Resource, string Problem)> Losses { get; } = new();

        public override async Task FollowAsync(WorkAttempt attempt, Stream output, Stream error)
        {
            using StreamReader reader = new(output);
            using StreamReader errors = new(error);
            var (text, _) = (reader.ReadToEndAsync(CancellationToken.None), errors.ReadToEndAsync(CancellationToken.None));
            Outputs[attempt] = await text;
        }

        public override void Ended(WorkAttempt? attempt, WorkResult result, bool isFinal) => Ends.Enqueue((result, isFinal));

        public override void Lost(ResourceReference resource, string problem) => Losses.Enqueue((resource, problem));
    }
}
