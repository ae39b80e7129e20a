namespace CrCache.TestAdapter.EndToEnd.Frameworks;

/// <summary>A project of xunit.v3 under VSTest.</summary>
public sealed class XunitV3Project(Suite suite) : FrameworkProject(suite)
{
    internal override string References => """
        <PackageReference Include="xunit.v3" Version="4.0.2" />
        <PackageReference Include="xunit.runner.visualstudio" Version="4.0.1" />
        """;

    internal override string Properties => "<OutputType>Exe</OutputType><IsTestingPlatformApplication>false</IsTestingPlatformApplication>";

    internal override string Tests => """
        using Xunit;
        using Xunit.Sdk;
        using Xunit.v3;

        namespace Demo;

        public abstract class Told
        {
            protected Told()
            {
                if (Environment.GetEnvironmentVariable("WHERE") is { } file)
                    lock (typeof(Told))
                        File.AppendAllText(file + "." + Environment.ProcessId, GetType() + "\t" + Environment.GetEnvironmentVariable("CRCACHE_RESOURCE") + "\n");
            }
        }

        public class Facts : Told
        {
            [Fact] public void Speaks() { Console.WriteLine("spoken by a test"); TestContext.Current.TestOutputHelper!.WriteLine("written by a test"); }
            [Fact] public void May_fail() => Assert.False(Environment.GetEnvironmentVariable("FAIL") == "1", "asked to fail");
            [Fact(Skip = "not today; \"ever\" <&>")] public void Skipped() { }
            [Fact(Explicit = true)] public void Explicit() => Assert.Fail("nobody asked for it");
            [Fact] public void Skips_itself() => Assert.Skip("at run time");
            [Fact(DisplayName = "named (by. \"hand\") 漢字")] public void Named() { }
        }

        public class Theories : Told
        {
            [Theory]
            [InlineData("a.b(c)")] [InlineData("q\"uo,te; |&!=~ %20 \\")] [InlineData("tab\tnew\nline")] [InlineData("äöü 漢字 😀")] [InlineData("")] [InlineData(null)]
            public void Odd(string? text) => Assert.NotEqual("x", text);

            public static IEnumerable<object[]> Rows() => [[new Opaque(1)], [new Opaque(2)], [new Opaque(3)]];
            [Theory] [MemberData(nameof(Rows))] public void Not_serialisable(Opaque o) => Assert.NotNull(o);

            public static IEnumerable<TheoryDataRow<int>> Named() => [new(1) { TestDisplayName = "one. (row)" }, new(2) { Skip = "one row" }, new(3) { Explicit = true }, new(4)];
            [Theory] [MemberData(nameof(Named))] public void Rows_of_their_own(int n) => Assert.True(n > 0);

            [Theory(DisableDiscoveryEnumeration = true)] [InlineData(1)] [InlineData(2)] public void Rows_made_late(int n) => Assert.True(n > 0);

            [Theory] [InlineData(1)] [InlineData("two")] [InlineData(3.5)] public void Of_any<T>(T value) => Assert.NotNull(value);
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
        [CollectionDefinition] public class Definition : ICollectionFixture<Shared> { }
        [Collection<Definition>] public class Sharing1(Shared shared) : Told { [Fact] public void Uses() => Assert.InRange(Interlocked.Increment(ref shared.Users), 1, 3); }
        [Collection(typeof(Definition))] public class Sharing2(Shared shared) : Told { [Fact] public void Uses() => Assert.InRange(Interlocked.Increment(ref shared.Users), 1, 3); }
        public abstract class Shares : Told { [Fact] public void Uses() { } }
        [Collection<Definition>] public abstract class SharesToo(Shared shared) : Shares { public Shared Shared { get; } = shared; }
        public class Sharing3(Shared shared) : SharesToo(shared) { }

        [Trait("CrCache.Group", "together")] public class Pinned1 : Told { [Fact] public void Runs() { } }
        public class Pinned2 : Told { [Fact] [Trait("CrCache.Group", "together")] public void Runs() { } [Fact] public void Runs_too() { } }
        [Trait("CrCache.Exclusive", "true")] public class Alone : Told { [Fact] public void Runs() { } }

        [AttributeUsage(AttributeTargets.Method)]
        public sealed class TwiceAttribute : DataAttribute
        {
            public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(System.Reflection.MethodInfo testMethod, DisposalTracker disposalTracker) =>
                new((IReadOnlyCollection<ITheoryDataRow>)[new TheoryDataRow<string>("first"), new TheoryDataRow<string>("second")]);
            public override bool SupportsDiscoveryEnumeration() => false;
        }

        public class Dynamic : Told { [Theory] [Twice] public void Made(string what) => Assert.NotEmpty(what); }
        """;
}
