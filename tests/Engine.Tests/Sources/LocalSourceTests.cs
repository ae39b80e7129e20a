namespace CrCache.Sources;

public sealed class LocalSourceTests : SourceContract
{
    protected override string Configure(TestHome home) => "type=local";
}
