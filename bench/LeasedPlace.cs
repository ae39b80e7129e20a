using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>Leases a place of a source that keeps none, and of one that keeps one, and times it. Each is a whole process.</summary>
internal sealed class LeasedPlace : IDisposable
{
    private readonly TestHome _home;
    private readonly Spawn _spawn;
    private readonly string _command;
    private readonly string _configuration;
    private readonly HashSet<string> _leased = [];

    public LeasedPlace(TestHome home, string configuration, Spawn spawn, string command)
    {
        _home = home;
        _spawn = spawn;
        _command = command;
        _configuration = $"{configuration}\nmaximum=1\n";
        home.AddSource("fresh", _configuration);
        home.AddSource("kept", $"{_configuration}reserve=1\n");
        home.AddSource("here", "type=local\nmaximum=1\nreserve=1\n");
        Crcache("acquire", "-s", "here");
    }

    /// <summary>Leases one that is made for it.</summary>
    public double Make() => Lease("fresh");

    /// <summary>Runs a command in it.</summary>
    public double Run(string command) => Crcache("run", "fresh-0", command);

    /// <summary>Gives it back, and it is not kept.</summary>
    public double Discard() => GiveBack("fresh-0");

    /// <summary>Gives one back that is kept, and so made as it was.</summary>
    public double Reset()
    {
        Lease("kept");
        return GiveBack("kept-0");
    }

    /// <summary>Runs a command on this machine as it is: what the process of ours costs without a place.</summary>
    public double RunHere(string command) => Crcache("run", "here-0", command);

    /// <summary>Nothing is kept any more.</summary>
    public void Dispose()
    {
        _home.AddSource("kept", _configuration);
        foreach (var name in _leased.ToArray())
            GiveBack(name);
        Crcache("gc", "--apply");
    }

    private double Lease(string source)
    {
        var time = Crcache("acquire", "-s", source);
        _leased.Add($"{source}-0");
        return time;
    }

    private double GiveBack(string name)
    {
        _leased.Remove(name);
        return Crcache("release", name);
    }

    private double Crcache(params string[] arguments) => _spawn.Milliseconds([_command, .. arguments]);
}
