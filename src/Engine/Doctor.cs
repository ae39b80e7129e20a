using System.Globalization;
using CrCache.Configuration;
using CrCache.Leasing;
using CrCache.Store;

namespace CrCache;

/// <summary>Says what works on this machine: configuration, store, tools and sources.</summary>
public sealed class Doctor
{
    private const int TriedBytes = 8192;

    private static readonly string[] OtherTools = ["ssh", "sudo", "tar"];

    private readonly SourceCatalog _catalog;
    private readonly SourcePlans _plans;
    private readonly StateStore _store;
    private readonly HostEnvironment _environment;

    internal Doctor(SourceCatalog catalog, SourcePlans plans, StateStore store, HostEnvironment environment)
    {
        _catalog = catalog;
        _plans = plans;
        _store = store;
        _environment = environment;
    }

    /// <summary>Looks. Nothing is made, leased or discarded, but the store is created where there is none.</summary>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>One finding a thing looked at.</returns>
    public Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<Finding>>(
        () =>
        {
            List<Finding> findings = [Machine(), Store(), .. Roots()];
            var tools = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var name in Names())
            {
                cancellationToken.ThrowIfCancellationRequested();
                findings.Add(Source(name, tools));
            }

            findings.AddRange(tools.Select(t => Tool(t, isNeeded: true)));
            findings.AddRange(OtherTools.Except(tools).Select(t => Tool(t, isNeeded: false)));
            return findings;
        },
        cancellationToken).WaitAsync(cancellationToken);

    private static Finding Machine() => new(
        "machine", true, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} effective cores, as {Environment.UserName}"));

    private Finding Store()
    {
        try
        {
            // A file that is read-only lets everything be read, and a transaction begin.
            var resources = _store.Transact(t =>
            {
                t.IsTrial = true;
                t.Events.Add("", 0, "tried", null, "doctor");
                return t.Resources.Names().Count;
            });
            TryWrite(Path.GetDirectoryName(_store.File)!);
            return new Finding("store", true, string.Create(CultureInfo.InvariantCulture, $"{_store.File}, {resources} resources"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding("store", false, $"{_store.File} can be read, but nothing can be written beside it: {SystemError.Text(e)}");
        }
        catch (CrCacheException e)
        {
            return Wrong("store", e);
        }
    }

    // A disk that is full, or a quota, lets everything be read: only a write tells.
    private static void TryWrite(string directory)
    {
        using var file = new FileStream(
            Path.Combine(directory, $".doctor-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        file.Write(new byte[TriedBytes]);
        file.Flush(flushToDisk: true);
    }

    private IEnumerable<Finding> Roots()
    {
        foreach (var root in _catalog.Roots())
        {
            Finding finding;
            try
            {
                if (Directory.Exists(root))
                {
                    Trust.Require(root);
                }

                finding = new Finding($"root {root}", Directory.Exists(root) ? true : null, Directory.Exists(root) ? "yours alone to write" : "not there");
            }
            catch (CrCacheException e)
            {
                finding = Wrong($"root {root}", e);
            }

            yield return finding;
        }
    }

    private IReadOnlyList<string> Names()
    {
        try
        {
            return _catalog.Names();
        }
        catch (CrCacheException)
        {
            // The roots' own findings say what is wrong.
            return [];
        }
    }

    private Finding Source(string name, SortedSet<string> tools)
    {
        try
        {
            var plan = _plans.Outline(name);
            tools.UnionWith(plan.Type.Tools(plan.Settings));
            if (!plan.Settings.IsTemplate && plan.Type.Examine(plan.Settings) is { } problem)
            {
                return new Finding($"source {name}", false, (plan.Settings.LocationOfLine(problem)?.ToString() ?? plan.Settings.Directory) is { } where ? $"{where}: {problem}" : problem);
            }

            var most = plan.Maximum is { } maximum ? string.Create(CultureInfo.InvariantCulture, $"at most {maximum}") : "unlimited";
            var takes = plan.Settings.Parameters.Count > 0 ? $"takes {string.Join(", ", plan.Settings.Parameters)}, " : "";
            return new Finding($"source {name}", true, $"{plan.Settings.Type}, {most}, {takes}{plan.Settings.Directory ?? "implicit"}");
        }
        catch (CrCacheException e)
        {
            return Wrong($"source {name}", e);
        }
    }

    private Finding Tool(string name, bool isNeeded)
    {
        var path = (_environment.Get("PATH") ?? "/usr/bin:/bin").Split(':').Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
        return path is not null
            ? new Finding($"tool {name}", true, path)
            : new Finding($"tool {name}", isNeeded ? false : null, isNeeded ? "not found; a configured source needs it: install it" : "not found; no configured source needs it");
    }

    private static Finding Wrong(string subject, CrCacheException e) =>
        new(subject, false, e.Location is { } location ? $"{location}: {e.Code}: {e.Message}" : $"{e.Code}: {e.Message}");
}
