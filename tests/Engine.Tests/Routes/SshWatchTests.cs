namespace CrCache.Routes;

public sealed class SshWatchTests
{
    // No process has this number. To procps's kill, asked for the group, its first digit was the number: everything of that user.
    private const string NoGroup = "1999999999";

    [Fact]
    public async Task Signalling_a_group_as_another_user_reaches_nothing_else_of_that_user()
    {
        UserLab.Require();
        using var bystander = ProcessRun.Start(["sudo", "-n", "-u", UserLab.Route.User!, "sh", "-c", "echo; exec sleep 1000"]);
        await Eventually.True(() => bystander.OutputSoFar.Length > 0);
        SshWatch watch = new("mark", [UserLab.Route.User!]);

        await ProcessRun.RunAsync(["sh", "-c", watch.KillScript, "sh", "15", NoGroup]);
        await ProcessRun.RunAsync(["sh", "-c", watch.SureKillScript, "sh", "15", NoGroup]);

        // Had it been signalled it would have ended before this signal, or of another one.
        await ProcessRun.RunAsync(["kill", "-10", .. await ChildrenAsync(bystander.Id)]);
        Assert.Equal(128 + 10, (await bystander.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_group_of_another_user_is_signalled()
    {
        UserLab.Require();
        using var command = ProcessRun.Start(["setsid", "-w", "sudo", "-n", "-u", UserLab.Route.User!, "sh", "-c", "echo; sleep 1000"]);
        await Eventually.True(() => command.OutputSoFar.Length > 0);
        var group = ProcessStatus.Of(int.Parse((await ChildrenAsync(command.Id))[0], System.Globalization.CultureInfo.InvariantCulture))!.Value.Group;

        await ProcessRun.RunAsync(["sh", "-c", new SshWatch(null, [UserLab.Route.User!]).KillScript, "sh", "15", $"{group}"]);

        Assert.Equal(128 + 15, (await command.WaitAsync()).ExitCode);
    }

    [Fact]
    public async Task Nothing_is_run_for_a_connection_that_has_gone_before_it_could_be_watched()
    {
        Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);
        using TemporaryDirectory directory = new();
        var ran = directory.Combine("ran");

        // The first process of a pid namespace has taken the place of the parent that has ended.
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        await ProcessRun.RunAsync(["unshare", .. user, "--pid", "--fork", "sh", "-c", "\"$@\"; exit", "sh", .. new SshWatch("mark", []).Around(["touch", ran])]);

        Assert.False(File.Exists(ran));
    }

    private static async Task<string[]> ChildrenAsync(int process) =>
        (await File.ReadAllTextAsync($"/proc/{process}/task/{process}/children", TestContext.Current.CancellationToken)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
