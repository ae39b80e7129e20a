namespace CrCache.Tasks.Tests;

/// <summary>Real builds of projects outside the repository, with the packed package.</summary>
public sealed class BuildTests(PackedTasks tasks) : IDisposable
{
    private readonly Consumer _consumer = new(tasks);

    [Fact]
    public async Task A_failing_command_is_an_error_of_the_project_and_the_lease_is_free_after_the_build()
    {
        var project = _consumer.WriteProject("app.csproj", """
              <Target Name="Step">
                <AcquireResource Source="builders">
                  <Output TaskParameter="Resources" ItemName="Builder" />
                </AcquireResource>
                <RunOnResource Resources="@(Builder)" Command="echo 'x.c(3,4): error E1: from the compiler'; exit 7" />
              </Target>
            """);

        var result = await _consumer.DotnetAsync("build", "-t:Step");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("x.c(3,4): error E1: from the compiler", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{project}(12,5): error CRC0701: '", result.Output, StringComparison.Ordinal);
        Assert.Contains("on builders-0 exited with code 7", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, _consumer.InUse);
    }

    [Theory]
    [InlineData("-m:1")]
    [InlineData("-m:4")]
    [InlineData("-mt", "-m:4")]
    public async Task Projects_that_build_at_the_same_time_share_the_resources(params string[] mode)
    {
        // Each project waits on its resource until all four have arrived, except where they build one after the other.
        var arrive = mode[0] == "-m:1" ? "true" : "while [ `ls ../arrived | wc -l` -lt 4 ]; do sleep 0.05; done";
        Directory.CreateDirectory(Path.Combine(_consumer.Home.Project, "arrived"));
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            _consumer.WriteProject($"{name}/{name}.csproj", $"""
                  <Target Name="Step">
                    <AcquireResource Source="builders">
                      <Output TaskParameter="Resources" ItemName="Builder" />
                    </AcquireResource>
                    <RunOnResource Resources="@(Builder)" Command="echo {name} on %(Builder.Identity) &gt; ../arrived/{name}; {arrive}" Timeout="120s" />
                  </Target>
                """);
        }

        _consumer.Write("all.proj", """
            <Project DefaultTargets="Build">
              <ItemGroup>
                <Each Include="a/a.csproj;b/b.csproj;c/c.csproj;d/d.csproj" />
              </ItemGroup>
              <Target Name="Restore">
                <MSBuild Projects="@(Each)" Targets="Restore" />
              </Target>
              <Target Name="Build">
                <MSBuild Projects="@(Each)" Targets="Step" BuildInParallel="true" />
              </Target>
            </Project>
            """);

        (await _consumer.DotnetAsync(["build", "all.proj", .. mode])).Success();

        var used = Directory.GetFiles(Path.Combine(_consumer.Home.Project, "arrived")).Select(File.ReadAllText).ToArray();
        Assert.Equal(4, used.Length);
        if (mode[0] != "-m:1")
            Assert.Equal(["builders-0", "builders-1", "builders-2", "builders-3"], used.Select(u => u.Split(" on ")[1].Trim()).Order());
        Assert.Equal(0, _consumer.InUse);
    }

    [Theory]
    [InlineData("-m:1")]
    [InlineData("-mt")]
    public async Task Relative_files_and_the_configuration_count_from_the_project_wherever_the_build_starts(string mode)
    {
        // The task stands in a file that a project below imports, and the build starts above both.
        _consumer.Home.AddSource("builders", "type = local\nmaximum = 1", project: true);
        _consumer.Write("deep/app/.crcache/sources/own/source.conf", "[DEFAULT]\ntype = local\nmaximum = 1\n");
        _consumer.Write("deep/app/in.txt", "the project's");
        _consumer.WriteProject("deep/app/app.csproj", """<Import Project="../step.targets" />""");
        _consumer.Write("deep/step.targets", """
            <Project>
              <Target Name="Step">
                <AcquireResource Source="own">
                  <Output TaskParameter="Resources" ItemName="Own" />
                </AcquireResource>
                <AcquireResource Source="builders">
                  <Output TaskParameter="Resources" ItemName="Builder" />
                </AcquireResource>
                <CopyToResource Resources="@(Own)" Files="in.txt" Destination="$(MSBuildThisFileDirectory)copied.txt" />
                <CopyFromResource Resources="@(Own)" Files="$(MSBuildThisFileDirectory)copied.txt" Destination="out/" />
                <CopyToResource Resources="@(Own)" Files="in.txt" Destination="made/" />
                <RunOnResource Resources="@(Own)" Command="cat made/in.txt &gt; made/again.txt" />
              </Target>
            </Project>
            """);

        (await _consumer.DotnetAsync("build", "deep/app/app.csproj", "-t:Step", mode)).Success();

        Assert.Equal("the project's", File.ReadAllText(Path.Combine(_consumer.Home.Project, "deep/copied.txt")));
        Assert.Equal("the project's", File.ReadAllText(Path.Combine(_consumer.Home.Project, "deep/app/out/copied.txt")));
        Assert.Equal("the project's", File.ReadAllText(Path.Combine(_consumer.Home.Project, "deep/app/made/again.txt")));
    }

