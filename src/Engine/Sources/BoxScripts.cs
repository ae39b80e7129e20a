namespace CrCache.Sources;

/// <summary>The POSIX sh that makes a box and goes into it. A box is as long as its holder is: the first process of its pid namespace.</summary>
internal static class BoxScripts
{
    /// <summary>
    /// Starts a holder and waits until the box is ready: $1 the box's directory, $2 what to unshare, then <see cref="Make"/> and its
    /// arguments. The holder has nothing of whoever makes it but the marks by which it is found: no terminal, no session, no secrets. Its script is
    /// in its environment, where nobody who lists processes is bothered with it.
    /// </summary>
    public const string Start =
        """
        cd -- "$1" || exit
        box=$1 apart=$2 make=$3; shift 3
        { setsid env -i "PATH=$PATH" "CRCACHE_BOX=$box" "CRCACHE_RUN=${CRCACHE_RUN-}" "make=$make" \
          unshare $apart --fork --kill-child sh -c 'eval "$make"' crcache-box "$@" 9>&1 </dev/null >/dev/null 2>log & } |
          { read -r word && [ "$word" = ready ]; } || { tail -n 1 log >&2; exit 1; }
        """;

    /// <summary>
    /// The holder's way to its place, in the box's directory and namespaces: $1 the host's name, $2 what tells this boot and pid namespace,
    /// $3 how overlays are mounted, $4 yes for a network of its own, $5 and $6 the user and group to become in a user namespace, or nothing;
    /// then what to mount, by twos. What is to be seen inside a private directory is put aside before that is covered. The paths in the box's
    /// directory are relative, because HOME or /tmp, once covered, hides it. As the first process nobody inside can end it, and as it ignores
    /// SIGCHLD the kernel reaps what is left to it.
    /// </summary>
    public const string Make =
        """
        set -eu
        name=$1 era=$2 overlay=$3 net=$4 user=$5 group=$6; shift 6
        read -r h rest </proc/self/stat
        of() { p=$2; shift 19; t=$1; }
        of ${rest##*) }
        k=$p ht=$t
        read -r rest <"/proc/$k/stat"
        of ${rest##*) }
        put() { mount -n -c "$@"; }
        each() { do=$1; shift; i=0; while [ "$#" -gt 1 ]; do i=$((i + 1)); $do "$1" "$2"; shift 2; done; }
        aside() {
          case $1 in
            overlay) put -t overlay -o "lowerdir=$2,upperdir=$i/upper,workdir=$i/work$overlay" overlay "$i/seen" ;;
            share) put --rbind "$2" "$i/seen" ;;
          esac
        }
        cover() {
          case $1 in
            private) [ -d "$2" ] || mkdir -p "$2"; put --bind "$i" "$2" ;;
            memory) put -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$2" ;;
            run) put -t tmpfs -o nosuid,nodev,mode=755 tmpfs "$2"; mkdir -m 1777 "$2/lock" ;;
          esac
        }
        place() {
          case $1 in
            overlay|share) [ -d "$2" ] || mkdir -p "$2"; put --move "$i/seen" "$2" ;;
            file) put --bind "$i" "$2" ;;
          esac
        }
        each aside "$@"
        each cover "$@"
        each place "$@"
        put -t proc -o nosuid,nodev,noexec proc /proc
        hostname "$name"
        if [ "$net" = yes ]; then
          ip link set lo up || ifconfig lo up || busybox ifconfig lo up ||
            perl -e 'socket S, 2, 2, 0 and ioctl S, 0x8914, pack "a16 s x14", "lo", 0x41 or die "lo: $!\n"'
        fi
        set -- env --ignore-signal=CHLD sleep 2147483647
        [ -z "$user" ] || set -- unshare --user "--map-user=$user" "--map-group=$group" "$@"
        echo "$h $ht $k $t $era" >holder
        echo ready >&9
        cd /
        unset make
        exec "$@" 9>&- 2>/dev/null
        """;

    private const string Check =
        """
        h=$1 t=$2 k=$3 home=$4; shift 4
        is() { [ "$1" != Z ] && shift 19 && [ "$1" = "$t" ]; }
        { read -r s <"/proc/$h/stat" && is ${s##*) }; } 2>/dev/null ||
          { echo "crcache: $0 is gone: process $h, which held it, has ended" >&2; exit 125; }
        w=${PWD:-/}
        [ -d "/proc/$h/root$w" ] || w=$home
        [ -d "/proc/$h/root$w" ] || w=/
        i=
        if [ -t 0 ]; then
          while read -r s m; do [ "$s" != SigIgn: ] || break; done <"/proc/$$/status"
          m=0x$m
          [ "$((m & 1))" = 0 ] || i=HUP
          [ "$((m & 2))" = 0 ] || i=$i,INT
          [ "$((m & 4))" = 0 ] || i=$i,QUIT
          i=${i:+--ignore-signal=${i#,}}
        fi

        """;

    // Of the processes outside the command, which its group's signals reach as well, one stays: timeout, which sets no time, waits with all
    // signals blocked, and ends as the command did, also by a signal. nsenter's own fork would die of what the command survives, and
    // unshare's cannot end by SIGKILL.
    private const string Block = "exec env --block-signal --default-signal=CHLD";
    private const string Wait = """timeout --foreground 0 env --default-signal $i "--chdir=$w" -- "HOME=$home" "$@" """;

    /// <summary>
    /// Goes into a box whose holder is still the same process: $1 its id, $2 its start, $3 the process that waits for it, $4 HOME, then the
    /// command. Nobody is told where the caller is: where there is no such directory it starts in HOME.
    /// </summary>
    /// <param name="net">Whether it has a network of its own.</param>
    /// <param name="nested">Whether its namespaces belong to a user namespace, in which the holder has gone to another.</param>
    public static string Enter(bool net, bool nested)
    {
        var spaces = $"""-m -p -i -u{(net ? " -n" : "")} -t "$h" """;
        return Check + (nested
            ? $"""{Block} nsenter -F --preserve-credentials "--user=/proc/$k/ns/user" {spaces} nsenter -F --preserve-credentials -U -t 1 {Wait}"""
            : $"{Block} nsenter -F {spaces} {Wait}");
    }
}
