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

    [Fact]
    public async Task On_a_host_without_proc_ps_tells_whose_the_mark_is()
    {
        Assert.SkipWhen(Requirement.Namespaces.IsMissing(out var reason), reason);
        using TemporaryDirectory directory = new();
        using var command = ProcessRun.Start(["setsid", "-w", "sh", "-c", "echo $$; exec sleep 1000"]);
        await Eventually.True(() => command.OutputSoFar.EndsWith('\n'));
        directory.Write("ps", $"#!/bin/sh\necho ' {command.OutputSoFar.Trim()} sh -c something crcache:0123456789abcdef:'\necho ' 1 init'\n");
        File.SetUnixFileMode(directory.Combine("ps"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        string[] Without(IReadOnlyList<string> words) =>
            ["unshare", .. user, "--mount", "sh", "-c", $"mount -t tmpfs none /proc && PATH='{directory.Path}':$PATH && exec \"$@\"", "sh", .. words];
        var other = await ProcessRun.RunAsync(Without(new SshWatch("crcache:0000000000000000:", []).End(15)));
        var counted = await ProcessRun.RunAsync(Without(new SshWatch("crcache:0123456789abcdef:", []).End(0)));
        var ended = await ProcessRun.RunAsync(Without(new SshWatch("crcache:0123456789abcdef:", []).End(15)));

        Assert.Equal(("\n0\n", "\n1\n", "\n1\n"), (other.Output, counted.Output, ended.Output));
        Assert.Equal(128 + 15, (await command.WaitAsync()).ExitCode);
    }

    private static async Task<string[]> ChildrenAsync(int process) =>
        (await File.ReadAllTextAsync($"/proc/{process}/task/{process}/children", TestContext.Current.CancellationToken)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
