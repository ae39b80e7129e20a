namespace CrCache.Configuration;

/// <summary>Settings with parameters in them.</summary>
public sealed class ParameterTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    private SourceCatalog Catalog => _fixture.Engine.Sources;

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("/srv/${release}", "/srv/lucid")]
    [InlineData("/${release}/${release:-noble}/${arch:-arm}", "/lucid/lucid/arm")]
    [InlineData("/a${arch:-}b", "/ab")]
    [InlineData("/a${arch:-$x:-y}b", "/a$x:-yb")]
    [InlineData("/$$${release}", "/$${release}")]
    [InlineData("/$${release}$", "/${release}$")]
    [InlineData("/$HOME/$$/$x{y}", "/$HOME/$$/$x{y}")]
    public void A_setting_gets_what_is_bound(string cwd, string value)
    {
        _fixture.Home.AddSource("ubuntu", $"type=local\ncwd={cwd}\nlabels=${{release}}");

        Assert.Equal(value, Catalog.Get("ubuntu{release=lucid}").Text("cwd"));
    }

    [Theory]
    [InlineData("${", "is a parameter that is not closed; write ${name}")]
    [InlineData("${a", "is a parameter that is not closed; write ${name}")]
    [InlineData("${a${b}}", "is a parameter that is not closed before the next brace")]
    [InlineData("${a:-{}}", "is a parameter that is not closed before the next brace")]
    [InlineData("${}", "has no parameter's name")]
    [InlineData("${:-x}", "has no parameter's name")]
    [InlineData("${1a}", "has no parameter's name")]
    [InlineData("${a b}", "has no parameter's name")]
    [InlineData("${é}", "has no parameter's name")]
    public void A_malformed_one_is_refused_with_its_line(string value, string why)
    {
        _fixture.Home.AddSource("ubuntu", $"type=local\ncwd=/{value}");

        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("ubuntu"));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.Location?.Line);
    }

    [Fact]
    public void What_nothing_binds_is_refused_with_how_to_bind_it()
    {
        _fixture.Home.AddSource("ubuntu", "type=local\ncwd=/${release}");
        _fixture.Home.AddSource("pool", "type=pool\nsources=ubuntu");

        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("ubuntu"));
        Assert.Equal("cwd: nothing binds ${release}: ask for ubuntu{release=...}, or give it a default here, ${release:-...}", error.Message);
        Assert.Equal((3, ErrorCodes.ConfigurationSetting), (error.Location?.Line, error.Code));
        error = Assert.Throws<ConfigurationException>(() => Catalog.Get("pool"));
        Assert.Contains("ask for pool{release=...}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("/ubuntu/source.conf:3", error.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_nothing_uses_is_refused()
    {
        _fixture.Home.AddSource("ubuntu", "type=local\ncwd=/${release}");
        _fixture.Home.AddSource("pool", "type=pool\nsources=ubuntu{release=lucid}");

        var error = Assert.Throws<UsageException>(() => Catalog.Get("ubuntu{release=lucid,relese=x}"));
        Assert.Equal("'ubuntu' takes no parameter 'relese' (did you mean release?); it takes release", error.Message);
        error = Assert.Throws<UsageException>(() => Catalog.Get("local{release=lucid}"));
        Assert.StartsWith("'local' takes no parameters, and 'release' is bound", error.Message, StringComparison.Ordinal);

        // What the pool says itself cannot be said from above.
        Assert.Throws<UsageException>(() => Catalog.Get("pool{release=noble}"));
    }

    [Theory]
    [InlineData("sources=ubuntu{relese=lucid}", "nothing binds ${release} ('relese' is bound, did you mean release?): ask for pool{release=...}")]
    [InlineData("sources=ubuntu{release=a,arhc=b}", "'ubuntu' takes no parameter 'arhc' (did you mean arch?); it takes arch, release")]
    [InlineData("sources=ubuntu{release=}", "pool draws from 'ubuntu{release=}' has '}' where a value is expected")]
    [InlineData("sources=local,ubuntu{release=a, x=b}", "has U+0020 where a parameter's name")]
    [InlineData("sources=ubuntu{release=lucid", "ends where ',' or '}' is expected")]
    [InlineData("sources=ubuntu{release=a,arch=b},ubuntu{arch=b,release=a}", "is named twice")]
    public void A_layer_that_is_bound_wrongly_is_refused_with_its_line(string sources, string why)
    {
        _fixture.Home.AddSource("ubuntu", "type=local\ncwd=/${release}\nlabels=${arch:-x}");
        _fixture.Home.AddSource("pool", $"type=pool\n{sources}");

        var error = Assert.Throws<ConfigurationException>(() => Catalog.Get("pool"));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(why.StartsWith("nothing", StringComparison.Ordinal) ? "/ubuntu/source.conf:3" : "/pool/source.conf:3", error.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_not_replaced()
    {
        _fixture.Home.AddSource("ubuntu", "type=local\nmaximum=${n:-3}");

        Assert.Contains("'${n:-3}' is not a whole number", Assert.Throws<ConfigurationException>(() => Catalog.Get("ubuntu{n=3}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_remembers_only_the_bindings_that_matter_to_it()
    {
        _fixture.Home.AddSource("low", "type=local\ncwd=/${a}/${c:-x}");
        _fixture.Home.AddSource("mid", "type=pool\nsources=low{a=${b}},local");
        _fixture.Home.AddSource("top", "type=pool\nsources=mid\nlabels=d=${d}");

        var top = Catalog.Resolve(SourceReference.Parse("top{b=1,c=2,d=3}"));

        Assert.Equal("{b=1,c=2,d=3}", top.Settings.Bindings);
        Assert.Equal("{b=1,c=2}", top.Layers[0].Settings.Bindings);
        Assert.Equal("{a=1,c=2}", top.Layers[0].Layers[0].Settings.Bindings);
        Assert.Equal("/1/2", top.Layers[0].Layers[0].Settings.Text("cwd"));
        Assert.Equal("", top.Layers[0].Layers[1].Settings.Bindings);
        Assert.Equal("{b=1,d=3}", Catalog.Get("top{d=3,b=1}").Bindings);
    }

    [Fact]
    public void A_parameter_may_say_which_source()
    {
        _fixture.Home.AddSource("pool", "type=pool\nsources=${which}{x=${y:-1}}");
        _fixture.Home.AddSource("a", "type=local\nlabels=${x}");

        Assert.Equal(["a{x=1}"], Catalog.Get("pool{which=a}").Layers);
        Assert.Equal(ErrorCodes.UnknownSource, Assert.Throws<ConfigurationException>(() => Catalog.Get("pool{which=b}")).Code);
        Assert.Equal(ErrorCodes.CircularSources, Assert.Throws<ConfigurationException>(() => Catalog.Get("pool{which=pool}")).Code);
    }
}
