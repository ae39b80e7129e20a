using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Files and trees at the other end of a route.</summary>
/// <param name="route">The way there.</param>
/// <param name="session">The script that has listed them, and sends what is asked for.</param>
/// <param name="trees">Each with the real path of the directory that it is, or is in.</param>
internal sealed class FarSource(ResolvedRoute route, FarSession session, IReadOnlyList<(CopyTree Tree, string Location)> trees) : CopySource
{
    private const int SomethingChanged = 1;

    public override IReadOnlyList<CopyTree> Trees { get; } = [.. trees.Select(t => t.Tree)];

    public override bool IsRepeatable => false;

    public override async Task SendAsync(
        IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CopyReceiver receiver, bool? compresses, CancellationToken cancellationToken)
    {
        Dictionary<string, (CopyTree, CopyItem)> wanted = new(StringComparer.Ordinal);
        foreach (var (tree, items) in parts)
        {
            var root = Root(tree);
            foreach (var item in items)
                wanted.TryAdd(CopyPlan.Join(root, item.Entry.Path), (tree, item));
        }

        if (wanted.Count == 0)
            return;
        var isCompressed = compresses ?? await PaysAsync(parts, cancellationToken).ConfigureAwait(false);
        session.Command.Names = [.. parts.Select(p => ($": {Root(p.Tree)}", $": {p.Tree.Origin.Path.TrimEnd('/')}"))];
        await session.BeginAsync(
            $"{(isCompressed ? "z" : "-")} {string.Join(' ', parts.Select(p => FarCommand.Escape(Root(p.Tree))))}", cancellationToken).ConfigureAwait(false);
        string[] names = [.. wanted.Keys];
        var asked = session.Command.FeedAsync(names, cancellationToken);
        FarArchive archive = new(Trees[0].Origin, wanted, receiver);
        try
        {
            await archive.ReadAsync(session.Output, isCompressed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            await session.Command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            throw CopyFailure.Of(Trees[0].Origin.ToString(), $"what {route.Resource} sent is not a whole tar archive");
        }

        await asked.ConfigureAwait(false);
        await session.Command.RequireSuccessAsync(cancellationToken, tolerates: archive.Missing is null ? SomethingChanged : 0).ConfigureAwait(false);
        if (archive.Missing is var (of, missing))
            throw CopyFailure.Of(of.Show(missing.Entry), "it was not sent: it vanished or became something else");
        await RequireUnchangedAsync(parts, cancellationToken).ConfigureAwait(false);
    }

    public override Task<IReadOnlyList<string>> SumAsync(CopyTree tree, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var (_, location) = trees.First(t => ReferenceEquals(t.Tree, tree));
        return FarPlace.SumAsync(route, tree.Origin, location, tree.Location is null ? [tree.Name] : paths, cancellationToken);
    }

    public override ValueTask DisposeAsync() => session.DisposeAsync();

    private async Task<bool> PaysAsync(IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CancellationToken cancellationToken)
    {
        var (tree, items) = parts.MaxBy(p => p.Items.Sum(i => i.Entry.Size));
        var chosen = parts.Sum(p => p.Items.Sum(i => i.Entry.Size)) < Compression.Least ? [] : Compression.Choose(items);
        return chosen.Count > 0 && await session.PaysFromAsync(
            [.. chosen.Select(i => CopyPlan.Join(Root(tree), i.Entry.Path))], chosen.Sum(i => Math.Min(i.Entry.Size, Compression.Portion)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the archive calls it: its path from the machine's root.</summary>
    private string Root(CopyTree tree)
    {
        var (_, location) = trees.First(t => ReferenceEquals(t.Tree, tree));
        var directory = location == "/" ? "." : $".{location}";
        return tree.Location is null ? $"{directory}/{tree.Name}" : directory;
    }

    /// <summary>A file that was written to while tar read it is half the old one and half the new; one that only grew is not.</summary>
    private async Task RequireUnchangedAsync(IReadOnlyList<(CopyTree Tree, IReadOnlyList<CopyItem> Items)> parts, CancellationToken cancellationToken)
    {
        foreach (var line in await session.Command.SaidRawAsync(cancellationToken).ConfigureAwait(false))
        {
            if (line.Split(": ", 3) is not [_, var name, var what] || !(what.Contains("changed as we read it", StringComparison.Ordinal) || what.Contains("shrank by", StringComparison.Ordinal)))
                continue;
            var (tree, item) = parts.SelectMany(p => p.Items.Select(i => (p.Tree, Item: i))).FirstOrDefault(i => CopyPlan.Join(Root(i.Tree), i.Item.Entry.Path) == name);
            if (item is null || what.Contains("shrank", StringComparison.Ordinal) || await SizeAsync(name, cancellationToken).ConfigureAwait(false) <= item.Entry.Size)
                throw CopyFailure.Of(item is null ? name : tree.Show(item.Entry), "it changed while it was read");
        }
    }

    private async Task<long> SizeAsync(string name, CancellationToken cancellationToken)
    {
        var again = await new FarPlace(route).ListAsync([Trees[0].Origin with { Path = name[1..] }], Exclusion.Of([]), cancellationToken).ConfigureAwait(false);
        await using (again.ConfigureAwait(false))
        {
            return again.Trees[0].Root.Size;
        }
    }
}
