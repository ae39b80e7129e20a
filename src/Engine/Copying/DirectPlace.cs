using System.Text;

namespace CrCache.Copying;

/// <summary>A file system that this process reads and writes itself.</summary>
/// <param name="view">What the paths count from.</param>
/// <param name="mode">How files of this machine are put here.</param>
internal sealed class DirectPlace(DirectView view, Routes.CopyMode mode) : CopyPlace
{
    /// <summary>Whether its absolute paths are this machine's own.</summary>
    public bool IsThisMachine => view.Roots.Count == 0;

    public override Task<CopySource> ListAsync(IReadOnlyList<CopyPath> origins, Exclusion exclusion, CancellationToken cancellationToken) =>
        Task.FromResult<CopySource>(new DirectSource(view, [.. origins.SelectMany(o => List(o, exclusion, cancellationToken))]));

    public override Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        HeldPath? found = null;
        try
        {
            found = view.Find(destination.Path, followLast: true);
            if (found is { Name: null })
                return Task.FromResult(Target(destination, found, names, cancellationToken));

            // A link that leads nowhere is replaced, not followed.
            found?.Dispose();
            found = view.Find(destination.Path.TrimEnd('/'));
            return found?.Name is { } name
                ? Task.FromResult(Target(destination, found, [name], cancellationToken))
                : throw CopyFailure.Of($"to {destination}", $"there is no directory {Split(destination.Path).Directory}");
        }
        catch (Exception e)
        {
            found?.Dispose();
            throw CopyFailure.IsOfFile(e) ? CopyFailure.Of($"to {destination}", e) : e;
        }
    }

    public override Task<CopyReceiver> ReceiveAsync(CopyTarget target, CopyMeter meter, bool compresses, CancellationToken cancellationToken) =>
        Task.FromResult<CopyReceiver>(new DirectReceiver(target, view, mode, meter));

    public override Task<IReadOnlyList<string>> SumAsync(CopyTarget target, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        DirectSource.SumAsync(new(target.Held!, null), paths, cancellationToken);

    private CopyTree[] List(CopyPath origin, Exclusion exclusion, CancellationToken cancellationToken)
    {
        try
        {
            if (One(origin, exclusion, cancellationToken) is { } tree)
                return [tree];
            CopyTree[] matches = [.. new FilePattern(view).Matches(origin.Path).Select(p => One(origin with { Path = p }, exclusion, cancellationToken)).OfType<CopyTree>()];
            return origin.Resource is not null && matches.Length > 0 ? matches : throw CopyFailure.Of(origin.ToString(), "no such file or directory");
        }
        catch (Exception e) when (CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of(origin.ToString(), e);
        }
    }

    private CopyTree? One(CopyPath origin, Exclusion exclusion, CancellationToken cancellationToken)
    {
        using var found = view.Find(origin.Path);
        if (found?.Name is { } name)
            return found.Directory.Look(name, "") is { } file ? new(origin, Split(origin.Path).Name, null, [file], exclusion) : null;
        if (found is null)
            return null;
        if (Rules(found.Directory) is { } rules)
            exclusion = exclusion.With(rules);
        List<CopyEntry> entries = [CopyEntry.Of("", found.Directory.Status)];
        AddBelow(origin, found.Directory, [""], entries, exclusion, cancellationToken);
        return new(origin, CopyTree.NameOf(origin.Path), view.Locate(found.Directory), entries, exclusion);
    }

    private static string? Rules(HeldEntry directory)
    {
        using var file = directory.Entry(Exclusion.RulesFile);
        if (file is null || !file.Status.IsRegular)
            return null;
        using FileStream stream = new(file.Read(), FileAccess.Read);
        using MemoryStream content = new();
        stream.CopyTo(content);
        return FileName.Decode(content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private CopyTarget Target(CopyPath destination, HeldPath found, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        List<CopyEntry> existing = names.Contains(".")
            ? []
            : [.. names.Distinct().Select(n => found.Directory.Look(n, n)).OfType<CopyEntry>()];
        string[] directories = names.Contains(".") ? [""] : [.. existing.Where(e => e.Kind == CopyKind.Directory).Select(e => e.Path)];
        AddBelow(destination, found.Directory, directories, existing, null, cancellationToken);
        return new(destination, found.Directory.RealPath, found.Name, view.Locate(found.Directory), existing.ToDictionary(e => e.Path, StringComparer.Ordinal)) { Held = found.Directory };
    }

    /// <summary>Adds what is in directories, and in theirs, each before what is in it.</summary>
    private static void AddBelow(
        CopyPath shown, HeldEntry root, IReadOnlyList<string> directories, List<CopyEntry> entries, Exclusion? exclusion, CancellationToken cancellationToken)
    {
        using HeldTree held = new(root);
        Stack<string> left = new(directories.Reverse());
        while (left.TryPop(out var directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = held.Directory(directory) ?? throw Vanished(shown, directory);
            var first = entries.Count;
            foreach (var name in Names(shown, directory, at))
            {
                var entry = at.Look(name, CopyPlan.Join(directory, name));
                if (entry is null && exclusion is not null && !TemporaryName.Is(name))
                    throw Vanished(shown, CopyPlan.Join(directory, name));
                if (entry is not null && exclusion?.LeavesOut(entry) is not true)
                    entries.Add(entry);
            }

            for (var i = entries.Count - 1; i >= first; i--)
                if (entries[i].Kind == CopyKind.Directory)
                    left.Push(entries[i].Path);
        }
    }

    private static List<string> Names(CopyPath shown, string path, HeldEntry directory)
    {
        try
        {
            var names = directory.Names();
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (path.Length > 0 && CopyFailure.IsOfFile(e))
        {
            throw CopyFailure.Of($"{shown.ToString().TrimEnd('/')}/{path}", e);
        }
    }

    private static ResourceException Vanished(CopyPath shown, string name) => CopyFailure.Of($"{shown.ToString().TrimEnd('/')}/{name}", "it vanished");
}
