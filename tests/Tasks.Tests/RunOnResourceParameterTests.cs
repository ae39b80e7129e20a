namespace CrCache.Tasks.Tests;

/// <summary>Parameters that cannot be right are refused before anything runs.</summary>
public sealed class RunOnResourceParameterTests : IDisposable
{
    private readonly TaskBench _bench = new();

    [Fact]
    public void A_command_is_needed() => Refused(_ => { }, "Command");

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    public void An_empty_command_is_refused(string command) => Refused(t => t.Command = command, "Command");

    [Fact]
    public void Command_and_arguments_together_are_refused() =>
        Refused(
            t =>
            {
                t.Command = "echo";
                t.Arguments = ["echo"];
            },
            "not both");

    [Fact]
    public void A_relative_working_directory_is_refused() => Refused(
        t =>
        {
            t.Command = "echo";
            t.WorkingDirectory = "src";
        },
        "'src'");

    [Theory]
    [InlineData("A")]
    [InlineData("=B")]
    [InlineData("")]
    public void A_variable_without_name_or_value_is_refused(string variable) => Refused(
        t =>
        {
            t.Command = "echo";
            t.EnvironmentVariables = [variable];
        },
        $"'{variable}'");

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0s")]
    [InlineData("soon")]
    [InlineData("99999999999")]
    [InlineData("25d")]
    public void A_time_limit_that_is_none_is_refused(string timeout) => Refused(
        t =>
        {
            t.Command = "echo";
            t.Timeout = timeout;
        },
        $"'{timeout}'");

    [Theory]
    [InlineData("loud")]
    [InlineData("1")]
    public void An_importance_that_is_none_is_refused(string importance)
    {
        Refused(
            t =>
            {
                t.Command = "echo";
                t.StandardOutputImportance = importance;
            },
            $"StandardOutputImportance '{importance}'");
    }

    [Theory]
    [InlineData("@1")]
    [InlineData("builders-0@")]
    [InlineData("builders-0@x")]
    [InlineData("builders-0@0")]
    [InlineData("builders-0@-1")]
    [InlineData("builders-0@99999999999999999999")]
    public void A_resource_that_is_no_name_is_refused(string name)
    {
        var task = _bench.Run(TaskBench.Items(name));
        task.Command = "echo never";

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.Usage, _bench.Log.Error.Code);
    }

    public void Dispose() => _bench.Dispose();

    private void Refused(Action<CrCache.MSBuild.RunOnResource> set, string named)
    {
        var task = _bench.Run(TaskBench.Items("builders-0"));
        set(task);

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.Usage, _bench.Log.Error.Code);
        Assert.Contains(named, _bench.Log.Error.Message, StringComparison.Ordinal);
    }
}
