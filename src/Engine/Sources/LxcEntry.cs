namespace CrCache.Sources;

/// <summary>The POSIX sh that goes into a container of LXC, on the machine that has it.</summary>
internal static class LxcEntry
{
    // What the container says of a user, read as the base's root. Root inside may put there what it likes while that is read: a link is
    // resolved against the base's root and not the container's, so that a file is only taken if it is of one of the container's mounts; and what never
    // answers is left to the time limit.
    private const string Look =
        """
        look='h=$1 r=/proc/$1/root u=$2 n= g= home=/ shell=
        case $u in "#"*) n=${u#?} g=$n ;; esac
        inside() {
          [ -f /proc/self/fd/3 ] || return
          while read -r a b; do [ "$a" != mnt_id: ] || break; done </proc/self/fdinfo/3
          grep -q "^$b " "/proc/$h/mountinfo"
        }
        users() {
          while IFS=: read -r a b c x y z w; do
            case $c,$x in *[!0-9,]*|,*|*,) continue ;; esac
            if [ "$a" = "$u" ] || { [ "$c" = "$n" ] && [ "#$n" = "$u" ]; }; then u=$a n=$c g=$x home=$z shell=$w; break; fi
          done
        }
        groups() {
          while IFS=: read -r a b c x; do
            case ,$x, in *,"$u",*) case $c in ""|*[!0-9]*) ;; *) l=$l,$c ;; esac ;; esac
          done
        }
        [ ! -f "$r/etc/passwd" ] || { ! inside || users <&3; } 3<"$r/etc/passwd"
        case $u$n in root) n=0 g=0 home=/root ;; esac
        l=$g
        [ ! -f "$r/etc/group" ] || { ! inside || groups <&3; } 3<"$r/etc/group"
        printf "%s\n" "$u" "$n" "$g" "$l" "$home" "$shell"'

        """;

    /// <summary>
    /// Goes into a container: $1 its directory, $2 the store, $3 the user, then the command. The container's first process must be the one that
    /// was written down. One that is stopped is started. The command gets the container's cgroups and namespaces, its limit of capabilities, the
    /// user's groups as the container has them, and an environment of its own. As with a box, of the processes outside, which the signals of the
    /// command's group reach as well, one stays: <c>timeout</c>, which sets no time, waits with all signals blocked, and ends as the command
    /// did, also by a signal. All programs up to the command are the base's: the container need not have any of them.
    /// </summary>
    public const string Enter = Look +
        """
        d=$1 store=$2 u=$3; shift 3
        fail() { echo "crcache: $0 $*" >&2; exit 125; }
        is() { [ "$1" != Z ] && shift 19 && [ "$1" = "$t" ]; }
        there() { { read -r h t e <"$d/holder" && read -r s <"/proc/$h/stat" && is ${s##*) }; } 2>/dev/null; }
        if ! there; then
          [ -e "$d/asleep" ] || fail "is gone: its first process has ended"
          s=$(/bin/sh "$d/start" "$d" "$store" '' 2>&1 </dev/null) || fail "cannot be started: $s"
          there || fail "is gone: its first process has ended"
        fi
        s=$(timeout --foreground -s KILL 10 /bin/sh -c "$look" sh "$h" "$u" </dev/null 2>/dev/null) || fail "cannot be entered: its /etc/passwd or /etc/group cannot be read"
        { IFS= read -r u; IFS= read -r n; IFS= read -r g; IFS= read -r l; IFS= read -r home; IFS= read -r shell; } <<END
        $s
        END
        case $n in '') fail "has no user '$u'" ;; esac
        while IFS=: read -r a b x; do
          case $b in
            '') for y in /unified ''; do [ ! -e "/sys/fs/cgroup$y$x/cgroup.procs" ] || { echo 0 >"/sys/fs/cgroup$y$x/cgroup.procs"; break; }; done ;;
            *) echo 0 >"/sys/fs/cgroup/${b#name=}$x/cgroup.procs" ;;
          esac
        done 2>/dev/null <"/proc/$h/cgroup"

        """ + WayIn.IgnoredSignals +
        """
        p=/proc/$h/ns
        q=$(command -v nsenter)
        set -- "--mount=$p/mnt" "--uts=$p/uts" "--ipc=$p/ipc" "--net=$p/net" "--cgroup=$p/cgroup" -- "$@"
        if [ "$p/user" -ef /proc/self/ns/user ]; then
          while read -r a b; do [ "$a" != CapBnd: ] || break; done <"/proc/$h/status"
          while read -r a x; do [ "$a" != CapBnd: ] || break; done <"/proc/$$/status"
          b=$((0x$x & ~0x$b)) c= x=0
          while [ "$b" != 0 ]; do
            [ "$((b & 1))" = 0 ] || c=$c,-cap_$x
            x=$((x + 1)) b=$((b >> 1))
          done
          set -- setpriv "--regid=$g" "--groups=$l" ${c:+"--bounding-set=${c#,}"} "$q" -F -S "$n" "$@"
        else
          set -- "$q" -F "--user=$p/user" -S "$n" -G "$g" "$@"
        fi
        exec env --block-signal --default-signal=CHLD "$q" -F "--pid=$p/pid" timeout --foreground 0 env -i --default-signal $i \
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "HOME=$home" "USER=$u" "LOGNAME=$u" ${shell:+"SHELL=$shell"} container=lxc \
          ${TERM:+"TERM=$TERM"} ${CRCACHE_RUN:+"CRCACHE_RUN=$CRCACHE_RUN"} ${CRCACHE_RESOURCE:+"CRCACHE_RESOURCE=$CRCACHE_RESOURCE"} "$@"
        """;
}
