using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>The least that gives a copy-on-write chroot: one mount on the machine, and namespaces for each command alone.</summary>
internal sealed class OverlayByHand : ByHand
{
    public override string Type => "chroot";

    public override string Tool => "overlay on the machine";

    public override string Prefix => "`unshare`, `chroot`";

    public override double? Limit => null;

    public override string Make =>
        $"""
        cd "$1"
        mkdir upper work root
        mount -t overlay -o "lowerdir={BusyboxRoot.Path},upperdir=upper,workdir=work" overlay root
        echo "unshare --mount --pid --fork chroot $1/root"
        """;

    public override string Discard =>
        """
        cd "$1"
        umount root && rm -rf --one-file-system upper work root
        """;

    public override Task<string> PrepareAsync(TestHome home) => Task.FromResult(HolderByHand.Settings);

    public override bool IsMissing(out string reason) => HolderByHand.IsChrootMissing(out reason);
}
