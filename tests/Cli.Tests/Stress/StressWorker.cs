using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace CrCache.Cli.Tests.Stress;

/// <summary>One of many who start one <c>crcache</c> after another, as a script would, and lose what they have when one is killed.</summary>
/// <param name="number">Its number.</param>
/// <param name="place">Where.</param>
/// <param name="command">Runs its commands.</param>
/// <param name="known">What all workers have, for those who steal.</param>
internal sealed class StressWorker(int number, StressHome place, StressCommand command, ConcurrentDictionary<string, int> known) : IDisposable
{
    private const string Gone = "76";
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"w{number}");
    private ProcessRun? _process;

    /// <summary>Does what is planned until the time is over.</summary>
    public async Task WorkAsync(IEnumerable<StressTurn> turns, CancellationToken stop)
    {
        foreach (var turn in turns.TakeWhile(_ => !stop.IsCancellationRequested))
        {
            await FirstAsync(turn);
            var has = await AcquireAsync(turn);
            if (has.Count > 0)
            {
                await UseAsync(turn, has);
                await PartAsync(turn, has);
            }
            else
            {
                await CutAsync(turn.Tie);
            }
        }
    }

    /// <summary>Gives back all that it may still have.</summary>
    public async Task EndAsync()
    {
        await CutAsync(StressTie.Process);
        await CutAsync(StressTie.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _process?.Dispose();

    private async Task FirstAsync(StressTurn turn)
    {
        if (turn.Changes)
        {
            place.Change(place.Sources[number % place.Sources.Count], 1 + turn.Runs.Count);
        }

        if (turn.Collects)
        {
            await command.RunAsync(["gc", "--apply"], turn.KillFirst, owner: null, "CRC0302", "CRC0303");
        }

        var others = known.Keys.Order(StringComparer.Ordinal).ToArray();
        if (turn.Steals is { } which && others.Length > 0)
        {
            // The name alone: whoever has it by now.
            var name = others[which % others.Length].Split('@')[0];
            if (await command.RunAsync(["steal", "--json", "--ttl", "1s", name], turn.KillFirst, _name, "CRC0202", "CRC0204") is { ExitCode: 0 } stolen)
            {
                await UseAsync(turn with { Runs = [(1, null)] }, References(stolen.Output));
            }

            await CutAsync(StressTie.Name);
        }
    }

    private async Task<IReadOnlyList<string>> AcquireAsync(StressTurn turn)
    {
        List<string> arguments = ["acquire", "--json", .. turn.Demands.SelectMany(d => new[] { "-s", d.Count.Contains('.', StringComparison.Ordinal) ? d.Source : $"{d.Source}:{d.Count}" })];
        arguments.AddRange(turn.Demands.Select(d => d.Count).Where(c => c.Contains('.', StringComparison.Ordinal)));
        if (turn.Wait is { } seconds)
        {
            arguments.AddRange([$"--wait={seconds}s", "--priority", turn.Priority.ToString(CultureInfo.InvariantCulture)]);
        }

        if (turn.Tie == StressTie.Process)
        {
            _process ??= ProcessRun.Start(["sleep", "100000"]);
            arguments.AddRange(["--while-pid", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        }
        else if (turn.Tie == StressTie.Time)
        {
            arguments.AddRange(["--ttl", "1s"]);
        }

        var result = await command.RunAsync(
            arguments, turn.KillAcquire, turn.Tie == StressTie.Name ? _name : null, "75", "124", "CRC0301", "CRC0303");
        var has = result is { ExitCode: 0 } ? References(result.Output) : [];
        foreach (var reference in has)
        {
            known[reference] = number;
        }

        return has;
    }

    private async Task UseAsync(StressTurn turn, IReadOnlyList<string> has)
    {
        for (var i = 0; i < turn.Runs.Count; i++)
        {
            var (milliseconds, kill) = turn.Runs[i];
            var reference = has[i % has.Count];
            var seconds = (milliseconds / 1000.0).ToString(CultureInfo.InvariantCulture);
            string[] arguments = ["run", reference, "sh", place.Use, reference.Split('@')[0], seconds];

            // A command that outlives its crcache still uses the resource, and is not to be met by another one of the same holder's.
            if (await command.RunAsync(arguments, kill, owner: null, kill?.Victim == StressVictim.Child ? ["76", "137"] : [Gone]) is not { ExitCode: 0 })
            {
                return;
            }
        }
    }

    private async Task PartAsync(StressTurn turn, IReadOnlyList<string> has)
    {
        foreach (var reference in has)
        {
            known.TryRemove(reference, out _);
        }

        var owner = turn.Tie == StressTie.Name ? _name : null;
        string[] lawful = [Gone, "CRC0302", "CRC0303"];
        switch (turn.Ending)
        {
            case StressEnding.Release:
                await command.RunAsync(["release", .. has], turn.KillRelease, owner, lawful);
                break;
            case StressEnding.ReleaseEach:
                foreach (var reference in has)
                {
                    await command.RunAsync(["release", reference], turn.KillRelease, owner, lawful);
                }

                break;
            case StressEnding.Hold:
                await command.RunAsync(["hold", "--for", "1s", .. has], turn.KillRelease, _name, Gone);
                await command.RunAsync(["release", .. has.Select(r => r.Split('@')[0])], turn.KillRelease, _name, [.. lawful, "CRC0202", "CRC0204"]);
                break;
        }

        // Of several one may have been lost, and then none was released; or the release was killed.
        await CutAsync(turn.Tie);
    }

    private async Task CutAsync(StressTie tie)
    {
        if (tie == StressTie.Name)
        {
            await command.RunAsync(["release", "-f", "--owner", _name], kill: null, owner: null, "CRC0302", "CRC0303");
        }
        else if (tie == StressTie.Process && _process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitAsync();
            process.Dispose();
        }
    }

    private static IReadOnlyList<string> References(string json)
    {
        using var leases = JsonDocument.Parse(json);
        return [.. leases.RootElement.EnumerateArray().Select(l => l.GetProperty("reference").GetString()!)];
    }
}
