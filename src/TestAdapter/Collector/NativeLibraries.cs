using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CrCache.TestAdapter;

/// <summary>
/// Finds the native library of the lease store. The process that hosts data collectors looks for managed assemblies beside a
/// collector, but not for what its deps.json says about native ones.
/// </summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "vstest loads this assembly and calls nothing before it uses the collector.")]
    internal static void Register()
    {
        var resolver = new AssemblyDependencyResolver(typeof(NativeLibraries).Assembly.Location);
        AssemblyLoadContext.GetLoadContext(Assembly.GetExecutingAssembly())!.ResolvingUnmanagedDll += (_, name) =>
            resolver.ResolveUnmanagedDllToPath(name) is { } path ? System.Runtime.InteropServices.NativeLibrary.Load(path) : 0;
    }
}
