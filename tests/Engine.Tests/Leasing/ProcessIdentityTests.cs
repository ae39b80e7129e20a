namespace CrCache.Leasing;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_not_gone_and_survives_being_written()
    {
        var identity = ProcessIdentity.Current();
        Assert.False(identity.IsGone());
        Assert.Equal(identity, ProcessIdentity.Parse(identity.ToString()));
    }

    [Fact]
    public void The_same_id_with_another_start_is_another_process() =>
        Assert.True((ProcessIdentity.Current() with { Started = 1 }).IsGone());

    [Fact]
    public void A_boot_ago_everything_is_gone() =>
        Assert.True((ProcessIdentity.Current() with { Boot = "another" }).IsGone());

    [Fact]
    public void Of_another_machine_or_container_it_cannot_be_told()
    {
        Assert.False((ProcessIdentity.Current() with { Host = "elsewhere", Started = 1 }).IsGone());
        Assert.False((ProcessIdentity.Current() with { Namespace = "pid:[1]", Started = 1 }).IsGone());
    }

    [Fact]
    public async Task A_killed_process_is_gone_also_while_it_is_a_zombie()
    {
        using var process = ProcessRun.Start(["sleep", "1000"]);
        var identity = ProcessIdentity.Of(process.Id)!;
        process.Kill();
        await Eventually.True(identity.IsGone);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a|b|c|d|e")]
    [InlineData("a|b|c|1")]
    public void Anything_else_is_nobody(string? text) => Assert.Null(ProcessIdentity.Parse(text));
}
