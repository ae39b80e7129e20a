using CrCache.Routes;

namespace CrCache.MSBuild;

/// <summary>Directories that a copy goes to are made where they are missing, as the Copy task makes them.</summary>
internal static class ResourceDirectory
{
    /// <summary>The directory that a copy needs: the destination where it takes several or ends in a slash, else the one it is in.</summary>
    public static string? Needed(string destination, int files) =>
        files > 1 || destination.EndsWith('/') ? destination : Path.GetDirectoryName(destination);

    /// <summary>Makes a directory on a resource, with those on the way to it.</summary>
    /// <exception cref="ResourceException">It cannot be made.</exception>
    public static async Task MakeAsync(
        CommandRunner commands, ResourceReference resource, string? directory, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(directory))
            return;
        var running = await commands.StartAsync(
            resource, new ResourceCommand { Arguments = ["mkdir", "-p", "--", directory] }, cancellationToken);
        await using (running)
        {
            List<string> errors = [];
            var ended = running.WaitAsync(cancellationToken);
            await OutputLines.ReadAsync(running.StandardError, errors.Add, ended);
            if ((await ended).ExitCode != 0)
            {
                throw new ResourceException(
                    ErrorCodes.CopyFailed, $"the directory {directory} cannot be made on {resource.Name}: {string.Join("; ", errors)}");
            }
        }
    }
}
