using System.Text;
using CrCache.Routes;

namespace CrCache.Copying;

/// <summary>Files of this machine that stand at the same paths on a resource while a command there needs them.</summary>
public sealed class PushedFiles
{
    private static readonly TimeSpan UndoTime = TimeSpan.FromSeconds(30);

    private readonly ResolvedRoute _route;
    private readonly CopyPath _about;
    private readonly List<string> _files = [];
    private readonly List<string> _directories = [];

    private PushedFiles(ResolvedRoute route, CopyPath about) => (_route, _about) = (route, about);

    /// <summary>Takes away what was not there before. Whatever the command removed itself is gone already.</summary>
    /// <param name="cancellationToken">Gives up; the rest stays.</param>
    /// <returns>A task that ends when it is gone.</returns>
    /// <exception cref="LeaseLostException">The lease has ended.</exception>
    /// <exception cref="ResourceException">The way there is lost, or a file cannot be removed.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_files.Count == 0 && _directories.Count == 0)
            return;

        // The deepest first: one that was made for the other is empty only then.
        string[] script = [FarScripts.Remove, "sh", $"{_files.Count}", .. _files, .. _directories.OrderByDescending(d => d.Length)];
        _ = await RunAsync(script, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Nothing was put anywhere, and nothing is to be taken away.</summary>
    internal static PushedFiles None(ResolvedRoute route, CopyPath about) => new(route, about);

    /// <summary>Puts files in place; all of them, or none.</summary>
    /// <param name="route">The way to the resource.</param>
    /// <param name="files">Their absolute paths, at least one.</param>
    /// <param name="copy">Copies one to the same path there.</param>
    /// <param name="about">The first of them on the resource, for messages.</param>
    /// <param name="cancellationToken">Gives up, and takes away what was put.</param>
    internal static async Task<PushedFiles> PutAsync(
        ResolvedRoute route, IReadOnlyList<string> files, Func<string, Task> copy, CopyPath about, CancellationToken cancellationToken)
    {
        PushedFiles pushed = new(route, about);
        try
        {
            await pushed.PrepareAsync(files, cancellationToken).ConfigureAwait(false);
            foreach (var file in files)
                await copy(file).ConfigureAwait(false);
            return pushed;
        }
        catch
        {
            using CancellationTokenSource limit = new(UndoTime);
            await pushed.RemoveAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task PrepareAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var records = (await RunAsync([FarScripts.Prepare, "sh", .. files], cancellationToken).ConfigureAwait(false)).Split($"{FarScripts.End}\n")[..^1];
        foreach (var (kind, path) in records.Select(r => (r[0], r[1..])))
        {
            if (kind == 'd')
                throw CopyFailure.Of($"to {_about with { Path = path }}", "there is a directory of that name");
            if (kind != 'e')
                (kind == 'm' ? _directories : _files).Add(path);
        }
    }

    private async Task<string> RunAsync(IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        var command = await FarCommand.StartAsync(_route, _about, script, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            await command.FeedAsync("", cancellationToken).ConfigureAwait(false);
            using StreamReader reader = new(command.Output, Encoding.UTF8, false, -1, leaveOpen: true);
            var output = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
            return output;
        }
    }
}
