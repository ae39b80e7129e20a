using System.Runtime.InteropServices;
using CrCache.Routes;

namespace CrCache.Leasing.Selecting;

/// <summary>The facts of this machine, as <see cref="FactProbe"/> finds them, without starting a process.</summary>
internal static class LocalFacts
{
    private const string Runtimes = "shared/Microsoft.NETCore.App";

    public static Facts Read(HostEnvironment environment)
    {
        FactReport report = new();
        foreach (var system in Lines("/proc/sys/kernel/ostype"))
        {
            report.AddSystem(system);
        }

        report.Add("arch", Architecture());
        foreach (var kernel in Lines("/proc/sys/kernel/osrelease"))
        {
            report.Add("kernel", kernel);
        }

        // As a local source has it: the count honours processor affinity and the cgroup's quota.
        report.AddCores(Environment.ProcessorCount);
        foreach (var line in Lines("/proc/meminfo"))
        {
            report.AddMemory(line);
        }

        foreach (var line in Lines(File.Exists("/etc/os-release") ? "/etc/os-release" : "/usr/lib/os-release"))
        {
            report.AddRelease(line);
        }

        var versions = DotnetRoots(environment).Select(Versions).FirstOrDefault(v => v.Length > 0) ?? [];
        foreach (var version in versions)
        {
            report.AddRuntime(version);
        }

        return report.Facts;
    }

    // The kernel's words for them, which uname has.
    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.X86 => "i686",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        System.Runtime.InteropServices.Architecture.Arm => "armv7l",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Where .NET may be, in the order in which the script looks.</summary>
    private static IEnumerable<string> DotnetRoots(HostEnvironment environment)
    {
        if (environment.Get("DOTNET_ROOT") is { } chosen && Path.IsPathRooted(chosen))
        {
            yield return chosen;
        }

        var path = environment.Get("PATH") is { } set ? new Dictionary<string, string> { ["PATH"] = set } : [];
        if (ProgramSearch.Find("dotnet", path, environment.Directory, out var program) == 0)
        {
            yield return Path.GetDirectoryName(Target(program))!;
        }

        yield return "/usr/share/dotnet";
        yield return "/usr/lib/dotnet";
        if (environment.Get("HOME") is { } home && Path.IsPathRooted(home))
        {
            yield return Path.Combine(home, ".dotnet");
        }
    }

    private static string Target(string program)
    {
        try
        {
            return File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return program;
        }
    }

    private static string[] Versions(string root)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(Path.Combine(root, Runtimes)).Select(d => Path.GetFileName(d))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
