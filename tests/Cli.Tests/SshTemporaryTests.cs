namespace CrCache.Cli.Tests;

/// <summary>Directories and files on a host that go with the lease, however that ends.</summary>
public sealed class SshTemporaryTests : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private SshServer? _server;

    public SshTemporaryTests() => Assert.SkipWhen(Requirement.Sshd.IsMissing(out var reason), reason);

    /// <summary>Where the host has its temporary files.</summary>
    private string Temporary => _home.Combine("temporary");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Temporary);
        _server = await SshServer.StartAsync(new() { Lines = [$"SetEnv HOME={_home.Home} TMPDIR={Temporary}"] });
        _home.Environment["CRCACHE_SSH_CONFIG"] = _server.Configuration;
        _home.AddSource("lab", $"type=ssh\nssh_host={SshServer.Host}\nmaximum=1\n");
        (await _home.CrcacheAsync("acquire", "-s", "lab")).Success();
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task They_go_with_a_release()
    {
        var made = await MakeAsync();
        (await _home.CrcacheAsync("cp", _home.ConfigurationRoot, $"lab-0:{made[0]}")).Success();
        (await _home.CrcacheAsync("run", "lab-0", "sh", "-c", "echo \"$2\" >\"$1\" && chmod 400 \"$1\"", "sh", made[1], "text")).Success();

        (await _home.CrcacheAsync("release", "lab-0")).Success();

        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
    }

    [Fact]
    public async Task They_go_when_another_steals_the_resource()
    {
        await MakeAsync();

        (await _home.CrcacheAsync("steal", "lab-0")).Success();

        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
    }

    [Fact]
    public async Task They_go_when_their_holder_was_killed_and_who_makes_one_with_it()
    {
        (await _home.CrcacheAsync("release", "lab-0")).Success();
        using var holder = ProcessRun.Start(["sh", "-c", $"'{Crcache.Program}' acquire -s lab --while-pid $$ && exec sleep 600"], _home.Environment, _home.Project);
        await Eventually.True(() => holder.OutputSoFar.EndsWith('\n'));
        await MakeAsync();
        using (var maker = _home.StartCrcache("mktemp", "lab-0"))
        {
            await Eventually.True(() => maker.HasExited || Directory.GetFiles(Path.Combine(_home.StateDirectory, "temporary", "lab-0")).Length == 3);
            maker.Kill();
        }

        holder.Kill();
        await holder.WaitAsync();
        (await _home.CrcacheAsync("gc", "--apply")).Success();

        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
        Assert.Equal("lab-0\n", (await _home.CrcacheAsync("acquire", "-s", "lab")).Success().Output);
    }

    /// <summary>A directory and a file.</summary>
    private async Task<string[]> MakeAsync()
    {
        string[] made =
        [
            (await _home.CrcacheAsync("mktemp", "lab-0")).Success().Output.TrimEnd('\n'),
            (await _home.CrcacheAsync("mktemp", "--file", "lab-0")).Success().Output.TrimEnd('\n'),
        ];
        Assert.All(made, m => Assert.Equal(Temporary, Path.GetDirectoryName(m)));
        Assert.True(Directory.Exists(made[0]) && File.Exists(made[1]), string.Join(' ', made));
        return made;
    }
}
