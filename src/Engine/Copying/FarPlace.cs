using System.Buffers;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>A file system at the other end of a route: lists and archives go through commands there.</summary>
/// <param name="route">The way there.</param>
internal sealed class FarPlace(ResolvedRoute route) : CopyPlace
{
    private const int SumLength = 64;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public override async Task<CopySource> ListAsync(IReadOnlyList<CopyPath> origins, Exclusion exclusion, CancellationToken cancellationToken)
    {
        var session = await FarSession.StartAsync(
            route, origins[0], [FarScripts.Send, "sh", .. origins.Select(o => Safe(o.Path))], cancellationToken).ConfigureAwait(false);
        try
        {
            // What fits a pattern is not what was asked for; all else is.
            var asked = origins.DistinctBy(o => Safe(o.Path)).ToDictionary(o => Safe(o.Path));
            List<(CopyTree, string)> trees = [];
            while (await session.RecordAsync(cancellationToken).ConfigureAwait(false) is [not '.' and var kind, .. var location])
            {
                var path = await session.RecordAsync(cancellationToken).ConfigureAwait(false);
                var origin = asked.GetValueOrDefault(path) ?? origins[0] with { Path = path };
                trees.Add((await ReadAsync(session, origin, kind, location, exclusion, cancellationToken).ConfigureAwait(false), location));
            }

            return new FarSource(route, session, trees);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async Task<CopyTarget> LookAsync(CopyPath destination, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var (directory, name) = Split(destination.Path);
        var session = await FarSession.StartAsync(
            route, destination, [FarScripts.Receive, "sh", Safe(destination.Path), Safe(directory), name, .. names.Distinct()], cancellationToken).ConfigureAwait(false);
        try
        {
            if (await session.RecordAsync(cancellationToken).ConfigureAwait(false) is not [('d' or 'f') and var kind, .. var location])
                throw CopyFailure.Of($"to {destination}", $"there is no directory {directory}");
            Dictionary<string, CopyEntry> existing = new(StringComparer.Ordinal);
            for (string record; (record = await session.RecordAsync(cancellationToken).ConfigureAwait(false)) != ".";)
            {
                var entry = session.Entry(destination, record);
                existing[entry.Path] = entry;
            }

            return new(destination, location, kind == 'd' ? null : name, $"{route.Resource}:{location}", existing) { Session = session };
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async Task<CopyReceiver> ReceiveAsync(CopyTarget target, CopyMeter meter, bool compresses, CancellationToken cancellationToken)
    {
        await target.Session!.BeginAsync($"{(compresses ? "z" : "-")} {TemporaryName.Make()}", cancellationToken).ConfigureAwait(false);
        return new FarReceiver(target, target.Session, meter, compresses);
    }

    public override Task<IReadOnlyList<string>> SumAsync(CopyTarget target, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        SumAsync(route, target.Destination, target.Directory, paths, cancellationToken);

    /// <summary>What files in a directory hold.</summary>
    public static async Task<IReadOnlyList<string>> SumAsync(
        ResolvedRoute route, CopyPath about, string directory, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var command = await FarCommand.StartAsync(route, about, [FarScripts.Sum, "sh", directory], cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            var asked = command.FeedAsync(paths.Select(p => $"./{p}"), cancellationToken);
            List<string> sums = [];
            using StreamReader reader = new(command.Output, leaveOpen: true);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                // A name with a line feed is written out behind a backslash, or goes on in a line that is none of these.
                var sum = line.StartsWith('\\') ? line[1..] : line;
                if (sum.Length > SumLength + 3 && sum.AsSpan(SumLength + 2).StartsWith("./", StringComparison.Ordinal) && !sum.AsSpan(0, SumLength).ContainsAnyExcept(Hexadecimal))
                    sums.Add(sum[..SumLength]);
            }

            await asked.ConfigureAwait(false);
            await command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            return sums.Count == paths.Count ? sums : throw CopyFailure.Of(about.ToString(), "what its files hold cannot be told there");
        }
    }

    private async Task<CopyTree> ReadAsync(
        FarSession session, CopyPath origin, char kind, string location, Exclusion exclusion, CancellationToken cancellationToken)
    {
        List<CopyEntry> entries = [];
        string? left = null;
        for (string record; (record = await session.RecordAsync(cancellationToken).ConfigureAwait(false)).Length > 0;)
        {
            if (entries.Count == 0 && record[0] == 'i')
            {
                exclusion = exclusion.With(record[1..]);
                continue;
            }

            // What is in a directory that is left out follows it.
            var entry = session.Entry(origin, record);
            if (left is not null && entry.Path.StartsWith(left, StringComparison.Ordinal))
                continue;
            if (kind == 'd' && entry.Path.Length > 0 && exclusion.LeavesOut(entry))
                left = $"{entry.Path}/";
            else
                entries.Add(entry);
        }

        if (kind is not ('d' or 'f') || entries.Count == 0)
            throw CopyFailure.Of(origin.ToString(), "no such file or directory");
        return kind == 'd'
            ? new(origin, CopyTree.NameOf(origin.Path), $"{route.Resource}:{location}", FarList.Tree(origin, entries), exclusion)
            : new(origin, Split(origin.Path).Name, null, [entries[0] with { Path = "" }], exclusion);
    }

    /// <summary>A path that cd and find take for one.</summary>
    private static string Safe(string path) => path.StartsWith('/') ? path : $"./{path}";
}
