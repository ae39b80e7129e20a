namespace CrCache.Tasks.Tests;

public sealed class AcquireResourceTests : IDisposable
{
    private readonly TaskBench _bench = new();

    [Fact]
    public void A_leased_resource_is_an_item_with_its_source_concurrency_and_lease()
    {
        var task = _bench.Acquire();
        task.Count = 2;

        Assert.True(task.Execute());

        Assert.Equal(["builders-0", "builders-1"], task.Resources.Select(r => r.ItemSpec));
        Assert.All(task.Resources, r =>
        {
            Assert.Equal("builders", r.GetMetadata("Source"));
            Assert.Equal("3", r.GetMetadata("Concurrency"));
            Assert.Equal(r.ItemSpec, ResourceReference.Parse(r.GetMetadata("Lease")).Name);
            Assert.NotNull(ResourceReference.Parse(r.GetMetadata("Lease")).Epoch);
        });
        Assert.Equal(6, task.TotalConcurrency);
        Assert.Contains(_bench.Log.Messages, m => m.Message == "acquired builders-0, builders-1 (6 units of work at once)");
    }

    [Fact]
    public void The_source_may_have_something_bound()
    {
        _bench.Home.AddSource("ubuntu", "type=local\nlabels=${release} ${arch}\nmaximum=1", project: true);
        var task = _bench.Acquire();
        task.Source = "ubuntu{release=lucid,arch=arm}";

        Assert.True(task.Execute());
        Assert.Equal("ubuntu", task.Resources[0].GetMetadata("Source"));
        Assert.Equal("{arch=arm,release=lucid}", _bench.Engine.Inventory.Resources("ubuntu")[0].Binding);
    }

    [Fact]
    public void A_lease_ends_with_the_build()
    {
        _bench.Acquired(2);
        Assert.Equal(2, _bench.InUse());

        _bench.Log.Dispose();

        Assert.Equal(0, _bench.InUse());
    }

    [Theory]
    [InlineData("Manual")]
    [InlineData("manual")]
    public async Task A_manual_lease_outlives_the_build(string lifetime)
    {
        var task = _bench.Acquire();
        task.Lifetime = lifetime;
        Assert.True(task.Execute());

        _bench.Log.Dispose();

        Assert.Equal(1, _bench.InUse());
        await _bench.Engine.Leases.ReleaseAsync([new("builders-0")], force: false, CancellationToken.None);
    }

    [Fact]
    public void The_end_of_a_build_releases_the_rest_of_what_it_leased()
    {
        var resources = _bench.Acquired(2);
        Assert.True(_bench.Release(resources[0]).Execute());
        Assert.Equal(1, _bench.InUse());

        _bench.Log.Dispose();

        Assert.Equal(0, _bench.InUse());
    }

    [Fact]
    public void The_end_of_a_build_leaves_the_next_hand_out_of_a_resource_alone()
    {
        Assert.True(_bench.Release(_bench.Acquired()).Execute());
        using var other = new BuildLog();
        var task = _bench.Acquire();
        task.BuildEngine = other;
        Assert.True(task.Execute());

        _bench.Log.Dispose();

        Assert.Equal(1, _bench.InUse());
    }

    [Fact]
    public async Task A_build_s_lease_is_renewed_while_the_build_runs()
    {
        var task = _bench.Acquire();
        task.Ttl = "1s";
        Assert.True(task.Execute());
        var reference = ResourceReference.Parse(task.Resources[0].GetMetadata("Lease"));
        var expires = _bench.Engine.Leases.Get(reference).Expires;

        await Eventually.True(() => _bench.Engine.Leases.Get(reference).Expires > expires);
    }

    [Fact]
    public async Task A_build_s_leases_are_renewed_although_one_of_them_was_released()
    {
        var task = _bench.Acquire();
        task.Ttl = "1s";
        task.Count = 2;
        Assert.True(task.Execute());
        Assert.True(_bench.Release(task.Resources[0]).Execute());
        var reference = ResourceReference.Parse(task.Resources[1].GetMetadata("Lease"));
        var expires = _bench.Engine.Leases.Get(reference).Expires;

        await Eventually.True(() => _bench.Engine.Leases.Get(reference).Expires > expires);
    }

