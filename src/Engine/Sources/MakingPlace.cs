using System.Globalization;
using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>Where a resource is made: this machine, or the resource that it is layered on. Scripts run there, and its files are kept there.</summary>
/// <param name="context">What is made.</param>
/// <param name="environment">Where the store of this machine is.</param>
internal sealed class MakingPlace(ProvisionContext context, HostEnvironment environment)
{
    // What a script says names paths, and what to do.
    private const int LongestHost = 64;
    private const int LongestLine = 500;
    private const int LinesShown = 2;

    private const string StateHome = """printf '%s\n' "${XDG_STATE_HOME:-${HOME:?is not set, so that it is not known where to keep resources; set directory=}/.local/state}/crcache" """;

    /// <summary>The name of a resource that is a host of its own: the resource's, or the end of it that a host's may be.</summary>
    public static string HostName(ProvisionContext context) => context.Resource.Length > LongestHost ? context.Resource[^LongestHost..] : context.Resource;

    /// <summary>The error of a resource that could not be made.</summary>
    /// <param name="why">Why: what is about a setting begins with its key and a colon, and is told with where that stands.</param>
    public ResourceException NotMade(string why) => Failure(ErrorCodes.ProvisionFailed, "made", why);

    /// <summary>The error of one that could not be reset.</summary>
    /// <inheritdoc cref="NotMade"/>
    public ResourceException NotReset(string why) => Failure(ErrorCodes.ProvisionFailed, "reset", why);

    /// <summary>The error of one that could not be discarded.</summary>
    /// <inheritdoc cref="NotMade"/>
    public ResourceException NotDiscarded(string why) => Failure(ErrorCodes.DiscardFailed, "discarded", why);

    /// <summary>Runs <c>reset_command</c> in the resource, which must have one.</summary>
    /// <param name="cancellationToken">Gives up, and ends it.</param>
    /// <exception cref="ResourceException">It failed.</exception>
    public Task RunResetCommandAsync(CancellationToken cancellationToken) =>
        RunAsync(context.Route!, ResetSetting.Command(context.Settings)!, [], line => NotReset($"{ResetSetting.CommandKey}: {line}"), cancellationToken);

    /// <summary>
    /// The directory of the resource's own, absolute there; nothing else is ever made or deleted. It is not made here.
    /// </summary>
    /// <param name="kind">What is kept there, such as <c>chroots</c>: a directory of its own, unless <c>directory=</c> names another.</param>
    /// <param name="name">Its name in there, such as the resource's.</param>
    /// <param name="failed">The error of a place that has nowhere to keep it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> DirectoryAsync(string kind, string name, Func<string, ResourceException> failed, CancellationToken cancellationToken)
    {
        // Somebody else may make resources of the same names in the same place; on this machine the store's directory is the store's own.
        var root = context.Settings.Text("directory") is { } set ? $"{set.TrimEnd('/')}/{context.Store}"
            : context.IsHere ? Path.Combine(environment.StateDirectory, kind)
            : $"{(await RunAsync(StateHome, [], failed, cancellationToken).ConfigureAwait(false)).Trim()}/{kind}/{context.Store}";
        return $"{root}/{name}";
    }

    /// <summary>The same in words, where it is not asked.</summary>
    public string DescribeDirectory(string kind) => context.Settings.Text("directory") is { } set ? $"the directory {set.TrimEnd('/')}/{context.Store}/{context.Resource}"
        : context.IsHere ? $"the directory {Path.Combine(environment.StateDirectory, kind, context.Resource)}"
        : $"the directory crcache/{kind}/{context.Store}/{context.Resource} in XDG_STATE_HOME (~/.local/state)";

    /// <summary>Runs a script there, with POSIX sh.</summary>
    /// <param name="script">The script; what it shall say of a failure is the last that it writes to its standard error.</param>
    /// <param name="arguments">Its arguments, from <c>$1</c>.</param>
    /// <param name="failed">The error of a script that fails, of what it said.</param>
    /// <param name="cancellationToken">Gives up, and ends it.</param>
    /// <returns>The last 16 KiB of what it wrote to its standard output.</returns>
    /// <exception cref="ResourceException">The way in failed, or <paramref name="failed"/>'s.</exception>
    public Task<string> RunAsync(string script, IReadOnlyList<string> arguments, Func<string, ResourceException> failed, CancellationToken cancellationToken) =>
        RunAsync(new Route(), script, arguments, failed, cancellationToken);

    /// <summary>Runs a script over a route that counts from there.</summary>
    /// <inheritdoc cref="RunAsync(string, IReadOnlyList{string}, Func{string, ResourceException}, CancellationToken)"/>
    public async Task<string> RunAsync(
        Route route, string script, IReadOnlyList<string> arguments, Func<string, ResourceException> failed, CancellationToken cancellationToken)
    {
        ResourceCommand command = new() { Arguments = ["/bin/sh", "-c", script, "sh", .. arguments] };
        var running = await context.StartAsync(route, command, cancellationToken).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            running.StandardInput.Close();
            var talk = Tail.ReadAsync(running.StandardError, cancellationToken);
            var output = await Tail.ReadAsync(running.StandardOutput, cancellationToken).ConfigureAwait(false);
            var result = await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            var said = await talk.ConfigureAwait(false);
            if (result.ExitCode == 0)
            {
                return string.Join('\n', output.Lines());
            }

            throw failed(Last(said.Lines()) is { Length: > 0 } why ? why : string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}"));
        }
    }

    private ResourceException Failure(string code, string what, string why) =>
        new(code, $"{context.Resource} could not be {what}: {why}") { Setting = context.Settings.LocationOfLine(why) };

    // What says why often comes before a last line that only says that.
    private static string Last(IReadOnlyList<string> lines)
    {
        var text = string.Join("; ", lines.TakeLast(LinesShown));
        return text[^Math.Min(text.Length, LongestLine)..];
    }
}
