using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>A box by hand: the same namespaces with the same private directories, held by a sleep.</summary>
internal sealed class BoxByHand : ByHand
{
    public override string Type => "box";

    public override string Tool => "`unshare`, mounts";

    public override string Prefix => "`nsenter`";

    public override double? Limit => 1.5;

    public override int Share => 1;

    // The id is said before the new /proc, which knows another one, and before /tmp is covered.
    public override string Make =>
        """
        { setsid unshare --mount --pid --ipc --uts --net --fork --kill-child sh -ec '
            read -r pid rest </proc/self/stat
            for directory in "$HOME" /dev/shm /run /tmp; do mount -t tmpfs tmpfs "$directory"; done
            mkdir -p "$HOME"
            mount -t proc proc /proc
            hostname box
            ip link set lo up
            echo "$pid" >&9
            exec sleep 2147483647 9>&-
          ' 9>&1 </dev/null >/dev/null 2>&1 & } | { read -r pid && echo "$pid" >"$1/pid"; }
        read -r pid <"$1/pid"
        echo "nsenter -m -p -i -u -n -t $pid"
        """;

    public override string Discard =>
        """
        read -r pid <"$1/pid"
        kill -9 "$pid"
        while [ -d "/proc/$pid" ]; do :; done
        rm "$1/pid"
        """;

    public override Task<string> PrepareAsync(TestHome home) => Task.FromResult("type=box");

    public override bool IsMissing(out string reason) => Requirement.Root.IsMissing(out reason) || Requirement.Namespaces.IsMissing(out reason);
}