    [Fact]
    public void Fewer_will_do_where_that_is_allowed()
    {
        _bench.Acquired();
        var task = _bench.Acquire();
        task.Count = 5;
        task.AllowFewer = true;

        Assert.True(task.Execute());

        Assert.Equal("builders-1", Assert.Single(task.Resources).ItemSpec);
    }

    [Fact]
    public void Exhaustion_is_an_error_at_the_task_s_line_that_names_the_holder()
    {
        _bench.Acquired(2);
        var task = _bench.Acquire();

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.NothingAvailable, _bench.Log.Error.Code);
        Assert.Equal(("/project/file.targets", 7, 5), (_bench.Log.Error.File, _bench.Log.Error.LineNumber, _bench.Log.Error.ColumnNumber));
        Assert.Contains("builders-0 is held by", _bench.Log.Error.Message, StringComparison.Ordinal);
        Assert.Empty(task.Resources);
    }

    [Fact]
    public void The_project_file_is_the_note_that_others_read()
    {
        _bench.Acquired();

        Assert.Equal("/project/file.targets", _bench.Engine.Inventory.Resources("builders").Single(r => r.State == "leased").Note);
    }

    [Fact]
    public void A_mistake_in_the_configuration_is_an_error_at_its_own_line()
    {
        var directory = _bench.Home.AddSource("wrong", "[DEFAULT]\ntype = local\nmaximun = 2", project: true);

        Assert.False(_bench.Acquire("wrong").Execute());

        Assert.Equal(ErrorCodes.ConfigurationSetting, _bench.Log.Error.Code);
        Assert.Equal((Path.Combine(directory, "source.conf"), 3), (_bench.Log.Error.File, _bench.Log.Error.LineNumber));
    }

    [Theory]
    [InlineData("nowhere", ErrorCodes.UnknownSource)]
    [InlineData("builder", ErrorCodes.UnknownSource)]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData("../builders", null)]
    [InlineData("a\0b", null)]
    [InlineData("{0} %41 $(x)", null)]
    public void A_source_that_is_none_is_an_error(string source, string? code)
    {
        Assert.False(_bench.Acquire(source).Execute());

        Assert.StartsWith(code ?? "CRC0", _bench.Log.Error.Code, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_with_a_huge_name_is_an_error() => A_source_that_is_none_is_an_error(new string('x', 100_000), null);

    [Theory]
    [InlineData(0, ErrorCodes.Usage)]
    [InlineData(-1, ErrorCodes.Usage)]
    [InlineData(int.MinValue, ErrorCodes.Usage)]
    [InlineData(3, ErrorCodes.BeyondMaximum)]
    [InlineData(10_000, ErrorCodes.BeyondMaximum)]
    [InlineData(int.MaxValue, ErrorCodes.Usage)]
    public void A_count_that_can_never_be_met_is_an_error(int count, string code)
    {
        var task = _bench.Acquire();
        task.Count = count;

        Assert.False(task.Execute());

        Assert.Equal(code, _bench.Log.Error.Code);
        Assert.Equal(0, _bench.InUse());
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("0")]
    [InlineData("1ms")]
    [InlineData("1e9d")]
    [InlineData("99999999999999999999d")]
    [InlineData("900000d")]
    public void A_ttl_that_is_no_length_of_time_is_an_error(string ttl)
    {
        var task = _bench.Acquire();
        task.Ttl = ttl;

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.Usage, _bench.Log.Error.Code);
        Assert.Equal(0, _bench.InUse());
    }

    [Fact]
    public void A_lifetime_that_is_none_is_an_error()
    {
        var task = _bench.Acquire();
        task.Lifetime = "Forever";

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.Usage, _bench.Log.Error.Code);
        Assert.Contains("Forever", _bench.Log.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_directory_that_is_missing_has_no_sources_of_its_own()
    {
        var task = _bench.Acquire();
        task.ProjectDirectory = _bench.Home.Combine("missing");

        Assert.False(task.Execute());

        Assert.Equal(ErrorCodes.UnknownSource, _bench.Log.Error.Code);
    }

    [Fact]
    public void A_cancelled_acquire_leases_nothing_and_blames_nobody()
    {
        var task = _bench.Acquire();
        task.Cancel();

        Assert.False(task.Execute());

        Assert.Empty(_bench.Log.Errors);
        _bench.Log.Dispose();
        Assert.Equal(0, _bench.InUse());
    }

    public void Dispose() => _bench.Dispose();
}
