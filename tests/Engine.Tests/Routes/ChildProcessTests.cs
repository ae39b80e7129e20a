namespace CrCache.Routes;

public sealed class ChildProcessTests
{
    private static readonly ChildStart Sleep = new()
    {
        Arguments = ["sleep", "1000"],
        Environment = ChildStart.CurrentEnvironment(),
        Input = StreamUse.Nothing,
        Output = StreamUse.Nothing,
        Error = StreamUse.Nothing,
    };

    [Fact]
    public async Task While_it_is_kept_its_id_is_not_given_away()
    {
        Assert.Null(ChildProcess.Start(Sleep, out var child));
        var number = child!.Keep();
        child.Signal(Libc.SigTerm);

        Assert.Equal(Libc.SigTerm, (await child.Ended).Signal);
        Assert.True(ProcessStatus.Of(child.Id) is { HasEnded: true });
        Assert.False(child.HasRest());

        number!.Dispose();
        number.Dispose();
        Assert.NotEqual(Environment.ProcessId, ProcessStatus.Of(child.Id)?.Parent);
        Assert.Null(child.Keep());
    }

    [Fact]
    public async Task What_is_left_of_its_group_is_signalled_under_its_kept_id()
    {
        Assert.Null(ChildProcess.Start(Sleep with { Arguments = ["sh", "-c", "sleep 1000 & read _; exit 3"], Input = StreamUse.Pipe }, out var child));
        using var number = child!.Keep();
        await child.Input.DisposeAsync();

        Assert.Equal(3, (await child.Ended).ExitCode);
        Assert.True(child.HasRest());

        child.Signal(Libc.SigKill);
        await Eventually.True(() => !child.HasRest());
    }
}
