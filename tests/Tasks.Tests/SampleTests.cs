namespace CrCache.Tasks.Tests;

/// <summary>samples/RemoteBuild as a user has it: outside the repository, from the packed package.</summary>
public sealed class SampleTests(PackedTasks tasks) : IDisposable
{
    private readonly Consumer _consumer = new(tasks);

    [Fact]
    public async Task The_sample_builds_with_what_was_made_on_a_builder_and_leases_nothing_the_second_time()
    {
        Copy(Repository.Path("samples", "RemoteBuild"), _consumer.Home.Project);
        var version = $"-p:CrCacheVersion={tasks.Version}";

        (await _consumer.DotnetAsync("build", version, "-warnaserror")).Success();

        var run = (await _consumer.DotnetAsync("run", "--no-build", version)).Success();
        Assert.Equal($"counted on {Environment.MachineName}:", run.OutputLines[0]);
        Assert.Contains("   7 the", run.OutputLines);
        Assert.Equal(0, _consumer.InUse);
        var acquired = Acquired();
        Assert.Equal(1, acquired);

        (await _consumer.DotnetAsync("build", version)).Success();
        Assert.Equal(acquired, Acquired());

        File.AppendAllText(Path.Combine(_consumer.Home.Project, "Texts/builds.txt"), "the the the\n");
        (await _consumer.DotnetAsync("build", version)).Success();
        run = (await _consumer.DotnetAsync("run", "--no-build", version)).Success();
        Assert.Contains("  10 the", run.OutputLines);
    }

    public void Dispose() => _consumer.Dispose();

    private int Acquired() => _consumer.Engine.Inventory.Events(0, 1000).Count(e => e.Kind == "acquired");

    /// <summary>All but what building left there, and the feed: that stays the test's own.</summary>
    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.Split('/')[0] is "bin" or "obj" or "nuget.config")
                continue;
            var target = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
