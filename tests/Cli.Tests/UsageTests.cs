namespace CrCache.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly TestHome _home = new();

    [Theory]
    [InlineData("", "no command was given")]
    [InlineData("aquire", "unknown command 'aquire'; did you mean acquire?")]
    [InlineData("--jsn|status", "unknown option '--jsn'; did you mean --json?")]
    [InlineData("-d", "--here needs DIR")]
    [InlineData("-d|/no/such/place|status", "there is no directory '/no/such/place'")]
    [InlineData("-d|/etc/passwd|status", "there is no directory")]
    [InlineData("acquire|0", "'0' is not a number of resources")]
    [InlineData("acquire|-1", "'-1' is not a number of resources")]
    [InlineData("acquire|99999999999999999999", "is not a number of resources")]
    [InlineData("acquire|two", "'two' is not a number of resources")]
    [InlineData("acquire|", "'' is not a number of resources")]
    [InlineData("acquire|1|2", "acquire does not take '2'")]
    [InlineData("acquire|-s", "--source needs SOURCE")]
    [InlineData("acquire|--where|os=", "--where: 'os=' ends where a value is expected")]
    [InlineData("explain|--where|(os", "--where: ")]
    [InlineData("acquire|5..2", "'5..2' is not a range")]
    [InlineData("acquire|..2", "'..2' is not a range")]
    [InlineData("acquire|-s|local:0", "'0' is not a number of resources")]
    [InlineData("acquire|-s|local:", "'' is not a number of resources")]
    [InlineData("acquire|--wait=soon", "'soon' is not a length of time")]
    [InlineData("acquire|--priority|high", "--priority: 'high'")]
    [InlineData("acquire|--priority|1001", "1001 is no priority")]
    [InlineData("-s|local|acquire|-s|local", "'local' is asked for twice")]
    [InlineData("acquire|-s|", "a source's name is empty")]
    [InlineData("acquire|-s|../lab", "'../lab' cannot be a source's name")]
    [InlineData("acquire|-s|/", "'/' cannot be")]
    [InlineData("acquire|--ttl", "--ttl needs DURATION")]
    [InlineData("acquire|--ttl|soon", "'soon' is not a length of time")]
    [InlineData("acquire|--ttl|1h30", "'1h30' is not a length of time")]
    [InlineData("acquire|--ttl|99999999999999999999s", "is not a length of time")]
    [InlineData("acquire|--while-pid|0", "'0' is not the id of a process")]
    [InlineData("acquire|--while-pid|me", "'me' is not the id of a process")]
    [InlineData("acquire|--forever", "unknown option '--forever'")]
    [InlineData("run", "run needs NAME")]
    [InlineData("run|", "a resource's name is empty")]
    [InlineData("run|local-0@", "'local-0@' is not a resource")]
    [InlineData("run|local-0@-1|true", "'local-0@-1' is not a resource")]
    [InlineData("run|--fast|local-0", "unknown option '--fast'")]
    [InlineData("cp", "cp needs SRC")]
    [InlineData("cp|a", "cp needs SRC and DST")]
    [InlineData("cp||local-0:/tmp", "a path to copy is empty")]
    [InlineData("cp|a|", "a path to copy is empty")]
    [InlineData("cp|-x|a|b", "unknown option '-x'")]
    [InlineData("release|--frce|local-0", "unknown option '--frce'; did you mean --force?")]
    [InlineData("release|", "a resource's name is empty")]
    [InlineData("acquire|--owner", "--owner needs NAME")]
    [InlineData("acquire|--owner|", "'' is not an owner's name")]
    [InlineData("acquire|--owner|a\nb", "is not an owner's name")]
    [InlineData("release|--owner", "--owner needs NAME")]
    [InlineData("release|--owner|", "'' is not an owner's name")]
    [InlineData("release|--owner|ci|local-0", "takes no names")]
    [InlineData("renew", "renew needs NAME")]
    [InlineData("renew|", "a resource's name is empty")]
    [InlineData("renew|local-0|--ttl", "--ttl needs DURATION")]
    [InlineData("renew|local-0|--ttl|soon", "'soon' is not a length of time")]
    [InlineData("renew|local-0|--ttl|99999999999999999999s", "is not a length of time")]
    [InlineData("renew|local-0|--ttl|0", "a lease lasts at least one second")]
    [InlineData("renew|local-0|--ttl|10001d", "up to 10000d")]
    [InlineData("renew|local-0@0", "'local-0@0' is not a resource")]
    [InlineData("renew|--note|x|local-0", "unknown option '--note'")]
    [InlineData("hold", "hold needs NAME")]
    [InlineData("hold|", "a resource's name is empty")]
    [InlineData("hold|local-0|--for", "--for needs DURATION")]
    [InlineData("hold|local-0|--for|", "'' is not a length of time")]
    [InlineData("hold|local-0|--for|-1h", "'-1h' is not a length of time")]
    [InlineData("hold|local-0|--for|0s", "a lease lasts at least one second")]
    [InlineData("hold|local-0|--for|10001d", "up to 10000d")]
    [InlineData("hold|local-0|--owner|a\u001b[31m", "is not an owner's name")]
    [InlineData("hold|local-0|--while-pid|1", "unknown option '--while-pid'")]
    [InlineData("steal", "steal needs NAME")]
    [InlineData("steal|", "a resource's name is empty")]
    [InlineData("steal|local-0|--ttl|x", "'x' is not a length of time")]
    [InlineData("steal|local-0|--ttl|0", "a lease lasts at least one second")]
    [InlineData("steal|local-0|--owner| ", "is not an owner's name")]
    [InlineData("steal|local-0|--while-pid|x", "'x' is not the id of a process")]
    [InlineData("steal|local-0|--note", "--note needs TEXT")]
    [InlineData("status|--query", "--query needs FIELD")]
    [InlineData("status|--query|inuse", "unknown field 'inuse'; did you mean in-use?")]
    [InlineData("-s|local|status", "status does not take --source; name the sources as arguments")]
    [InlineData("status|-s|local", "status does not take -s; name the sources as arguments")]
    [InlineData("release|-s|local", "release does not take -s; see 'crcache help release'")]
    [InlineData("cp|-y|a|b", "unknown option '-y'; see 'crcache help cp'")]
    [InlineData("--|status", "'status' stands behind '--'")]
    [InlineData("acquire|--ttl|10001d", "up to 10000d")]
    [InlineData("acquire|--ttl|0s", "at least one second and at most 10000 days")]
    [InlineData("acquire|--note|two\nlines", "a note is one line of at most 1000 characters")]
    [InlineData("events|-n|0", "'0' is not a number of events")]
    [InlineData("events|-n|-3", "'-3' is not a number of events")]
    [InlineData("events|--after|x", "--after: 'x' is not an event's number")]
    [InlineData("events|--after|-1", "is not an event's number")]
    [InlineData("events|now", "events does not take 'now'")]
    [InlineData("gc|local-0", "gc does not take 'local-0'")]
    [InlineData("doctor|please", "doctor does not take 'please'")]
    [InlineData("help|aquire", "unknown command 'aquire'")]
    [InlineData("quickstart|2", "quickstart does not take '2'")]
    [InlineData("commands|2", "commands does not take '2'")]
    [InlineData("[nonsense]", "unknown command '[nonsense]'")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_2(string arguments, string text)
    {
        var result = await _home.CrcacheAsync(arguments.Length == 0 ? [] : arguments.Split('|'));

        result.AssertRefused(2, "CRC0001", text);
        Assert.False(Directory.Exists(_home.StateDirectory), "a wrong command line must not make a store");
    }

    [Fact]
    public async Task A_wrong_command_line_is_an_object_with_json()
    {
        var result = await _home.CrcacheAsync("--json", "acquire", "0");

        Assert.Equal(2, result.ExitCode);
        using var error = System.Text.Json.JsonDocument.Parse(result.Error);
        Assert.Equal("CRC0001", error.RootElement.GetProperty("code").GetString());
        Assert.Equal(2, error.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Contains("'0' is not a number", error.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run|{0}|true")]
    [InlineData("run|local-0@{0}")]
    [InlineData("run|local-0|{0}")]
    [InlineData("release|{0}")]
    [InlineData("cp|{0}:a|b")]
    [InlineData("acquire|{0}")]
    [InlineData("acquire|-s|{0}")]
    [InlineData("acquire|--note|{0}")]
    [InlineData("acquire|--ttl|{0}")]
    [InlineData("acquire|--wait={0}")]
    [InlineData("acquire|--priority|{0}")]
    [InlineData("acquire|--while-pid|{0}")]
    [InlineData("status|{0}")]
    [InlineData("status|--query|{0}")]
    [InlineData("events|-n|{0}")]
    [InlineData("-d|{0}|status")]
    [InlineData("help|{0}")]
    [InlineData("{0}")]
    [InlineData("--{0}")]
    public async Task A_name_of_a_hundred_thousand_letters_is_cut(string arguments)
    {
        await _home.AcquireAsync();

        var result = await _home.CrcacheAsync(arguments.Replace("{0}", new string('x', 100_000), StringComparison.Ordinal).Split('|'));

        Assert.NotEqual(0, result.ExitCode);
        Assert.InRange(result.Error.Length, 1, 400);
        Assert.Contains("error CRC", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run|no\nsuch\u001b[31m\tthing|true")]
    [InlineData("renew|no\nsuch\u001b[31m\tthing")]
    [InlineData("hold|no\nsuch\u001b[31m\tthing")]
    [InlineData("steal|no\nsuch\u001b[31m\tthing")]
    [InlineData("release|--owner|no\nsuch\u001b[31m\tthing")]
    [InlineData("release|no\nsuch\u001b[31m\tthing")]
    [InlineData("acquire|-s|no\nsuch\u001b[31m\tthing")]
    [InlineData("status|no\nsuch\u001b[31m\tthing")]
    public async Task A_name_with_control_characters_stays_on_its_line(string arguments)
    {
        var result = await _home.CrcacheAsync(arguments.Split('|'));

        Assert.Equal(2, result.ExitCode);
        var line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain(line, char.IsControl);
        Assert.Contains(@"no\nsuch\x1b[31m\tthing", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("renew")]
    [InlineData("hold")]
    [InlineData("steal")]
    public async Task Ten_thousand_unknown_names_are_refused_at_once(string command)
    {
        var result = await _home.CrcacheAsync([command, .. Enumerable.Range(0, 10_000).Select(i => $"pool-{i}")]);

        result.AssertRefused(2, "CRC0202", "pool-");
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_not_a_file_of_arguments()
    {
        await File.WriteAllTextAsync(Path.Combine(_home.Project, "arguments"), "status");

        (await _home.CrcacheAsync("@arguments")).AssertRefused(2, "CRC0001", "unknown command '@arguments'");
    }

    [Fact]
    public async Task Without_a_home_it_says_so_or_does_without()
    {
        var result = await ProcessRun.RunAsync(
            ["/usr/bin/env", "-u", "HOME", "-u", "CRCACHE_HOME", "-u", "XDG_CACHE_HOME", "-u", "XDG_CONFIG_HOME", Crcache.Program, "-d", _home.Project, "status", "--query", "max", "local"],
            _home.Environment,
            _home.Project);

        if (result.ExitCode == 0)
            Assert.Equal("1\n", result.Output);
        else
            Assert.Matches("^crcache: error CRC.*HOME.*\n$", result.Error);
    }

    [Fact]
    public async Task A_state_directory_that_is_not_absolute_is_refused()
    {
        _home.Environment["CRCACHE_HOME"] = "relh";

        (await _home.CrcacheAsync("acquire")).AssertRefused(2, "CRC0001", "CRCACHE_HOME is 'relh': it must be an absolute directory");
    }

    [Fact]
    public async Task A_directory_that_was_deleted_configures_nothing()
    {
        var result = await _home.ShellAsync("mkdir gone && cd gone && rmdir ../gone && crcache acquire && crcache run local-0 echo here && crcache doctor >&2 && crcache status -v > ../status");

        Assert.Equal("local-0\nhere\n", result.Success().Output);
        (await _home.ShellAsync("mkdir gone && cd gone && rmdir ../gone && exec crcache cp a local-0:/tmp")).AssertRefused(125, "CRC0501", "a: ");
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_made_is_one_line()
    {
        await File.WriteAllTextAsync(_home.StateDirectory, "in the way");

        (await _home.CrcacheAsync("acquire")).AssertRefused(125, "CRC0601", $"{_home.StateDirectory} is not a directory");
    }

    [Fact]
    public async Task A_state_directory_without_permission_is_one_line()
    {
        // Nobody, not even root, may make a directory there.
        _home.Environment["CRCACHE_HOME"] = "/sys/crcache";

        (await _home.CrcacheAsync("acquire")).AssertRefused(125, "CRC0601", "/sys/crcache");
    }

    public void Dispose() => _home.Dispose();
}
