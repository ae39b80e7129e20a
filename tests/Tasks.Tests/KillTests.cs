namespace CrCache.Tasks.Tests;

/// <summary>However a build ends, what it leased is free for the next command.</summary>
public sealed class KillTests(PackedTasks tasks) : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Kill = 9;

    private readonly Consumer _consumer = new(tasks);

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    [InlineData(Kill)]
    public async Task A_build_that_is_ended_by_a_signal_gives_its_resource_back(int signal)
    {
        var started = Path.Combine(_consumer.Home.Project, "started");
        _consumer.Home.AddSource("builders", "type = local\nmaximum = 1", project: true);
        _consumer.WriteProject("app.csproj", $"""
              <Target Name="Step">
                <AcquireResource Source="builders">
                  <Output TaskParameter="Resources" ItemName="Builder" />
                </AcquireResource>
                <RunOnResource Resources="@(Builder)" Command="echo $PPID $$ &gt; {started}.new; mv {started}.new {started}; exec sleep 1000" />
              </Target>
              <Target Name="Next">
                <AcquireResource Source="builders" />
              </Target>
            """);
        (await _consumer.DotnetAsync("restore")).Success();
        using var build = _consumer.Start("msbuild", "-t:Step");
        await Eventually.True(() => File.Exists(started) || build.HasExited);
        Assert.False(build.HasExited, build.OutputSoFar);
        Assert.Equal(1, _consumer.InUse);

        build.Signal(signal);
        await build.WaitAsync();

        // The next command is another build, in another process: it finds the resource free.
        (await _consumer.DotnetAsync("msbuild", "-t:Next")).Success();
        Assert.Equal(0, _consumer.InUse);
        if (signal == Interrupt)
        {
            var sleeper = File.ReadAllText(started).Split(' ')[1].Trim();
            await Eventually.True(() => !Directory.Exists($"/proc/{sleeper}"));
        }
    }

    public void Dispose() => _consumer.Dispose();
}
