using System.Globalization;
using System.Text.RegularExpressions;

namespace CrCache.Cli.Tests;

/// <summary>testrepository with the configuration that its page shows, unchanged, over each kind of source.</summary>
public sealed partial class TestrTests : IDisposable
{
    private const int Tests = 12;

    private const string Suite =
        """
        import os, time, unittest

        class Things(unittest.TestCase):
            def begin(self, number):
                with open(os.path.join(os.getcwd(), 'ran-%d' % os.getppid()), 'a') as ran:
                    ran.write('%d\n' % number)
                while os.path.exists(os.path.join(os.getcwd(), 'endless')):
                    time.sleep(0.05)
                if os.path.exists(os.path.join(os.getcwd(), 'fail-%d' % number)):
                    self.fail('asked to')

        for number in range(12):
            setattr(Things, 'test_%d' % number, lambda self, number=number: self.begin(number))
        """;

    private readonly TestHome _home = new();

    /// <summary>Not in /tmp and not in HOME: resources that have their own of those see the suite as well.</summary>
    private readonly string _suite = Directory.CreateDirectory($"/var/tmp/crcache-test-{Guid.NewGuid():N}").FullName;

    /// <summary>What a source has to be for it: four places that see the suite's directory.</summary>
    public static TheoryData<string> Sources =>
    [
        "type=local\nmaximum=4\n",
        "type=box\nmaximum=4\n",
        "type=chroot\ntree=/\nimport=bind:/var/tmp:/var/tmp\nmaximum=4\n",
    ];

    public TestrTests()
    {
        Assert.SkipWhen(Requirement.Testr.IsMissing(out var reason), reason);

        // The interpreter that Debian's packages are for comes first.
        _home.Environment["PATH"] = $"{Path.GetDirectoryName(Crcache.Program)}:/usr/bin:{_home.Environment["PATH"]}";
        File.WriteAllText(In("test_things.py"), Suite);
        File.WriteAllText(In(".testr.conf"), Shown().Match(File.ReadAllText(Repository.Path("docs/testr.md"))).Groups[1].Value);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task All_tests_run_spread_over_the_instances(string source)
    {
        _home.AddSource("places", source);
        (await TestrAsync("init")).Success();

        var passed = (await TestrAsync("run", "--parallel")).Success();

        Assert.Matches($@"Ran {Tests} tests.*\nPASSED \(id=0\)", passed.Output);
        Assert.Equal(Enumerable.Range(0, Tests), Ran().Order());
        Assert.Equal(4, Pushed().Matches(passed.Output).Select(m => m.Groups[1].Value).Distinct().Count());
        Assert.Equal(0, await InUseAsync());

        File.WriteAllText(In("fail-7"), "");
        var failed = await TestrAsync("run", "--parallel");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("FAILED (id=1, failures=1", failed.Output, StringComparison.Ordinal);

        File.Delete(In("fail-7"));
        Assert.Contains("Ran 1 ", (await TestrAsync("run", "--failing")).Success().Output, StringComparison.Ordinal);
        Assert.Equal(0, await InUseAsync());
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task What_a_stopped_run_had_is_taken_back_and_its_tests_end(string source)
    {
        _home.AddSource("places", source);
        (await TestrAsync("init")).Success();
        File.WriteAllText(In("endless"), "");
        using var run = ProcessRun.Start(["testr", "run", "--parallel"], _home.Environment, _suite);
        await Eventually.True(() => Ran().Count == 4);

        run.Signal(15);
        Assert.Equal(143, (await run.WaitAsync()).ExitCode);
        Assert.Equal(4, await InUseAsync());

        var names = await _home.AcquireAsync("places", 4);
        await Eventually.True(() => Processes().Length == 0);
        (await _home.CrcacheAsync(["release", .. names])).Success();
    }

    [Fact]
    public async Task An_instance_too_few_stops_the_run()
    {
        _home.AddSource("places", "type=local\nmaximum=4\n");
        (await TestrAsync("init")).Success();
        await _home.AcquireAsync("places");

        var refused = await TestrAsync("run", "--parallel", "--concurrency=4");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("Provisioning instances failed, return 75", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, await InUseAsync());
    }

    public void Dispose()
    {
        ChrootTests.Sweep(_home);
        _home.Dispose();
        Directory.Delete(_suite, recursive: true);
    }

    private string In(string name) => Path.Combine(_suite, name);

    private Task<ProcessResult> TestrAsync(params string[] arguments) => ProcessRun.RunAsync(["testr", .. arguments], _home.Environment, _suite);

    /// <summary>The tests that were begun, by number.</summary>
    private List<int> Ran() =>
        [.. Directory.GetFiles(_suite, "ran-*").SelectMany(File.ReadAllLines).Select(l => int.Parse(l, CultureInfo.InvariantCulture))];

    private async Task<int> InUseAsync() =>
        int.Parse((await _home.CrcacheAsync("status", "--query", "in-use", "places")).Success().Output, CultureInfo.InvariantCulture);

    /// <summary>The processes that run tests of this suite.</summary>
    private string[] Processes() => [.. Directory.GetDirectories("/proc").Where(d => IsAtWork(d))];

    private bool IsAtWork(string process)
    {
        try
        {
            return new FileInfo($"{process}/cwd").LinkTarget == _suite
                && File.ReadAllText($"{process}/cmdline").Contains("subunit.run", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"```ini\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex(@"run --push (\S+) /\S+ -- ")]
    private static partial Regex Pushed();
}
