using System.Globalization;
using System.Security.Cryptography;
using CrCache.Routes;

namespace CrCache.Leasing;

/// <summary>
/// The directories and files on resources that go with a lease, an empty file each beside the store: written before one is made and deleted when it
/// is gone, so that whoever ends the lease removes it, also where whoever made it was killed at any point.
/// </summary>
/// <param name="state">Where the store is.</param>
internal sealed class TemporaryDirectories(Func<string> state)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // TMPDIR of the resource counts, as it does for mktemp(1).
    private const string Make =
        """
        d=${TMPDIR:-/tmp}
        mkdir -m 700 -- "$d/$1" && printf '%s' "$d/$1"
        """;

    // A file that is there already is another's.
    private const string MakeFile =
        """
        d=${TMPDIR:-/tmp}
        umask 077
        set -C
        : >"$d/$1" && printf '%s' "$d/$1"
        """;

    private const string Remove =
        """
        for n; do
          for d in "${TMPDIR:-/tmp}" /tmp; do
            [ -e "$d/$n" ] || continue
            chmod -R u+rwx "$d/$n" 2>&-
            rm -rf -- "$d/$n" || exit
          done
        done
        """;

    /// <summary>Whether a resource may have any.</summary>
    public bool Any(string resource) => Files(resource).Length > 0;

    /// <summary>Makes one.</summary>
    /// <param name="lease">The hand-out that it goes with.</param>
    /// <param name="route">The way there.</param>
    /// <param name="isFile">Whether it is a file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its path on the resource.</returns>
    /// <exception cref="ResourceException">It cannot be made.</exception>
    /// <exception cref="StoreException">It cannot be written down.</exception>
    public async Task<string> MakeAsync(ResourceReference lease, ResolvedRoute route, bool isFile, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{lease.Epoch}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        var path = Path.Combine(Place(lease.Name), name);
        try
        {
            Directory.CreateDirectory(Place(lease.Name), Private);
            await File.WriteAllTextAsync(path, "", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(ErrorCodes.StoreFailed, $"{path} cannot be written: {SystemError.Text(e)}; without it the {(isFile ? "file" : "directory")} would stay", e);
        }

        var running = await route.StartAsync(Command(isFile ? MakeFile : Make, lease.Name, [name]), cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(running, lease.Name, isFile ? "a file cannot be made" : "a directory cannot be made", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes those of a resource, and whatever is in them. Those that are gone already are fine.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="before">Only those of earlier hand-outs; null for all.</param>
    /// <param name="start">Starts a command there.</param>
    /// <param name="cancellationToken">Gives up; the rest is removed by whoever comes next.</param>
    /// <exception cref="ResourceException">One cannot be removed.</exception>
    public async Task RemoveAsync(
        string resource, long? before, Func<ResourceCommand, CancellationToken, Task<RunningCommand>> start, CancellationToken cancellationToken)
    {
        string[] files = [.. Files(resource).Where(f => before is null || EpochOf(f) < before)];
        if (files.Length == 0)
        {
            return;
        }

        var running = await start(Command(Remove, resource, files.Select(f => Path.GetFileName(f))), cancellationToken).ConfigureAwait(false);
        await AnswerAsync(running, resource, "a temporary directory or file cannot be removed", cancellationToken).ConfigureAwait(false);
        Array.ForEach(files, File.Delete);
    }

    /// <summary>A resource is no more, and what was on it neither, or out of reach.</summary>
    public void Forget(string resource)
    {
        if (Directory.Exists(Place(resource)))
        {
            Directory.Delete(Place(resource), recursive: true);
        }
    }

    private static ResourceCommand Command(string script, string resource, IEnumerable<string> names) =>
        new() { Arguments = ["/bin/sh", "-c", script, "sh", .. names.Select(n => $"crcache-{resource}-{n}")] };

    private static async Task<string> AnswerAsync(RunningCommand running, string resource, string failure, CancellationToken cancellationToken)
    {
        await using (running.ConfigureAwait(false))
        {
            await running.StandardInput.DisposeAsync().ConfigureAwait(false);
            var error = Tail.ReadAsync(running.StandardError, cancellationToken);
            using StreamReader reader = new(running.StandardOutput, leaveOpen: true);
            var answer = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var result = await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            var lines = (await error.ConfigureAwait(false)).Lines();
            return result.ExitCode == 0
                ? answer
                : throw new ResourceException(ErrorCodes.CopyFailed, $"{failure} on {resource}: {(lines is [var first, ..] ? first : $"exit code {result.ExitCode}")}");
        }
    }

    private static long EpochOf(string file) =>
        long.TryParse(Path.GetFileName(file).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;

    private string[] Files(string resource) => Directory.Exists(Place(resource)) ? Directory.GetFiles(Place(resource)) : [];

    private string Place(string resource) => Path.Combine(state(), "temporary", resource);
}
