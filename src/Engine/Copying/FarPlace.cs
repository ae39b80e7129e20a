using System.Text;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A file system at the other end of a route: lists and archives go through commands there.</summary>
/// <param name="route">The way there.</param>
internal sealed class FarPlace(ResolvedRoute route) : CopyPlace
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override async Task<CopyTree> ListAsync(CopyPath origin, CancellationToken cancellationToken)
    {
        var (directory, name) = Split(origin.Path);
        var (kind, location, entries) = await AskAsync(origin, [FarScripts.List, "sh", Safe(origin.Path), Safe(directory), name], cancellationToken).ConfigureAwait(false);
        if (kind == 'n' || entries.Count == 0)
            throw CopyFailure.Of(origin.ToString(), "no such file or directory");
        return kind == 'd'
            ? new(origin, CopyTree.NameOf(origin.Path), $"{route.Resource}:{location}", FarList.Tree(origin, entries))
            : new(origin, name, null, [entries[0] with { Path = "" }]);
    }

    public override async Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var (directory, name) = Split(destination.Path);
        var (kind, location, entries) = await AskAsync(
            destination, [FarScripts.Look, "sh", Safe(destination.Path), Safe(directory), name, .. names.Distinct()], cancellationToken).ConfigureAwait(false);
        if (kind == 'n')
            throw CopyFailure.Of($"to {destination}", $"there is no directory {directory}");
        Dictionary<string, CopyEntry> existing = new(StringComparer.Ordinal);
        foreach (var entry in entries)
            existing[entry.Path] = entry;
        return new(destination, kind == 'd' ? Safe(destination.Path) : Safe(directory), kind == 'd' ? null : name, $"{route.Resource}:{location}", existing);
    }

    public override async Task SendAsync(
        CopyTree tree, IReadOnlyList<CopyItem> items, CopyReceiver receiver, CancellationToken cancellationToken)
    {
        var (directory, name) = tree.Root.Kind == CopyKind.Directory ? (tree.Origin.Path, "") : Split(tree.Origin.Path);
        Dictionary<string, CopyItem> wanted = new(StringComparer.Ordinal);
        foreach (var item in items)
            wanted.Add($"./{CopyPlan.Join(name, item.Entry.Path)}", item);

        var command = await FarCommand.StartAsync(
            route, tree.Origin, [FarScripts.Send, "sh", Safe(directory), name.Length == 0 ? "." : $"./{name}"], cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            var asked = command.FeedAsync(string.Concat(wanted.Keys.Select(k => $"{k}\0")), cancellationToken);
            FarArchive archive = new(tree, wanted, receiver);
            try
            {
                await archive.ReadAsync(command.Output, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not CrCacheException and not OperationCanceledException)
            {
                // Whatever the reader of a damaged archive throws.
                await command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
                throw CopyFailure.Of(tree.Origin.ToString(), $"what {route.Resource} sent is not a whole tar archive");
            }

            await asked.ConfigureAwait(false);
            await command.RequireSuccessAsync(cancellationToken, tolerates: archive.Missing is null ? 1 : 0).ConfigureAwait(false);
            if (archive.Missing is { } missing)
                throw CopyFailure.Of(tree.Show(missing.Entry), "it was not sent: it vanished or became something else");
        }
    }

    public override async Task<CopyReceiver> ReceiveAsync(CopyTarget target, CancellationToken cancellationToken) =>
        new FarReceiver(target, await FarCommand.StartAsync(
            route, target.Destination, [FarScripts.Receive, "sh", target.Directory, TemporaryName.Make()], cancellationToken).ConfigureAwait(false));

    /// <summary>A path that cd and find take for one.</summary>
    private static string Safe(string path) => path.StartsWith('/') ? path : $"./{path}";

    private async Task<(char Kind, string Location, IReadOnlyList<CopyEntry> Entries)> AskAsync(
        CopyPath about, IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        var command = await FarCommand.StartAsync(route, about, script, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            await command.FeedAsync("", cancellationToken).ConfigureAwait(false);
            using MemoryStream answer = new();
            await command.Output.CopyToAsync(answer, cancellationToken).ConfigureAwait(false);
            await command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            string text;
            try
            {
                text = Strict.GetString(answer.GetBuffer(), 0, (int)answer.Length);
            }
            catch (DecoderFallbackException)
            {
                throw CopyFailure.Of(about.ToString(), "a name in it is not valid UTF-8");
            }

            var records = text.Split($"{FarScripts.End}\n");
            if (records.Length < 2 || records[0].Length == 0)
                throw CopyFailure.Of(about.ToString(), $"{route.Resource} cannot list files");
            return (records[0][0], records[0][1..], [.. records[1..^1].Select(r => FarList.Parse(about, r))]);
        }
    }
}
