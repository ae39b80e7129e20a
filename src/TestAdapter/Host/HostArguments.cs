using System.Globalization;
using System.Net;

namespace CrCache.TestAdapter;

/// <summary>
/// The command line that vstest starts a test host with: what the dotnet program would get, the assembly of the stock test
/// host in it, and then the options of the connection.
/// </summary>
internal sealed class HostArguments(IReadOnlyList<string> arguments)
{
    /// <summary>The command line as it came.</summary>
    public IReadOnlyList<string> All => arguments;

    /// <summary>Where the runner listens.</summary>
    /// <exception cref="UsageException">There is no such option.</exception>
    public IPEndPoint Runner => new(IPAddress.Loopback, Port("--port") is > 0 and var port
        ? port
        : throw new UsageException("this program is started by dotnet test, with --port and the rest of a test host's command line"));

    /// <summary>The port of the data collectors that want to hear of each test; 0 where none does.</summary>
    public int CollectorPort => Port("--datacollectionport");

    /// <summary>The same command line for a stock host that talks to this process instead.</summary>
    /// <param name="port">Where this process listens for it.</param>
    /// <param name="collectorPort">Where this process listens for what it tells data collectors; 0 for nowhere.</param>
    /// <param name="name">Whose host it is; its diagnostic log, where there is one, gets a name of its own.</param>
    public IReadOnlyList<string> For(int port, int collectorPort, string name)
    {
        List<string> mine = [.. arguments];
        Replace(mine, "--port", Text(port));
        Replace(mine, "--endpoint", $"{IPAddress.Loopback}:{Text(port)}");
        Replace(mine, "--parentprocessid", Text(Environment.ProcessId));
        Replace(mine, "--datacollectionport", Text(collectorPort));
        if (Value("--diag") is { } log)
            Replace(mine, "--diag", Path.ChangeExtension(log, name + Path.GetExtension(log)));
        return mine;
    }

    private static void Replace(List<string> list, string option, string value)
    {
        var index = list.LastIndexOf(option);
        if (index >= 0 && index + 1 < list.Count)
            list[index + 1] = value;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private int Port(string option) =>
        int.TryParse(Value(option), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port : 0;

    private string? Value(string option)
    {
        for (var i = arguments.Count - 2; i >= 0; i--)
            if (arguments[i] == option)
                return arguments[i + 1];
        return null;
    }
}
