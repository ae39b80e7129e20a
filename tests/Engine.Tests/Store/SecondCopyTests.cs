using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CrCache.Store;

/// <summary>
/// Two versions of one package in one process (an MSBuild node has them) bring two copies of the SQLite library. Their POSIX locks are the
/// process's: what one closes, the other has no lock on any more. The gate has to hold alone.
/// </summary>
public sealed class SecondCopyTests : IDisposable
{
    private const int Rounds = 150;

    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_copies_of_the_engine_and_of_sqlite_in_a_process_lose_nothing()
    {
        _home.AddSource("s", "type=local\nmaximum=4\nreserve=2");
        var copy = Directory.CreateDirectory(_home.Combine("copy")).FullName;
        Copy second = new(copy);
        var cycles = second.LoadFromAssemblyPath(Path.Combine(copy, Path.GetFileName(typeof(SecondCopyTests).Assembly.Location)))
            .GetType(typeof(SecondCopyTests).FullName!, throwOnError: true)!
            .GetMethod(nameof(CycleAsync), BindingFlags.Static | BindingFlags.NonPublic)!;

        await Task.WhenAll(
            Task.Run(() => CycleAsync(_home.Environment, _home.Project)),
            Task.Run(() => (Task)cycles.Invoke(null, [_home.Environment, _home.Project])!),
            Task.Run(() => CycleAsync(_home.Environment, _home.Project)),
            Task.Run(() => (Task)cycles.Invoke(null, [_home.Environment, _home.Project])!));

        var mapped = File.ReadLines("/proc/self/maps").Where(l => l.EndsWith("e_sqlite3.so", StringComparison.Ordinal)).Select(l => l[l.IndexOf('/', StringComparison.Ordinal)..]);
        Assert.Equal(2, mapped.Distinct().Count());
        var engine = CrCacheEngine.Open(new() { Directory = _home.Project, Environment = _home.Environment });
        var events = engine.Inventory.Events(0, int.MaxValue);
        Assert.Equal(4 * Rounds, events.Count(e => e.Kind == "acquired"));
        Assert.Equal(4 * Rounds, events.Count(e => e.Kind == "released"));
        Assert.Equal(0, engine.Inventory.Sources(["s"])[0].InUse);
    }

    internal static async Task CycleAsync(IReadOnlyDictionary<string, string> environment, string directory)
    {
        for (var i = 0; i < Rounds; i++)
        {
            // Now and then one is let go and finalised in the midst of all, as a task's is when it has ended.
            var engine = CrCacheEngine.Open(new() { Directory = directory, Environment = environment });
            for (var j = 0; j < 10 && i < Rounds; j++, i++)
            {
                var leases = await engine.Leases.AcquireAsync(new("s"), default);
                await engine.Leases.ReleaseAsync([leases[0].Reference], force: false, default);
            }

            i--;
            GC.Collect();
        }
    }

    /// <summary>Loads the test, the engine and SQLite once more, from files of its own.</summary>
    private sealed class Copy : AssemblyLoadContext
    {
        private readonly string _directory;

        public Copy(string directory)
            : base("copy")
        {
            _directory = directory;
            foreach (var file in new DirectoryInfo(AppContext.BaseDirectory).EnumerateFiles("*.dll"))
                file.CopyTo(Path.Combine(directory, file.Name));
            var library = File.ReadLines("/proc/self/maps").FirstOrDefault(l => l.EndsWith("e_sqlite3.so", StringComparison.Ordinal));
            var native = library is not null
                ? library[library.IndexOf('/', StringComparison.Ordinal)..]
                : Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libe_sqlite3.so");
            File.Copy(native, Path.Combine(directory, "libe_sqlite3.so"));
        }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(_directory, assemblyName.Name + ".dll");
            var ours = assemblyName.Name is { } name
                && (name.StartsWith("CrCache", StringComparison.Ordinal) || name.Contains("SQLite", StringComparison.OrdinalIgnoreCase));
            return ours && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            unmanagedDllName.Contains("e_sqlite3", StringComparison.Ordinal)
                ? LoadUnmanagedDllFromPath(Path.Combine(_directory, "libe_sqlite3.so"))
                : 0;
    }
}
