using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>A chroot by hand that is what ours is: an overlay in namespaces, held by a sleep, so that what one command starts is there for the next.</summary>
internal sealed class HolderByHand : ByHand
{
    public override string Type => "chroot";

    public override string Tool => "`unshare`, overlay, mounts";

    public override string Prefix => "`nsenter`, `chroot`";

    public override double? Limit => 1.5;

    public override int Share => 1;

    public override string Make =>
        $$"""
        cd "$1"
        mkdir upper work root
        { setsid unshare --mount --pid --ipc --uts --fork --kill-child sh -ec '
            read -r pid rest </proc/self/stat
            mount -t overlay -o "lowerdir={{BusyboxRoot.Path}},upperdir=upper,workdir=work" overlay root
            mount -t proc proc root/proc
            mount --rbind /sys root/sys
            mount -t tmpfs tmpfs root/dev
            cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty root/dev
            mkdir root/dev/pts root/dev/shm
            mount -t devpts -o newinstance,ptmxmode=0666 devpts root/dev/pts
            mount -t tmpfs tmpfs root/dev/shm
            cp /etc/hosts /etc/resolv.conf root/etc
            hostname chroot
            echo "$pid" >&9
            exec sleep 2147483647 9>&-
          ' 9>&1 </dev/null >/dev/null 2>&1 & } | { read -r pid && echo "$pid" >pid; }
        read -r pid <pid
        echo "nsenter -m -p -i -u -t $pid chroot $1/root"
        """;

    public override string Discard =>
        """
        cd "$1"
        read -r pid <pid
        kill -9 "$pid"
        while [ -d "/proc/$pid" ]; do :; done
        rm -rf --one-file-system pid upper work root
        """;

    public override Task<string> PrepareAsync(TestHome home) => Task.FromResult(Settings);

    public override bool IsMissing(out string reason) => IsChrootMissing(out reason);

    /// <summary>Our source over the tree of the tests.</summary>
    public static string Settings => $"type=chroot\ntree={BusyboxRoot.Path}";

    /// <summary>Whether there can be no chroots.</summary>
    /// <param name="reason">Why.</param>
    public static bool IsChrootMissing(out string reason) =>
        Requirement.Mounts.IsMissing(out reason) || Requirement.Namespaces.IsMissing(out reason) || BusyboxRoot.Requirement.IsMissing(out reason);
}
