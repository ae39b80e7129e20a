namespace CrCache.Routes;

public sealed class CommandRunnerTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    [Theory]
    [InlineData("type=local", true)]
    [InlineData("type=local\ncwd=/tmp", false)]
    [InlineData("type=local\nuser=root", false)]
    public async Task Only_a_resource_that_is_this_machine_as_it_is_is_here(string settings, bool isHere)
    {
        _ = _fixture.Home.AddSource("places", settings + "\n", project: true);
        var name = Assert.Single(await _fixture.Acquire("places"));

        Assert.Equal(isHere, _fixture.Engine.Commands.IsHere(ResourceReference.Parse(name)));
    }

    [Fact]
    public void A_resource_that_nobody_has_acquired_is_refused() =>
        Assert.Throws<UsageException>(() => _fixture.Engine.Commands.IsHere(ResourceReference.Parse("places-0")));

    [Fact]
    public async Task A_command_on_this_machine_needs_no_store()
    {
        var running = await _fixture.Engine.Commands.StartHereAsync(
            new ResourceCommand
            {
                Arguments = ["/bin/sh", "-c", """echo "$PLACE $PWD"; exit 3"""],
                WorkingDirectory = _fixture.Home.Project,
                Environment = new Dictionary<string, string> { ["PLACE"] = "here" },
            },
            TestContext.Current.CancellationToken);
        await using (running)
        {
            using StreamReader output = new(running.StandardOutput);

            Assert.Equal($"here {_fixture.Home.Project}", await output.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Equal(3, (await running.WaitAsync(TestContext.Current.CancellationToken)).ExitCode);
        }

        Assert.Empty(Directory.GetFiles(_fixture.Home.Path, "state.db", SearchOption.AllDirectories));
    }

    public void Dispose() => _fixture.Dispose();
}
