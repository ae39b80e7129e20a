using System.Diagnostics;
using System.Globalization;

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

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_worker_that_loses_its_build_gives_its_resource_back_although_it_may_live_on(string nodeReuse)
    {
        _consumer.Home.Environment.Remove("MSBUILDDISABLENODEREUSE");
        foreach (var name in new[] { "a", "b" })
        {
            var started = Path.Combine(_consumer.Home.Project, name + ".started");
            _consumer.WriteProject($"{name}/{name}.csproj", $"""
                  <Target Name="Step">
                    <AcquireResource Source="builders">
                      <Output TaskParameter="Resources" ItemName="Builder" />
                    </AcquireResource>
                    <RunOnResource Resources="@(Builder)" Command="echo $PPID &gt; {started}.new; mv {started}.new {started}; exec sleep 1000" />
                  </Target>
                """);
            (await _consumer.DotnetAsync("restore", name)).Success();
        }

        _consumer.Write("all.proj", """
            <Project>
              <Target Name="Build">
                <MSBuild Projects="a/a.csproj;b/b.csproj" Targets="Step" BuildInParallel="true" />
              </Target>
            </Project>
            """);
        using var build = _consumer.Start("msbuild", "all.proj", "-m:2", $"-nodeReuse:{nodeReuse}");
        await Eventually.True(() => build.HasExited || Directory.GetFiles(_consumer.Home.Project, "*.started").Length == 2);
        Assert.False(build.HasExited, build.OutputSoFar);
        int[] nodes = [.. Directory.GetFiles(_consumer.Home.Project, "*.started").Select(f => int.Parse(File.ReadAllText(f), CultureInfo.InvariantCulture))];
        Assert.Single(nodes, n => n != build.Id);

        build.Kill();

        try
        {
            await Eventually.True(() =>
            {
                _consumer.Engine.Leases.CollectAsync(apply: true, CancellationToken.None).GetAwaiter().GetResult();
                return _consumer.InUse == 0;
            });
        }
        finally
        {
            foreach (var node in nodes.Where(n => Directory.Exists($"/proc/{n}")))
                Process.GetProcessById(node).Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _consumer.Dispose();
}
