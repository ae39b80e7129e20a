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
        await RunAsync(script, _ => { }, cancellationToken).ConfigureAwait(false);
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
            var same = await pushed.PrepareAsync(files, cancellationToken).ConfigureAwait(false);
            foreach (var file in files.Except(same))
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

    /// <summary>Makes the directories.</summary>
    /// <returns>The files that are there by a link, as a command that follows it sees them: a resource may share them with this machine.</returns>
    private async Task<IReadOnlyList<string>> PrepareAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<string> same = [], taken = [];
        var last = "";
        await RunAsync([FarScripts.Prepare, "sh", .. files], Note, cancellationToken).ConfigureAwait(false);
        return taken is not [var first, ..] ? same : throw CopyFailure.Of($"to {_about with { Path = first }}", "there is a directory of that name");

        // All of it, and before it is known to have failed: what was made is to be taken away again.
        void Note(string output)
        {
            foreach (var record in output.Split($"{FarScripts.End}\n")[..^1])
            {
                var text = record.Length > 0 ? record[1..] : throw CopyFailure.Of(_about.ToString(), "what the other side says of its files cannot be read");
                switch (record[0])
                {
                    case 'd': taken.Add(text); break;
                    case 'm': _directories.Add(text); break;
                    case 'n': _files.Add(text); break;
                    case 'l' when FileSystem.Look(last, "", follow: true)?.IsUnchanged(FarList.Parse(_about, text)) == true: same.Add(last); break;
                }

                last = text;
            }
        }
    }

    private async Task RunAsync(IReadOnlyList<string> script, Action<string> take, CancellationToken cancellationToken)
    {
        var command = await FarCommand.StartAsync(_route, _about, script, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            await command.FeedAsync([], cancellationToken).ConfigureAwait(false);
            using StreamReader reader = new(command.Output, Encoding.UTF8, false, -1, leaveOpen: true);
            var output = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            take(output);
            await command.RequireSuccessAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
