namespace CrCache.Routes;

/// <summary>Many at once on servers that let in few.</summary>
public sealed class SshCrowdTests
{
    public SshCrowdTests() => SshLab.Require();

    [Fact]
    public async Task Eight_commands_at_once_on_a_host_with_two_sessions_all_run()
    {
        using var server = await SshServer.StartAsync(new() { Lines = ["MaxSessions 2"] });
        ResolvedRoute route = new(new("lab-0", [new() { Ssh = SshLab.Endpoint }])) { Ssh = SshLab.Ways(server.Configuration) };

        var finished = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Finished.RunAsync(route, new() { Arguments = ["sh", "-c", "cat; exit \"$0\"", $"{i}"] }, [(byte)i])));

        Assert.Equal(Enumerable.Range(0, 8), finished.Select(f => f.ExitCode));
        Assert.All(finished, f => Assert.Equal([(byte)f.ExitCode], f.OutputBytes));
    }
}