    [Fact]
    public async Task Arguments_arrive_through_msbuild_exactly_as_escaped()
    {
        _consumer.WriteProject("app.csproj", """
              <ItemGroup>
                <Argument Include="printf" />
                <Argument Include="[%25s]%5Cn" />
                <Argument Include="a b" />
                <Argument Include="a%3Bb" />
                <Argument Include="back%5Cslash" />
                <Argument Include="%24HOME" />
                <Argument Include="a b" />
              </ItemGroup>
              <Target Name="Step">
                <AcquireResource Source="builders">
                  <Output TaskParameter="Resources" ItemName="Builder" />
                </AcquireResource>
                <RunOnResource Resources="@(Builder)" Arguments="@(Argument)" ConsoleToMSBuild="true">
                  <Output TaskParameter="ConsoleOutput" ItemName="Line" />
                  <Output TaskParameter="ExitCode" PropertyName="Code" />
                </RunOnResource>
                <Message Importance="high" Text="%(Line.Identity) of %(Line.Resource) $(Code)" />
              </Target>
            """);

        var result = (await _consumer.DotnetAsync("build", "-t:Step")).Success();

        foreach (var line in new[] { "[a b]", "[a;b]", @"[back\slash]", "[$HOME]" })
            Assert.Contains($"{line} of builders-0 0", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_multi_targeting_build_leases_in_the_outer_and_in_each_inner_build()
    {
        _consumer.Home.AddSource("builders", "type = local\nmaximum = 3", project: true);
        _consumer.WriteProject("app.csproj", """
              <PropertyGroup>
                <TargetFramework />
                <TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>
                <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
              </PropertyGroup>
              <Target Name="Step">
                <AcquireResource Source="builders" />
                <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="Inner" Properties="TargetFramework=net10.0" />
                <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="Inner" Properties="TargetFramework=netstandard2.0" />
              </Target>
              <Target Name="Inner">
                <AcquireResource Source="builders">
                  <Output TaskParameter="Resources" ItemName="Builder" />
                </AcquireResource>
                <Message Importance="high" Text="$(TargetFramework) on @(Builder)" />
              </Target>
            """);

        var result = (await _consumer.DotnetAsync("build", "-t:Step")).Success();

        Assert.Contains("net10.0 on builders-1", result.Output, StringComparison.Ordinal);
        Assert.Contains("netstandard2.0 on builders-2", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, _consumer.InUse);
    }

    [Fact]
    public async Task A_parameter_that_msbuild_itself_refuses_is_its_error_at_the_line()
    {
        var project = _consumer.WriteProject("app.csproj", """
              <Target Name="Missing">
                <AcquireResource />
              </Target>
              <Target Name="NoNumber">
                <AcquireResource Source="builders" Count="many" />
              </Target>
              <Target Name="Unknown">
                <AcquireResource Source="builders" Amount="2" />
              </Target>
              <Target Name="NoResources">
                <RunOnResource Resources="@(Nothing)" Command="true" />
              </Target>
              <Target Name="NoDestination">
                <CopyToResource Resources="x-0" Files="a" Destination="" />
              </Target>
            """);

        foreach (var (target, line, code) in new[]
            {
                ("Missing", 9, "MSB4044"), ("NoNumber", 12, "MSB4030"), ("Unknown", 15, "MSB4064"), ("NoResources", 18, "CRC0001"),
                ("NoDestination", 21, "MSB4044"),
            })
        {
            var result = await _consumer.DotnetAsync(target == "Missing" ? ["build", $"-t:{target}"] : ["build", "--no-restore", $"-t:{target}"]);
            Assert.Equal(1, result.ExitCode);
            Assert.Matches($@"{project}\({line},\d+\): error {code}:", result.Output);
        }
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_is_shown_at_its_own_file_and_line()
    {
        var directory = _consumer.Home.AddSource("wrong", "[DEFAULT]\ntype = local\nmaximun = 2", project: true);
        _consumer.WriteProject("app.csproj", """
              <Target Name="Step">
                <AcquireResource Source="wrong" />
              </Target>
            """);

        var result = await _consumer.DotnetAsync("build", "-t:Step");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{directory}/source.conf(3): error CRC0102: ", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _consumer.Dispose();
}
