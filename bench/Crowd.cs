using System.Globalization;
using System.Text.Json;
using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>Several <see cref="Worker"/>s over one store.</summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TestHome _home = new();
    private readonly IReadOnlyList<ProcessRun> _workers;
    private int _answers = 1;

    private Crowd(int processes)
    {
        _home.AddSource("lab", string.Create(CultureInfo.InvariantCulture, $"type=local\nmaximum={processes}\nidle_time=1d\n"));
        _workers = [.. Enumerable.Range(0, processes).Select(_ => ProcessRun.Start(
            [Environment.ProcessPath!, "worker"], _home.Environment, _home.Project, keepInputOpen: true))];
    }

    /// <summary>Starts so many processes and waits until all are ready.</summary>
    public static async Task<Crowd> StartAsync(int processes)
    {
        var crowd = new Crowd(processes);
        await crowd.AnswersAsync();
        return crowd;
    }

    /// <summary>Has all of them do something for some time from a common start on.</summary>
    /// <returns>How long each time took, in milliseconds, for each process.</returns>
    public async Task<IReadOnlyList<double[]>> MeasureAsync(string what, TimeSpan length)
    {
        var start = (DateTimeOffset.UtcNow + Lead).ToUnixTimeMilliseconds();
        foreach (var worker in _workers)
        {
            await worker.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {start} {length.TotalSeconds}\n")));
            await worker.Input.FlushAsync();
        }

        _answers++;
        return [.. (await AnswersAsync()).Select(a => JsonSerializer.Deserialize<double[]>(a)!)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        _home.Dispose();
    }

    private async Task<IReadOnlyList<string>> AnswersAsync()
    {
        await Eventually.True(() => _workers.All(w => w.HasExited || w.OutputSoFar.AsSpan().Count('\n') >= _answers), Patience);
        return _workers.FirstOrDefault(w => w.HasExited) is { } ended
            ? throw new InvalidOperationException($"a worker has ended: {ended.ErrorSoFar}")
            : [.. _workers.Select(w => w.OutputSoFar.Split('\n')[_answers - 1])];
    }
}
