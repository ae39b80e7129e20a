using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>A session of schroot, over an overlay. It reads its configuration from one place only, where a file is put for as long as this is here.</summary>
internal sealed class SchrootByHand : ByHand
{
    private readonly string _name = $"crcache-bench-{Environment.ProcessId}";
    private bool _isPrepared;

    public override string Type => "chroot";

    public override string Tool => "`schroot`";

    public override string Prefix => "`schroot -r`";

    // It does more by scripts of its own, and is what people leave: ours is to be faster.
    public override double? Limit => 1;

    public override int Share => 4;

    public override string Make =>
        $"""
        session=$(schroot -b -c {_name} -d /) && echo "$session" >"$1/session"
        echo "schroot -r -d / -c $session --"
        """;

    public override string Discard =>
        """
        read -r session <"$1/session"
        schroot -e -c "$session" && rm "$1/session"
        """;

    private string Configuration => $"/etc/schroot/chroot.d/{_name}";

    public override Task<string> PrepareAsync(TestHome home)
    {
        _isPrepared = true;
        AppDomain.CurrentDomain.ProcessExit += Remove;
        File.WriteAllText(Configuration, $"[{_name}]\ntype=directory\ndirectory={BusyboxRoot.Path}\nunion-type=overlay\nprofile=minimal\nusers=root\n");
        return Task.FromResult(HolderByHand.Settings);
    }

    public override bool IsMissing(out string reason) =>
        HolderByHand.IsChrootMissing(out reason) || Requirement.Program("schroot", "schroot").IsMissing(out reason);

    public override void Dispose()
    {
        if (_isPrepared)
            Remove(null, EventArgs.Empty);
        AppDomain.CurrentDomain.ProcessExit -= Remove;
        base.Dispose();
    }

    private void Remove(object? sender, EventArgs e) => File.Delete(Configuration);
}
