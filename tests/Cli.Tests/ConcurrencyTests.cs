using System.Text.Json;

namespace CrCache.Cli.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private const int Processes = 16;

    private readonly TestHome _home = new();

    [Fact]
    public async Task Sixteen_at_once_never_get_the_same_resource()
    {
        _home.AddSource("lab", "type=local\nmaximum=5\n");
        _home.AddSource("pool", "type=pool\nsources=lab\nreserve=3\n");

        var results = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => _home.CrcacheAsync("acquire", "-s", "pool")));

        Assert.All(results, r => Assert.True(r.ExitCode is 0 or 75, r.ToString()));
        var names = results.Where(r => r.ExitCode == 0).Select(r => r.Output.TrimEnd()).Order().ToArray();
        Assert.Equal(["pool-0", "pool-1", "pool-2", "pool-3", "pool-4"], names);
    }

    [Fact]
    public async Task Acquiring_running_and_releasing_at_once_never_overlap()
    {
        _home.AddSource("lab", "type=local\nmaximum=3\n");
        _home.AddSource("pool", "type=pool\nsources=lab\nreserve=2\n");
        // mkdir is the witness: it fails where somebody else is using the same resource.
        var cycle = $$"""
            n=0
            while [ $n -lt 4 ]; do
              name=$({{Crcache.Program}} acquire -s pool); rc=$?
              case $rc in 0) ;; 75) n=$((n+1)); continue ;; *) exit $rc ;; esac
              {{Crcache.Program}} run $name sh -c 'mkdir {{_home.Path}}/$1 && rmdir {{_home.Path}}/$1' sh $name || exit 3
              {{Crcache.Program}} release $name || exit 4
              n=$((n+1))
            done
            """;

        var results = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => _home.ShellAsync(cycle)));

        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.ToString()));
        Assert.Equal("0\n", (await _home.CrcacheAsync("status", "--query", "in-use", "pool")).Success().Output);
        await Hand_outs_do_not_overlap();
    }

    [Theory]
    [InlineData("acquire")]
    [InlineData("run|local-0|true")]
    [InlineData("release|local-0")]
    [InlineData("status")]
    [InlineData("doctor")]
    public async Task The_first_signal_ends_a_command_that_waits_for_the_store(string arguments)
    {
        (await _home.CrcacheAsync("status")).Success();
        var gate = Path.Combine(_home.StateDirectory, "state.lock");
        // What .NET takes to share a file with nobody is the very lock that the store's users queue on.
        using var held = new FileStream(gate, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var command = _home.StartCrcache(arguments.Split('|'));
        await Eventually.True(() => Opened(command.Id).Contains(gate));

        command.Signal(15);

        Assert.Equal(128 + 15, (await command.WaitAsync()).ExitCode);
    }

    private static IEnumerable<string?> Opened(int process)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(f => File.ResolveLinkTarget(f, returnFinalTarget: false)?.FullName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public void Dispose() => _home.Dispose();

    private async Task Hand_outs_do_not_overlap()
    {
        using var events = JsonDocument.Parse((await _home.CrcacheAsync("events", "--json", "-n", "100000")).Success().Output);
        var pool = events.RootElement.EnumerateArray().Where(e => e.GetProperty("resource").GetString()!.StartsWith("pool-", StringComparison.Ordinal)).ToArray();
        var acquired = 0;
        HashSet<string> held = [];
        foreach (var e in pool)
        {
            var resource = e.GetProperty("resource").GetString()!;
            switch (e.GetProperty("kind").GetString())
            {
                case "acquired":
                    acquired++;
                    Assert.True(held.Add(resource), $"{resource} was handed out twice");
                    Assert.True(held.Count <= 3, "more than the maximum were held");
                    break;
                case "released":
                    Assert.True(held.Remove(resource), $"{resource} was released but not held");
                    break;
            }
        }

        Assert.Empty(held);
        Assert.True(acquired >= 3, "nobody got anything");
    }
}
