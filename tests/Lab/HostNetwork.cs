using System.Globalization;

namespace CrCache.Lab;

/// <summary>
/// Hosts as network namespaces: <see cref="Bastion"/>, which alone has a link to each of the others. They are <see cref="Outside"/>, where
/// clients are, and <c>inner1</c>, <c>inner2</c> and so on. Files and processes are this machine's; the network and the host's name are not. Nothing of
/// the machine's own network is changed, and none of this can be reached from it. It ends with the test process, however that ends.
/// </summary>
public sealed class HostNetwork : IDisposable
{
    /// <summary>The host in the middle.</summary>
    public const string Bastion = "bastion";

    /// <summary>The host that clients are on.</summary>
    public const string Outside = "outside";

    // Each namespace is held by a sleep that dies with this shell. Those who would outlive it are found by the namespace they are in.
    private const string Keeper =
        """
        own=$(readlink /proc/self/ns/net)
        at() { eval "p=\$p_$1"; shift; nsenter --net="/proc/$p/ns/net" "$@"; }
        hold() {
          setpriv --pdeathsig KILL unshare --net --uts sh -c 'hostname "$0" && ip link set lo up && exec sleep 2147483647' "$1" &
          eval "p_$1=$!"
          until [ "$(cat "/proc/$!/comm")" = sleep ]; do kill -0 "$!" || exit; done
          echo "host $1 $!"
        }
        link() {
          hold "$1"
          eval "p=\$p_$1"
          at bastion ip link add "$1" type veth peer name eth0 netns "$p" &&
          at bastion ip address add "10.77.$2.1/24" dev "$1" && at bastion ip link set "$1" up &&
          at "$1" ip address add "10.77.$2.2/24" dev eth0 && at "$1" ip link set eth0 up || exit
        }
        hold bastion
        link outside 0
        i=0; while [ "$i" -lt "$1" ]; do i=$((i + 1)); link "inner$i" "$i"; done
        echo ready
        while read -r what name percent; do
          case $what in
            cut) at bastion ip link set "$name" down ;;
            heal) at bastion ip link set "$name" up; at "$name" nft delete table inet lab 2>/dev/null ;;
            drop)
              at "$name" nft delete table inet lab 2>/dev/null
              at "$name" nft "table inet lab {
                chain out { type filter hook output priority 0; oifname eth0 numgen random mod 100 <= $((percent - 1)) drop; }
                chain in { type filter hook input priority 0; iifname eth0 numgen random mod 100 <= $((percent - 1)) drop; }
              }" ;;
          esac
          echo "$what"
        done
        for p in $(set | sed -n "s/^p_[a-z0-9]*='*\([0-9]*\)'*$/\1/p"); do
          net=$(readlink "/proc/$p/ns/net")
          [ -n "$net" ] && [ "$net" != "$own" ] || continue
          for d in /proc/[0-9]*; do [ "$(readlink "$d/ns/net" 2>/dev/null)" != "$net" ] || kill -9 "${d#/proc/}"; done
        done
        """;

    private readonly ProcessRun _keeper;

    private HostNetwork(int inner) =>
        _keeper = ProcessRun.Start(["sh", "-c", Keeper, "sh", inner.ToString(CultureInfo.InvariantCulture)], keepInputOpen: true);

    /// <summary>What is needed for it.</summary>
    public static Requirement Requirement { get; } = new("networks", () =>
    {
        if (!Environment.IsPrivilegedProcess)
            return "root is needed for network namespaces, this is another user";
        if (Requirement.PathOf("ip") is null || Requirement.PathOf("nft") is null)
            return "ip or nft is not installed: apt-get install iproute2 nftables";
        string[] command = ["unshare", "--net", "--uts", "sh", "-ec", "hostname lab; ip link add lab type veth peer name eth0; nft add table inet lab"];
        var probe = Task.Run(() => ProcessRun.RunAsync(command)).GetAwaiter().GetResult();
        return probe.ExitCode == 0 ? null : $"networks cannot be made here: {probe.Error.TrimEnd()}";
    });

    /// <summary>The holders of the namespaces.</summary>
    public IReadOnlyList<int> Holders => [.. Lines().Select(l => int.Parse(l[2], CultureInfo.InvariantCulture))];

    /// <summary>Makes one.</summary>
    /// <param name="inner">How many hosts are behind the bastion.</param>
    /// <returns>A network that works.</returns>
    public static async Task<HostNetwork> StartAsync(int inner)
    {
        HostNetwork network = new(inner);
        await Eventually.True(
            () => network._keeper.OutputSoFar.Contains("ready", StringComparison.Ordinal) || network._keeper.HasExited, what: "the network");
        return network._keeper.HasExited ? throw new InvalidOperationException($"no network: {network._keeper.ErrorSoFar}") : network;
    }

    /// <summary>The address of the bastion on a host's link.</summary>
    /// <param name="number">The inner host's number; 0 for the outside.</param>
    public static string BastionAddress(int number) => string.Create(CultureInfo.InvariantCulture, $"10.77.{number}.1");

    /// <summary>The address of an inner host.</summary>
    /// <param name="number">Its number, from 1; 0 for the outside.</param>
    public static string Address(int number) => string.Create(CultureInfo.InvariantCulture, $"10.77.{number}.2");

    /// <summary>The words before a command that start it on a host.</summary>
    /// <param name="host">The host.</param>
    public IReadOnlyList<string> Enter(string host)
    {
        var holder = Lines().Single(l => l[1] == host)[2];
        return ["nsenter", $"--net=/proc/{holder}/ns/net", $"--uts=/proc/{holder}/ns/uts"];
    }

    /// <summary>Takes the link of a host down, at the bastion's end: it knows that there is no way there, the host does not.</summary>
    /// <param name="host">The host.</param>
    public Task CutAsync(string host) => AskAsync($"cut {host}");

    /// <summary>Has a share of the packets to and from a host be lost, without anybody hearing of it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="percent">The share; all of them unless said otherwise.</param>
    public Task DropAsync(string host, int percent = 100) => AskAsync(string.Create(CultureInfo.InvariantCulture, $"drop {host} {percent}"));

    /// <summary>Nothing is cut or lost any more.</summary>
    /// <param name="host">The host.</param>
    public Task HealAsync(string host) => AskAsync($"heal {host}");

    /// <summary>Does what the kernel does where this process is killed.</summary>
    /// <returns>A task that ends when all that was to end then has.</returns>
    public async Task AbandonAsync()
    {
        await _keeper.Input.DisposeAsync();
        await _keeper.WaitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper.Input.Dispose();
        _keeper.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
        _keeper.Dispose();
    }

    private IEnumerable<string[]> Lines() =>
        _keeper.OutputSoFar.Split('\n').Where(l => l.StartsWith("host ", StringComparison.Ordinal)).Select(l => l.Split(' '));

    private async Task AskAsync(string what)
    {
        var before = (Output: _keeper.OutputSoFar.Length, Error: _keeper.ErrorSoFar.Length);
        await _keeper.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{what}\n"));
        await _keeper.Input.FlushAsync();
        await Eventually.True(() => _keeper.OutputSoFar.Length > before.Output, what: $"the network to {what}");
        if (_keeper.ErrorSoFar.Length > before.Error)
            throw new InvalidOperationException($"{what}: {_keeper.ErrorSoFar[before.Error..]}");
    }
}
