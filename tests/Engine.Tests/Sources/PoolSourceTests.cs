namespace CrCache.Sources;

public sealed class PoolSourceTests : SourceContract
{
    protected override string Configure(TestHome home)
    {
        home.AddSource("below", "type=local");
        home.AddSource("between", "type=pool\nsources=below,local");
        return "type=pool\nsources=between";
    }
}
