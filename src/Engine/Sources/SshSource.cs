using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;

using CrCache.Ssh;

namespace CrCache.Sources;

/// <summary>A host that is reached by ssh, <c>maximum</c> times over.</summary>
internal sealed class SshSource : SourceType
{
    public override string Name => "ssh";

    public override IReadOnlyList<string> Keys => ["ssh_host"];

    public override IReadOnlyList<string> Tools(SourceSettings settings) => ["ssh"];

    // Whoever else uses it is another matter: to a caller it is a machine of its own.
    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        Dictionary<string, string> can = new() { ["isolation"] = "machine" };
        if (Endpoint(settings).User == "root")
        {
            can["root"] = "true";
        }

        return can;
    }

    public override void Check(SourceSettings settings)
    {
        if (settings.Text("ssh_host") is not { } host)
        {
            throw settings.Wrong("ssh_host", "an ssh source needs a host: ssh_host=NAME");
        }

        // A host that begins with a dash would be an option of the ssh program.
        if (host[0] == '-' || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw settings.Wrong("ssh_host", $"'{Shown.Cut(host)}' is not a host");
        }
    }

    public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        var route = new Route { Ssh = Endpoint(context.Settings) };
        var probe = new ResourceCommand { Arguments = ["sh", "-c", ProcessorProbe.Script] };
        var command = await context.StartAsync(route, probe, cancellationToken).ConfigureAwait(false);
        await using (command.ConfigureAwait(false))
        {
            command.StandardInput.Close();
            using var output = new StreamReader(command.StandardOutput);
            using var talk = new StreamReader(command.StandardError);
            var reading = talk.ReadToEndAsync(cancellationToken);
            var cores = await output.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var result = await command.WaitAsync(cancellationToken).ConfigureAwait(false);
            var complaint = await reading.ConfigureAwait(false);
            return ProcessorProbe.Parse(cores) is { } count
                ? new ResourceDraft(route, count)
                : throw new ResourceException(
                    ErrorCodes.ProvisionFailed,
                    $"{context.Resource}: the number of processors of {context.Settings.Text("ssh_host")} could not be probed (exit code {result.ExitCode}{(complaint.Length > 0 ? $": {Shown.Cut(complaint.Trim())}" : "")}); set concurrency= in source.conf");
        }
    }

    /// <summary>Reads <c>[USER@]HOST[:PORT]</c>; an address with several colons is IPv6, in brackets where a port follows.</summary>
    private static SshEndpoint Endpoint(SourceSettings settings)
    {
        var text = settings.Text("ssh_host")!;
        var at = text.LastIndexOf('@');
        var (user, host) = at > 0 ? (text[..at], text[(at + 1)..]) : (null, text);
        var colon = host.LastIndexOf(':');
        if (colon > 0
            && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']')
            && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536)
        {
            return new SshEndpoint(host[..colon].Trim('[', ']'), port, user);
        }

        return new SshEndpoint(host.Trim('[', ']'), null, user);
    }
}
