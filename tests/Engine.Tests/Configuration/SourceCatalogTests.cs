namespace CrCache.Configuration;

public sealed class SourceCatalogTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private SourceCatalog Catalog => _fixture.Engine.Sources;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Without_configuration_there_is_local_once()
    {
        Assert.Equal(["local"], Catalog.Names());
        Assert.Equal(1, Catalog.Get("local").Maximum);
    }

    [Fact]
    public void The_users_definition_wins_over_the_projects()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=1", project: true);
        _fixture.Home.AddSource("db", "type=local\nmaximum=2");
        Assert.Equal(2, Catalog.Get("db").Maximum);
    }

    [Fact]
    public void A_local_of_the_users_replaces_the_implicit_one()
    {
        _fixture.Home.AddSource("local", "type=local\nmaximum=7");
        Assert.Equal(7, Catalog.Get("local").Maximum);
        Assert.Equal(["local"], Catalog.Names());
    }

    [Fact]
    public void Only_the_current_directory_counts_unless_parents_are_searched()
    {
        _fixture.Home.AddSource("db", "type=local", project: true);
        var below = Directory.CreateDirectory(Path.Combine(_fixture.Home.Project, "src", "tests")).FullName;
        Assert.DoesNotContain("db", _fixture.Open(directory: below).Sources.Names());
        Assert.Contains("db", _fixture.Open(searchParents: true, directory: below).Sources.Names());
        Assert.Equal("local", _fixture.Open(searchParents: true, directory: below).Sources.Get("db").Type);
    }

    [Fact]
    public void The_nearest_parent_wins()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=1", project: true);
        var near = Path.Combine(_fixture.Home.Project, "src", ".crcache", "sources", "db");
        Directory.CreateDirectory(near);
        File.WriteAllText(Path.Combine(near, "source.conf"), "[DEFAULT]\ntype=local\nmaximum=3\n");
        Assert.Equal(3, _fixture.Open(searchParents: true, directory: Path.Combine(_fixture.Home.Project, "src")).Sources.Get("db").Maximum);
    }

    [Theory]
    [InlineData("type=local\nmaximun=2", 3, "did you mean maximum?")]
    [InlineData("type=lokal", 2, "did you mean local?")]
    [InlineData("type=local\nmaximum=many", 3, "whole number from 0 up")]
    [InlineData("type=local\nmaximum=-1", 3, "whole number from 0 up")]
    [InlineData("type=local\nmaximum=99999999999999999999", 3, "whole number")]
    [InlineData("type=local\nreserve=3\nmaximum=2", 3, "more than maximum")]
    [InlineData("type=local\ncwd=here", 3, "absolute")]
    [InlineData("type=local\nuser=-x", 3, "user")]
    [InlineData("type=local\ncopy=move", 3, "hardlink")]
    [InlineData("type=pool", 0, "sources=")]
    [InlineData("type=pool\nsources=local,local", 3, "twice")]
    [InlineData("type=ssh", 0, "ssh_host")]
    [InlineData("type=ssh\nssh_host=-oProxyCommand=x", 3, "not a host")]
    [InlineData("reserve=1", 0, "type is missing")]
    [InlineData("type=", 0, "type is missing")]
    [InlineData("type=local\nsources=a", 3, "no such setting")]
    public void A_wrong_setting_is_named_with_file_and_line(string text, int line, string says)
    {
        var directory = _fixture.Home.AddSource("db", text);
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("db"));
        Assert.Equal(Path.Combine(directory, "source.conf"), error.Location!.Value.File);
        Assert.Equal(line, error.Location!.Value.Line);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.ConfigurationSetting, error.Code);
    }

    [Fact]
    public void Zero_stands_for_no_limit_and_for_probing()
    {
        _fixture.Home.AddSource("db", "type=local\nmaximum=0\nconcurrency=0\nreserve=0");
        var settings = Catalog.Get("db");
        Assert.Null(settings.Maximum);
        Assert.Null(settings.Concurrency);
        Assert.Equal(0, settings.Reserve);
    }

    [Fact]
    public void A_name_that_is_not_configured_is_unknown() =>
        Assert.Equal(ErrorCodes.UnknownSource, Assert.Throws<ConfigurationException>(() => Catalog.Get("lokal")).Code);

    [Theory]
    [InlineData("../../etc")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("-s")]
    [InlineData("new\nline")]
    public void What_cannot_be_a_name_is_refused(string name)
    {
        var error = Assert.Throws<UsageException>(() => Catalog.Get(name));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_pool_that_draws_from_itself_is_refused()
    {
        _fixture.Home.AddSource("a", "type=pool\nsources=b");
        _fixture.Home.AddSource("b", "type=pool\nsources=local, a");
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("a"));
        Assert.Equal(ErrorCodes.CircularSources, error.Code);
        Assert.Contains("a -> b -> a", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(Path.Combine("b", "source.conf:3"), error.Location.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothere", ErrorCodes.UnknownSource)]
    [InlineData("../db", ErrorCodes.ConfigurationSetting)]
    public void A_layer_that_is_not_there_is_named_with_file_and_line(string layer, string code)
    {
        _fixture.Home.AddSource("a", $"type=pool\nmaximum=2\nsources=local {layer}");
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("a"));
        Assert.Equal(code, error.Code);
        Assert.Contains(layer, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(Path.Combine("a", "source.conf:4"), error.Location.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_without_its_file_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_fixture.Home.ConfigurationRoot, "sources", "db"));
        Assert.Contains("has no source.conf", Assert.Throws<ConfigurationException>(() => Catalog.Get("db")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo {0}")]
    [InlineData("mkdir {0}")]
    [InlineData("ln -s /dev/null {0}")]
    [InlineData("mkfifo {0}.pipe && ln -s {0}.pipe {0}")]
    public async Task A_file_that_is_none_is_refused_unopened(string make)
    {
        var file = Path.Combine(_fixture.Home.AddSource("db", "type=local"), "source.conf");
        File.Delete(file);
        (await ProcessRun.RunAsync(["sh", "-c", make.Replace("{0}", file, StringComparison.Ordinal)])).Success();
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("db"));
        Assert.Equal(ErrorCodes.ConfigurationSyntax, error.Code);
        Assert.Contains("not a regular file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sources")]
    [InlineData("sources/db")]
    [InlineData("sources/db/source.conf")]
    public void What_everybody_can_write_is_not_used(string part)
    {
        _fixture.Home.AddSource("db", "type=local", project: true);
        var path = Path.Combine(_fixture.Home.ProjectRoot, part);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("db"));
        Assert.Equal(ErrorCodes.UntrustedConfiguration, error.Code);
        Assert.Contains("chmod", error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_fixture.Home.ProjectRoot, error.Location!.Value.File, StringComparison.Ordinal);
    }

    [Fact]
    public void The_advice_for_a_link_names_what_it_leads_to()
    {
        var file = Path.Combine(_fixture.Home.AddSource("db", "type=local"), "source.conf");
        var target = _fixture.Home.Combine("elsewhere.conf");
        File.Move(file, target);
        File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.OtherWrite);
        File.CreateSymbolicLink(file, target);
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("db"));
        Assert.EndsWith($"chmod -R o-w {target}", error.Message, StringComparison.Ordinal);
        Assert.Equal(file, error.Location!.Value.File);
    }

    [Fact]
    public async Task What_belongs_to_somebody_else_is_not_used()
    {
        Assert.SkipWhen(Requirement.Root.IsMissing(out var reason), reason);
        _fixture.Home.AddSource("db", "type=local", project: true);
        (await ProcessRun.RunAsync(["chown", "-R", "nobody", _fixture.Home.ProjectRoot])).Success();
        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("db"));
        Assert.Equal(ErrorCodes.UntrustedConfiguration, error.Code);
        Assert.Throws<ConfigurationException>(Catalog.Names);
    }
}
