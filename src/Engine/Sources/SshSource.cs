using System.Globalization;
using CrCache.Configuration;
using CrCache.Routes;
using CrCache.Ssh;


namespace CrCache.Sources;

/// <summary>A host that is reached by ssh, <c>maximum</c> times over, or several.</summary>
/// <param name="environment">Where the ssh configuration is.</param>
internal sealed class SshSource(HostEnvironment environment) : SourceType
{
    public override string Name => "ssh";

    public override IReadOnlyList<string> Keys => SshSettings.Keys;

    public override IReadOnlyList<string> Tools(SourceSettings settings) => SshSettings.Endpoint(settings, 0).Transport == SshTransport.OpenSsh ? ["ssh"] : [];

    internal override HostSpread? Hosts(SourceSettings settings) => SshSettings.Hosts(settings);

    // Whoever else uses it is another matter: to a caller it is a machine of its own.
    public override IReadOnlyDictionary<string, string> Capabilities(SourceSettings settings)
    {
        var endpoint = SshSettings.Endpoint(settings, 0);
        Dictionary<string, string> can = new() { ["isolation"] = "machine" };
        if (Hosts(settings) is null)
        {
            can[HostSpread.Fact] = endpoint.Host;
        }

        if (endpoint.User == "root")
        {
            can["root"] = "true";
        }

        return can;
    }

    public override void Check(SourceSettings settings) => SshSettings.Check(settings);

    public override string? Examine(SourceSettings settings)
    {
        var endpoint = SshSettings.Endpoint(settings, 0);
        try
        {
            var user = LocalUser.Current();
            SshConfig config = new(environment.SshConfiguration, user, environment.Get);
            var hosts = SshWay.Of(config, user, [endpoint]);
            return endpoint.IdentityFiles.Count > 0 ? hosts[^1].IdentityFiles.FirstOrDefault(f => !File.Exists(f) && !File.Exists(f + ".pub")) is { } missing ? $"identity_file {missing} is not there" : null : null;
        }
        catch (ConfigurationException e) when (endpoint.Transport == SshTransport.OpenSsh && e.Code == ErrorCodes.SshOptionNotSupported)
        {
            return null;
        }
        catch (CrCacheException e)
        {
            return e.Location is { } location ? $"{location}: {e.Message}" : e.Message;
        }
    }

    public override async Task<ResourceDraft> ProvisionAsync(ProvisionContext context, CancellationToken cancellationToken)
    {
        var route = new Route { Ssh = SshSettings.Endpoint(context.Settings, ResourceNumber(context.Resource)) };
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
                    $"{context.Resource}: the number of processors of {route.Ssh.Host} could not be probed (exit code {result.ExitCode}{(complaint.Length > 0 ? $": {Shown.Cut(complaint.Trim())}" : "")}); set concurrency= in source.conf");
        }
    }

    private static int ResourceNumber(string name) =>
        int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
