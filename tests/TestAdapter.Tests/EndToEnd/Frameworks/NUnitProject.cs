namespace CrCache.TestAdapter.EndToEnd.Frameworks;

/// <summary>A project of NUnit.</summary>
public sealed class NUnitProject(Suite suite) : FrameworkProject(suite)
{
    internal override string References => """
        <PackageReference Include="NUnit" Version="5.0.0" />
        <PackageReference Include="NUnit3TestAdapter" Version="6.3.1" />
        """;

    internal override string Properties => "";

    internal override string Tests => """
        #pragma warning disable CS0618 // Order goes on to be used.
        using NUnit.Framework;

        namespace Demo
        {
            public abstract class Told
            {
                [OneTimeSetUp]
                public void Tell()
                {
                    if (Environment.GetEnvironmentVariable("WHERE") is { } file)
                        lock (typeof(Told))
                            File.AppendAllText(file + "." + Environment.ProcessId, GetType() + "\t" + Environment.GetEnvironmentVariable("CRCACHE_RESOURCE") + "\n");
                }
            }

            public class Facts : Told
            {
                [Test] public void Speaks() { Console.WriteLine("spoken by a test"); TestContext.Out.WriteLine("written by a test"); }
                [Test] public void May_fail() => Assert.That(Environment.GetEnvironmentVariable("FAIL"), Is.Not.EqualTo("1"));
                [Test] [Ignore("not today; \"ever\" <&>")] public void Ignored() { }
                [Test] [Explicit] public void Explicit() => Assert.Fail("nobody asked for it");
                [Test] public void Ignores_itself() => Assert.Ignore("at run time");
                [Test] public void Is_inconclusive() => Assert.Inconclusive("who knows");
                [Test] public void Warns() => Assert.Warn("mind the gap");
            }

            [Explicit] public class Never : Told { [Test] public void Fails() => Assert.Fail("nobody asked for it"); }

            public class Cases : Told
            {
                [TestCase("a.b(c)")] [TestCase("q\"uo,te; |&!=~ %20 \\")] [TestCase("tab\tnew\nline")] [TestCase("äöü 漢字 😀")] [TestCase("")] [TestCase(null)]
                public void Odd(string? text) => Assert.That(text, Is.Not.EqualTo("x"));

                public static IEnumerable<object> Rows() => [new Opaque(1), new Opaque(2), new Opaque(3)];
                [TestCaseSource(nameof(Rows))] public void Not_serialisable(object o) => Assert.That(o, Is.Not.Null);

                public static IEnumerable<TestCaseData> Named() =>
                    [new TestCaseData(1).SetName("one. (row)"), new TestCaseData(2).Ignore("one row"), new TestCaseData(3).Explicit(), new TestCaseData(4).SetName("two+rows, \"4\"")];
                [TestCaseSource(nameof(Named))] public void Rows_of_their_own(int n) => Assert.That(n, Is.Positive);

                [Test] public void Pairs([Values(1, 2)] int a, [Values("x.y", "(z")] string b) => Assert.That(a, Is.Positive);
                [TestCase(1)] [TestCase("two")] public void Of_any<T>(T value) => Assert.That(value, Is.Not.Null);
            }

            public class Opaque(int n) { public override string ToString() => "opaque " + n; }

            public class Outer : Told { [Test] public void Out() { } public class Nested : Told { [Test] public void In() { } public class Deep : Told { [Test] public void Deeper() { } } } }

            public abstract class Base : Told { [Test] public void Inherited() { } }
            public class First : Base { }
            public class Second : Base { [Test] public void Own() { } }

            [TestFixture(typeof(int))] [TestFixture(typeof(List<string>))]
            public class Generic<T> : Told { [Test] public void Made() => Assert.That(typeof(T), Is.Not.Null); }

            [TestFixture("a.b(c)", 1)] [TestFixture("q\"uo,te; |&!=~ %20 \\", 2)]
            public class Parameters(string text, int number) : Told { [Test] public void Given() => Assert.That(text + number, Is.Not.Empty); [TestCase("x(.")] public void Given_too(string more) => Assert.That(more, Is.Not.Empty); }

            public class Ordered : Told
            {
                private int _next;
                [Test] [Order(1)] public void First() => Assert.That(_next++, Is.EqualTo(0));
                [Test] [Order(2)] public void Then() => Assert.That(_next++, Is.EqualTo(1));
            }

            [Property("CrCache.Group", "together")] public class Pinned1 : Told { [Test] public void Runs() { } }
            public class Pinned2 : Told { [Test] [Property("CrCache.Group", "together")] public void Runs() { } [Test] public void Runs_too() { } }
            [Property("CrCache.Exclusive", "true")] public class Alone : Told { [Test] public void Runs() { } }

            [NonParallelizable] public class OneByOne : Told { [Test] public void Runs() { } }

            [TestFixtureSource(nameof(Sources))]
            public class Dynamic(int n) : Told
            {
                public static IEnumerable<TestFixtureData> Sources() => [new TestFixtureData(1), new TestFixtureData(2).SetArgDisplayNames("tw.o")];
                [Test] public void Made() => Assert.That(n, Is.Positive);
            }

            public class Theoretical : Told { [DatapointSource] public int[] Points = [1, 2]; [Theory] public void Holds(int n) => Assert.That(n, Is.Positive); }
        }

        namespace Demo
        {
            public static class Crowd
            {
                private static int s_here, s_most;

                // As many as WIDE says have to be here at once, and never more.
                public static bool Gather()
                {
                    if (!int.TryParse(Environment.GetEnvironmentVariable("WIDE"), out var wide))
                        return true;
                    lock (typeof(Crowd))
                        s_most = Math.Max(s_most, ++s_here);
                    var isThere = SpinWait.SpinUntil(() => Volatile.Read(ref s_most) >= wide, 60_000);
                    lock (typeof(Crowd))
                        return s_here-- <= wide && isThere && s_most == wide;
                }
            }

            [Parallelizable(ParallelScope.All)]
            public class AtOnce : Told { [Test] public void Gathers([Range(1, 32)] int n) => Assert.That(Crowd.Gather()); }

            // The adapter takes no more than 2,000 names at once: it would run everything.
            public class Many1 : Told { [Test] public void Runs([Range(1, 2100)] int n) { } }
            public class Many2 : Told { [Test] public void Runs([Range(1, 2100)] int n) { } }
        }

        namespace Demo.Prepared
        {
            [SetUpFixture] public class Preparation { public static bool IsDone; [OneTimeSetUp] public void Prepare() => IsDone = true; }
            public class Uses1 : Told { [Test] public void Finds_it() => Assert.That(Preparation.IsDone); }
            public class Uses2 : Told { [Test] public void Finds_it() => Assert.That(Preparation.IsDone); }
        }
        """;
}
