using Microsoft.Build.Framework;

namespace CrCache.Tasks.Tests;

public sealed class CopyTests : IDisposable
{
    private readonly TaskBench _bench = new();

    [Fact]
    public void Files_and_trees_go_to_a_resource_and_come_back()
    {
        var resources = _bench.Acquired();
        Write("in/one.txt", "1");
        Write("in/tree/two.txt", "2");
        var to = _bench.CopyTo(resources);
        to.Files = TaskBench.Items(_bench.Home.Combine("in/one.txt"), _bench.Home.Combine("in/tree"));
        to.Destination = _bench.Home.Combine("there") + "/";

        Assert.True(to.Execute(), Errors());

        Assert.Equal("2", File.ReadAllText(_bench.Home.Combine("there/tree/two.txt")));
        Assert.Equal(to.Files.Select(f => f.ItemSpec), to.CopiedFiles.Select(f => f.ItemSpec));
        Assert.All(to.CopiedFiles, f => Assert.Equal(("builders-0", to.Destination), (f.GetMetadata("Resource"), f.GetMetadata("Destination"))));

        var from = _bench.CopyFrom(resources);
        from.Files = [_bench.Home.Combine("there/one.txt"), _bench.Home.Combine("there/tree")];
        from.Destination = _bench.Home.Combine("back") + "/";

        Assert.True(from.Execute(), Errors());

        Assert.Equal("1", File.ReadAllText(_bench.Home.Combine("back/one.txt")));
        Assert.Equal("2", File.ReadAllText(_bench.Home.Combine("back/tree/two.txt")));
        Assert.Equal(from.Files, from.CopiedFiles.Select(f => f.ItemSpec));
    }

    [Fact]
    public void One_file_can_go_to_another_name()
    {
        var to = _bench.CopyTo(_bench.Acquired());
        to.Files = TaskBench.Items(Write("a.txt", "a"));
        to.Destination = _bench.Home.Combine("b.txt");

        Assert.True(to.Execute(), Errors());

        Assert.Equal("a", File.ReadAllText(to.Destination));
    }

    [Fact]
    public void From_several_resources_each_has_its_own_directory()
    {
        var from = _bench.CopyFrom(_bench.Acquired(2));
        from.Files = [Write("a.txt", "a")];
        from.Destination = _bench.Home.Combine("back");

        Assert.True(from.Execute(), Errors());

        Assert.Equal("a", File.ReadAllText(_bench.Home.Combine("back/builders-0/a.txt")));
        Assert.Equal("a", File.ReadAllText(_bench.Home.Combine("back/builders-1/a.txt")));
        Assert.Equal(["builders-0", "builders-1"], from.CopiedFiles.Select(f => f.GetMetadata("Resource")));
    }

    [Fact]
    public void A_file_that_is_missing_is_an_error_that_names_it()
    {
        var to = _bench.CopyTo(_bench.Acquired());
        to.Files = TaskBench.Items(_bench.Home.Combine("missing.txt"));
        to.Destination = _bench.Home.Combine("there");

        Assert.False(to.Execute());

        Assert.Equal(ErrorCodes.CopyFailed, _bench.Log.Error.Code);
        Assert.Contains("missing.txt", _bench.Log.Error.Message, StringComparison.Ordinal);
        Assert.Empty(to.CopiedFiles);
    }

    [Fact]
    public void A_file_that_is_missing_on_the_resource_is_an_error_that_names_it()
    {
        var from = _bench.CopyFrom(_bench.Acquired());
        from.Files = [_bench.Home.Combine("missing.txt")];
        from.Destination = _bench.Home.Combine("back");

        Assert.False(from.Execute());

        Assert.Equal(ErrorCodes.CopyFailed, _bench.Log.Error.Code);
        Assert.Contains("missing.txt", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_copied_to_a_resource_that_is_not_leased()
    {
        var to = _bench.CopyTo(TaskBench.Items("builders-0"));
        to.Files = TaskBench.Items(Write("a.txt", "a"));
        to.Destination = _bench.Home.Combine("b.txt");

        Assert.False(to.Execute());

        Assert.Equal(ErrorCodes.NotLeased, _bench.Log.Error.Code);
        Assert.False(File.Exists(to.Destination));
    }

    [Theory]
    [InlineData("new/place/", 1, "new/place/0.txt")]
    [InlineData("new/place", 1, "new/place")]
    [InlineData("new/place", 2, "new/place/1.txt")]
    public void Directories_that_are_missing_are_made(string destination, int files, string expected)
    {
        var resources = _bench.Acquired();
        string[] names = [.. Enumerable.Range(0, files).Select(i => Write($"{i}.txt", "x"))];
        var to = _bench.CopyTo(resources);
        to.Files = TaskBench.Items(names);
        to.Destination = _bench.Home.Combine("to", destination);
        var from = _bench.CopyFrom(resources);
        from.Files = names;
        from.Destination = _bench.Home.Combine("from", destination);

        Assert.True(to.Execute() && from.Execute(), Errors());

        Assert.True(File.Exists(_bench.Home.Combine("to", expected)));
        Assert.True(File.Exists(_bench.Home.Combine("from", expected)));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_an_error()
    {
        var resources = _bench.Acquired();
        var file = Write("a.txt", "a");
        var to = _bench.CopyTo(resources);
        to.Files = TaskBench.Items(file);
        to.Destination = file + "/below/";
        var from = _bench.CopyFrom(resources);
        from.Files = [file];
        from.Destination = to.Destination;

        Assert.False(to.Execute());
        Assert.False(from.Execute());

        Assert.Equal([ErrorCodes.CopyFailed, ErrorCodes.CopyFailed], _bench.Log.Errors.Select(e => e.Code));
        Assert.All(_bench.Log.Errors, e => Assert.Contains("below", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_to_copy_is_fine()
    {
        var to = _bench.CopyTo(_bench.Acquired());
        to.Destination = "/nowhere/";
        var from = _bench.CopyFrom(to.Resources);
        from.Destination = "/nowhere/";

        Assert.True(to.Execute() && from.Execute(), Errors());
    }

    [Fact]
    public void No_resources_to_copy_to_is_an_error()
    {
        var to = _bench.CopyTo([]);
        to.Files = TaskBench.Items(Write("a.txt", "a"));
        to.Destination = "/nowhere/";

        Assert.False(to.Execute());

        Assert.Equal(ErrorCodes.Usage, _bench.Log.Error.Code);
    }

    public void Dispose() => _bench.Dispose();

    private string Write(string relative, string text)
    {
        var path = _bench.Home.Combine(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private string Errors() => string.Join('\n', _bench.Log.Errors.Select(e => e.Message));
}
