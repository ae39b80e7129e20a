using System.Globalization;

namespace CrCache.TestAdapter.Running;

public sealed class HostArgumentsTests
{
    private static readonly string[] Given =
    [
        "exec", "--runtimeconfig", "/a b/t.runtimeconfig.json", "/pk/testhost.dll", "--port", "43479", "--endpoint", "127.0.0.1:043479",
        "--role", "client", "--parentprocessid", "8629", "--diag", "/log dir/log.host.txt", "--tracelevel", "4",
        "--datacollectionport", "5555", "--telemetryoptedin", "false",
    ];

    [Fact]
    public void The_runner_and_the_collectors_are_found() =>
        Assert.Equal((43479, 5555), (new HostArguments(Given).Runner.Port, new HostArguments(Given).CollectorPort));

    [Fact]
    public void A_stock_host_is_told_to_talk_to_this_process_and_nothing_else_is_changed() =>
        Assert.Equal(
            [
                "exec", "--runtimeconfig", "/a b/t.runtimeconfig.json", "/pk/testhost.dll", "--port", "77", "--endpoint", "127.0.0.1:77",
                "--role", "client", "--parentprocessid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                "--diag", "/log dir/log.host.places-0.txt", "--tracelevel", "4", "--datacollectionport", "0", "--telemetryoptedin", "false",
            ],
            new HostArguments(Given).For(77, 0, "places-0"));

    [Theory]
    [InlineData("--port")]
    [InlineData("--port", "x")]
    [InlineData("--port", "0")]
    [InlineData("--port", "70000")]
    [InlineData("--help")]
    public void A_command_line_that_is_no_test_hosts_is_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => new HostArguments(arguments).Runner);
}
