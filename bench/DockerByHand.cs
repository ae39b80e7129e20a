using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>A container of docker, by an engine of the bench's own.</summary>
internal sealed class DockerByHand : ByHand
{
    private ContainerEngine? _engine;

    public override string Type => "docker";

    public override string Tool => "`docker run -d`, `docker rm -f`";

    public override string Prefix => "`docker exec`";

    public override double? Limit => 1.2;

    public override int Share => 8;

    public override string Make =>
        $"""
        {Docker} run -d --network none {ContainerEngine.Image} sleep 2147483647 >"$1/id"
        read -r id <"$1/id"
        echo "{Docker} exec $id"
        """;

    public override string Discard =>
        $"""
        read -r id <"$1/id"
        {Docker} rm -f "$id" && rm "$1/id"
        """;

    private string Docker => string.Join(' ', _engine!.Program);

    public override async Task<string> PrepareAsync(TestHome home)
    {
        _engine = await ContainerEngine.StartAsync("docker");
        return _engine.Configuration;
    }

    public override bool IsMissing(out string reason) => ContainerEngine.Docker.IsMissing(out reason);

    public override void Dispose()
    {
        _engine?.Dispose();
        base.Dispose();
    }
}
