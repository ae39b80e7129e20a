namespace CrCache.Sources;

/// <summary>The POSIX sh that goes into a box, where it was made. A box is as long as its holder is: the first process of its pid namespace.</summary>
internal static class BoxScripts
{
    private const string Check =
        """
        h=$1 t=$2 k=$3 home=$4; shift 4
        is() { [ "$#" -gt 19 ] && [ "$1" != Z ] && shift 19 && [ "$1" = "$t" ]; }
        { read -r s <"/proc/$h/stat" && is ${s##*) }; } 2>/dev/null ||
          { echo "crcache: $0 is gone: process $h, which held it, has ended" >&2; exit 125; }
        w=${PWD:-/}
        [ -d "/proc/$h/root$w" ] || w=$home
        [ -d "/proc/$h/root$w" ] || w=/
        for v in TMPDIR XDG_RUNTIME_DIR; do
          eval "d=\${$v-}"
          [ -z "$d" ] || [ -d "/proc/$h/root$d" ] || unset $v
        done

        """ + WayIn.IgnoredSignals;

    // The holder can outlive who waits for it, whose number may then be another's, with other namespaces.
    private const string Keeper =
        """
        [ "/proc/$k/ns/mnt" -ef "/proc/$h/ns/mnt" ] ||
          { echo "crcache: $0 is gone: process $k, which waited for its holder, has ended" >&2; exit 125; }

        """;

    // Of the processes outside the command, which its group's signals reach as well, one stays: timeout, which sets no time, waits with all
    // signals blocked, and ends as the command did, also by a signal. nsenter's own fork would die of what the command survives, and
    // unshare's cannot end by SIGKILL.
    private const string Block = "exec env --block-signal --default-signal=CHLD";
    private const string Wait = """timeout --foreground 0 env --default-signal $i "--chdir=$w" -- "HOME=$home" "$@" """;

    /// <summary>
    /// Goes into a box whose holder is still the same process: $1 its id, $2 its start, $3 the process that waits for it, $4 HOME, then the
    /// command. Nobody is told where the caller is: where there is no such directory it starts in HOME, and has no TMPDIR.
    /// </summary>
    /// <param name="net">Whether it has a network of its own.</param>
    /// <param name="nested">Whether its namespaces belong to a user namespace, in which the holder has gone to another.</param>
    public static string Enter(bool net, bool nested)
    {
        // A mount namespace is entered at its own root, which is not the holder's where that is in a chroot.
        var spaces = $"""-m -p -i -u{(net ? " -n" : "")} -r -t "$h" """;
        return Check + (nested
            ? Keeper + $"""{Block} nsenter -F --preserve-credentials "--user=/proc/$k/ns/user" {spaces} nsenter -F --preserve-credentials -U -t 1 {Wait}"""
            : $"{Block} nsenter -F {spaces} {Wait}");
    }
}
