namespace CrCache.Sources;

public sealed class BoxSourceTests : SourceContract
{
    private TestHome? _home;

    public BoxSourceTests() => BoxLab.Require();

    protected override string Configure(TestHome home)
    {
        _home = home;
        return "type=box";
    }

    protected override void Dispose(bool disposing)
    {
        if (_home is { } home)
            BoxLab.Sweep(home);
        base.Dispose(disposing);
    }
}
