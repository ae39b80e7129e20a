using CrCache.TestAdapter.EndToEnd;

[assembly: AssemblyFixture(typeof(Suite))]

namespace CrCache.TestAdapter.EndToEnd;

/// <summary>
/// A generated xUnit 2 project outside the repository that uses the packed package, built once. What its tests do is
/// steered by environment variables; each test that runs says where in the file that WHERE names.
/// </summary>
public sealed class Suite : IAsyncLifetime
{
    private const string Tests = """
        namespace Demo;

        public abstract class Told
        {
            protected Told()
            {
                if (Environment.GetEnvironmentVariable("WHERE") is { } file)
                    lock (typeof(Told))
                        using (var stream = new FileStream(file + "." + Environment.ProcessId, FileMode.Append))
                            stream.Write(System.Text.Encoding.UTF8.GetBytes(
                                GetType() + "\t" + Environment.GetEnvironmentVariable("CRCACHE_RESOURCE") + "\t"
                                + Environment.GetEnvironmentVariable("CRCACHE_CONCURRENCY") + "\t"
                                + string.Join(",", Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(k => k.StartsWith("CRCACHE_TESTRUN"))) + "\n"));
            }
        }

        public class Facts : Told
        {
            [Fact] public void One() { }
            [Fact] public void Speaks() { Console.WriteLine("spoken by a test"); Console.Error.WriteLine("muttered by a test"); }
            [Fact] public void May_fail() => Assert.False(Environment.GetEnvironmentVariable("FAIL") == "1", "asked to fail");
            [Fact(Skip = "not today; \"ever\" <&>")] public void Skipped() { }
        }

        public class Theories : Told
        {
            [Theory]
            [InlineData("a.b(c)")] [InlineData("q\"uo,te; |&!=~ %20 \\")] [InlineData("tab\tnew\nline")] [InlineData("äöü 漢字 😀")] [InlineData("")] [InlineData(null)]
            public void Odd(string? text) => Assert.NotEqual("x", text);

            public static IEnumerable<object[]> Rows() => [[new Opaque(1)], [new Opaque(2)], [new Opaque(3)]];
            [Theory] [MemberData(nameof(Rows))] public void Not_serialisable(Opaque o) => Assert.NotNull(o);

            [Theory] [InlineData(1, Skip = "one row")] [InlineData(2)] public void Row_skipped(int n) => Assert.Equal(2, n);
        }

        public class Opaque(int n) { public override string ToString() => "opaque " + n; }

        public class Outer : Told { [Fact] public void Out() { } public class Nested : Told { [Fact] public void In() { } public class Deep : Told { [Fact] public void Deeper() { } } } }

        public abstract class Base : Told { [Fact] public void Inherited() { } }
        public class First : Base { }
        public class Second : Base { [Fact] public void Own() { } }

        public abstract class Generic<T> : Told { [Fact] public void Made() => Assert.NotNull(typeof(T)); }
        public class OfInt : Generic<int> { }
        public class OfDictionary : Generic<Dictionary<string, List<int>>> { }

        public class Shared { public int Users; }
        [CollectionDefinition("shared")] public class SharedDefinition : ICollectionFixture<Shared> { }
        [Collection("shared")] public class Sharing1(Shared shared) : Told { [Fact] public void Uses() => Assert.InRange(Interlocked.Increment(ref shared.Users), 1, 3); }
        [Collection("shared")] public class Sharing2(Shared shared) : Told { [Fact] public void Uses() => Assert.InRange(Interlocked.Increment(ref shared.Users), 1, 3); }
        [Collection("shared")] public class Sharing3(Shared shared) : Told { [Fact] public void Uses() => Assert.InRange(Interlocked.Increment(ref shared.Users), 1, 3); }

        public class Crasher : Told
        {
            [Fact] public void Before() { }
            [Fact]
            public void Crashes()
            {
                switch (Environment.GetEnvironmentVariable("CRASH"))
                {
                    case "exit": Environment.Exit(3); break;
                    case "fail": Environment.FailFast("the sky falls"); break;
                }
            }
        }

        public class Flaky : Told
        {
            [Fact]
            public void Passes_the_third_time()
            {
                if (Environment.GetEnvironmentVariable("FLAKY") is not { } file)
                    return;
                File.AppendAllText(file, "x");
                Assert.Equal(3, File.ReadAllText(file).Length);
            }
        }

        public class Slow : Told
        {
            [Fact]
            public void Waits()
            {
                for (var end = Environment.GetEnvironmentVariable("UNTIL"); end is not null && !File.Exists(end); Thread.Sleep(20))
                {
                }
            }
        }
        """;

    private readonly TestHome _home = new();

    /// <summary>The package it uses.</summary>
    internal PackedAdapter Package { get; } = new();

    /// <summary>The project's directory.</summary>
    public string Directory => _home.Project;

    /// <summary>The packages its restore put down.</summary>
    public string Packages => _home.Combine("packages");

    /// <summary>How many tests run, all rows counted.</summary>
    public int Count { get; } = 30;

    public async ValueTask InitializeAsync()
    {
        await Package.PackAsync();
        Write(Directory, Package, """
            <PackageReference Include="xunit" Version="2.9.3" />
            <PackageReference Include="xunit.runner.visualstudio" Version="4.0.1" />
            """, "<CrCacheSource Condition=\"'$(Plain)' == ''\">places</CrCacheSource>");
        await File.WriteAllTextAsync(Path.Combine(Directory, "Tests.cs"), Tests);
        _ = _home.AddSource("places", "type=local\nmaximum=4\nconcurrency=1\n", project: true);
        _ = _home.AddSource("away", "type=local\ncwd=/\nmaximum=4\nconcurrency=1\n", project: true);
        _ = _home.AddSource("bound", "type=local\nlabels=${a} b=${b}\nmaximum=2\nconcurrency=1\nreserve=2\n", project: true);
        _ = _home.AddSource("one", "type=local\nmaximum=1\nconcurrency=3\n", project: true);
        _home.Environment["NUGET_PACKAGES"] = Packages;
        (await ProcessRun.RunAsync(["dotnet", "build", "--nologo", "-v", "q"], _home.Environment, Directory)).Success();
    }

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        Package.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes a test project that uses the package. What other restores have fetched is used where it is.</summary>
    internal static void Write(
        string directory,
        PackedAdapter package,
        string references,
        string properties,
        string framework = """<PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />""",
        bool isXunit = true)
    {
        var fetched = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(directory, "Suite.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework Condition="!{properties.Contains("<TargetFrameworks>", StringComparison.Ordinal).ToString().ToLowerInvariant()}">net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreFallbackFolders Condition="Exists('{fetched}')">{fetched}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{package.Feed}</RestoreAdditionalProjectSources>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {framework}
                <PackageReference Include="CrCache.TestAdapter" Version="{package.Version}" />
                {references}
              </ItemGroup>
              <ItemGroup Condition="{isXunit.ToString().ToLowerInvariant()}"><Using Include="Xunit" /></ItemGroup>
            </Project>
            """);
    }
}
