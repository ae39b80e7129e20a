namespace CrCache.TestAdapter.EndToEnd.Frameworks;

/// <summary>A project of MSTest.</summary>
public sealed class MSTestProject(Suite suite) : FrameworkProject(suite)
{
    internal override string References => """
        <PackageReference Include="MSTest.TestFramework" Version="4.5.2" />
        <PackageReference Include="MSTest.TestAdapter" Version="4.5.2" />
        """;

    internal override string Properties => "";

    internal override string Tests => """
        using Microsoft.VisualStudio.TestTools.UnitTesting;

        [assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

        namespace Demo;

        public abstract class Told
        {
            protected Told()
            {
                if (Environment.GetEnvironmentVariable("WHERE") is { } file)
                    lock (typeof(Told))
                        File.AppendAllText(file + "." + Environment.ProcessId, GetType() + "\t" + Environment.GetEnvironmentVariable("CRCACHE_RESOURCE") + "\n");
            }

            public TestContext TestContext { get; set; } = null!;
        }

        [TestClass]
        public class Facts : Told
        {
            [TestMethod] public void Speaks() { Console.WriteLine("spoken by a test"); TestContext.WriteLine("written by a test"); }
            [TestMethod] public void May_fail() => Assert.AreNotEqual("1", Environment.GetEnvironmentVariable("FAIL"));
            [TestMethod] [Ignore("not today; \"ever\" <&>")] public void Ignored() { }
            [TestMethod] public void Is_inconclusive() => Assert.Inconclusive("who knows");
            [TestMethod(DisplayName = "named (by. \"hand\") 漢字")] public void Named() { }
        }

        [TestClass] [Ignore] public class Never : Told { [TestMethod] public void Fails() => Assert.Fail("nobody asked for it"); }

        [TestClass]
        public class Rows : Told
        {
            [TestMethod]
            [DataRow("a.b(c)")] [DataRow("q\"uo,te; |&!=~ %20 \\")] [DataRow("tab\tnew\nline")] [DataRow("äöü 漢字 😀")] [DataRow("")] [DataRow(null)]
            public void Odd(string? text) => Assert.AreNotEqual("x", text);

            public static IEnumerable<object[]> Opaques => [[new Opaque(1)], [new Opaque(2)], [new Opaque(3)]];
            [TestMethod] [DynamicData(nameof(Opaques))] public void Not_serialisable(Opaque o) => Assert.IsNotNull(o);

            public static IEnumerable<object[]> Numbers() => [[1], [2]];
            public static string NameOf(System.Reflection.MethodInfo method, object[] data) => $"row. (no. {data[0]})";
            [TestMethod] [DynamicData(nameof(Numbers), DynamicDataDisplayName = nameof(NameOf))] public void Named(int n) => Assert.IsTrue(n > 0);

            [TestMethod] [DataRow(1, DisplayName = "one. (row)")] [DataRow(2, IgnoreMessage = "one row")] [DataRow(3)] public void Rows_of_their_own(int n) => Assert.IsTrue(n > 0);
            [TestMethod(UnfoldingStrategy = TestDataSourceUnfoldingStrategy.Fold)] [DataRow(1)] [DataRow(2)] public void Rows_made_late(int n) => Assert.IsTrue(n > 0);
            [TestMethod] [DataRow(1)] [DataRow("two")] public void Of_any<T>(T value) => Assert.IsNotNull(value);
        }

        public class Opaque(int n) { public override string ToString() => "opaque " + n; }

        [TestClass] public class Outer : Told { [TestMethod] public void Out() { } [TestClass] public class Nested : Told { [TestMethod] public void In() { } } }

        public abstract class Base : Told { [TestMethod] public void Inherited() { } }
        [TestClass] public class First : Base { }
        [TestClass] public class Second : Base { [TestMethod] public void Own() { } }

        public abstract class Generic<T> : Told { [TestMethod] public void Made() => Assert.IsNotNull(typeof(T)); }
        [TestClass] public class OfInt : Generic<int> { }
        [TestClass] public class OfDictionary : Generic<Dictionary<string, List<int>>> { }

        [TestClass]
        public class Shared : Told
        {
            private static int s_made;
            [ClassInitialize] public static void Make(TestContext context) => s_made++;
            [TestMethod] public void Uses() => Assert.AreEqual(1, s_made);
            [TestMethod] public void Uses_too() => Assert.AreEqual(1, s_made);
        }

        [TestClass] [TestProperty("CrCache.Group", "together")] public class Pinned1 : Told { [TestMethod] public void Runs() { } }
        [TestClass] public class Pinned2 : Told { [TestMethod] [TestProperty("CrCache.Group", "together")] public void Runs() { } [TestMethod] public void Runs_too() { } }
        [TestClass] [TestProperty("CrCache.Exclusive", "true")] public class Alone : Told { [TestMethod] public void Runs() { } }
        [TestClass] [DoNotParallelize] [TestCategory("a.b(c)")] public class OneByOne : Told { [TestMethod] public void Runs() { } }

        [AttributeUsage(AttributeTargets.Method)]
        public sealed class TwiceAttribute : Attribute, ITestDataSource
        {
            public IEnumerable<object?[]> GetData(System.Reflection.MethodInfo methodInfo) => [["first"], ["second"]];
            public string? GetDisplayName(System.Reflection.MethodInfo methodInfo, object?[]? data) => $"{methodInfo.Name}: {data?[0]}";
        }

        [TestClass] public class Dynamic : Told { [TestMethod] [Twice] public void Made(string what) => Assert.IsNotEmpty(what); }

        [TestClass] public class Everything { public static bool IsMade; [AssemblyInitialize] public static void Make(TestContext context) => IsMade = true; [TestMethod] public void Is_made() => Assert.IsTrue(IsMade); }

        [TestClass] public class Begun : Told { [TestMethod] public void May_fail_too() => Assert.AreNotEqual("1", Environment.GetEnvironmentVariable("FAIL")); }
        [TestClass] [DependsOn(typeof(Begun))] public class Continued : Told { [TestMethod] public void Runs() { } }
        [TestClass] public class Ended : Told { [TestMethod] [DependsOn(typeof(Continued), nameof(Continued.Runs))] public void Runs() { } [TestMethod] public void Stands_alone() { } }

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

        [TestClass]
        public class AtOnce : Told
        {
            public static IEnumerable<object[]> Numbers => Enumerable.Range(1, 32).Select(n => new object[] { n });
            [TestMethod] [DynamicData(nameof(Numbers))] public void Gathers(int n) => Assert.IsTrue(n > 0 && Crowd.Gather());
        }
        """;
}
