using CrCache.Routes;

namespace CrCache.Sources;

public sealed class LocalSourceTests : SourceContract
{
    protected override string Configure(TestHome home) => "type=local";
}

/// <summary>With what has to be looked for.</summary>
public sealed class LocalSourceWithDirectoryTests : SourceContract
{
    protected override string Configure(TestHome home) => $"type=local\ncwd={home.Project}";

    [Fact]
    public async Task A_directory_that_is_not_there_is_said_before_it_is_handed_out()
    {
        using EngineFixture fixture = new();
        fixture.Home.AddSource("s", "type=local\ncwd=/no/such/place");

        var error = await Assert.ThrowsAsync<ResourceException>(() => fixture.Acquire("s"));

        Assert.Contains("/no/such/place", error.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Engine.Inventory.Names());
    }

    [Fact]
    public async Task A_user_who_is_not_there_is_said_before_it_is_handed_out()
    {
        UserLab.Require();
        using EngineFixture fixture = new();
        fixture.Home.AddSource("s", "type=local\nuser=no-such-user");

        var error = await Assert.ThrowsAsync<ResourceException>(() => fixture.Acquire("s"));

        Assert.Contains("no-such-user", error.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Engine.Inventory.Names());
    }
}
