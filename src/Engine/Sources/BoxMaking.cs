namespace CrCache.Sources;

/// <summary>
/// The POSIX sh that makes and unmakes a box, where it is made: this machine or another resource. It finds out itself who it is there and
/// what that one may. All paths are arguments.
/// </summary>
internal static class BoxMaking
{
    /// <summary>
    /// Unmakes a box: <c>$1</c> its directory, <c>$2</c> the store, <c>$3</c> what <see cref="OwnDirectory.Place"/> says of it. A second time there is nothing to do.
    /// </summary>
    public const string Discard = Unmake + "unmake";

    /// <summary>
    /// Unmakes what is there and makes it: as <see cref="Discard"/>, then <c>$4</c> the resource, <c>$5</c> the host's name, <c>$6</c> HOME, or
    /// nothing for that of the user there, <c>$7</c> yes where that is private, <c>$8</c> yes for a network of its own, <c>$9</c> the user of
    /// commands, or nothing, then where they start, or nothing, then <see cref="Hold"/>; then <see cref="BoxItem"/>s by threes. Says the holder's id and
    /// start, the keeper's id, whether there is a user namespace around it, and HOME.
    /// </summary>
    public const string Make = Unmake + Prepare + Start;

    /// <summary>
    /// The holder's way to its place, in the box's directory and namespaces: $1 the host's name, $2 what tells this boot and pid namespace,
    /// $3 how overlays are mounted, $4 yes for a network of its own, $5 and $6 the user and group to become in a user namespace, or nothing,
    /// $7 a directory that must be there, or nothing; then what to mount, by threes. What is to be seen is put aside before anything is
    /// covered, and then in the order of the targets. The paths in the box's directory are relative, because HOME or /tmp, once covered,
    /// hides it. As the first process nobody inside can end it, and as it ignores SIGCHLD the kernel reaps what is left to it.
    /// </summary>
    public const string Hold =
        """
        set -euf
        umask 022
        name=$1 era=$2 overlay=$3 net=$4 user=$5 group=$6 cwd=$7; shift 7
        die() { echo "$1" >&2; exit 1; }
        read -r h rest </proc/self/stat
        of() { shift 19; t=$1; }
        of ${rest##*) }
        cd -P .
        mine= at=$PWD
        put() { mount -n -c "$@"; }
        each() { do=$1; shift; i=0; while [ "$#" -gt 2 ]; do i=$((i + 1)); $do "$1" "$2" "$3"; shift 3; done; }
        freeze() {
          cut -d' ' -f5,6 /proc/self/mountinfo | while read -r point options; do
            case $point in
              *\\*) p=$(printf "$(printf %s "$point" | sed 's/%/%%/g')") ;;
              *) p=$point ;;
            esac
            case $p in "$1"|"$1"/*) put -o "remount,bind,ro${options#r[ow]}" "$p" ;; esac
          done
        }
        aside() {
          case $1 in
            overlay)
              put -t overlay -o "lowerdir=$2,upperdir=$i/upper,workdir=$i/work$overlay" overlay "$i/seen" ||
                die "overlay: $2 cannot be overlaid from $at: name a directory= on a file system that is no overlay itself" ;;
            bind) put --rbind "$2" "$i/seen" ;;
            ro) put --rbind "$2" "$i/seen"; freeze "$at/$i/seen" ;;
          esac
        }
        own() {
          o=
          IFS='
        '
          for m in $mine; do case $1 in "${m#?}"/*) o=${m%"${m#?}"} ;; esac; done
          unset IFS
          [ "$o" = + ] || die "there is no $1, and it would have to be made outside the box: name a place that is there, or one that is private"
        }
        into() {
          if [ -d "$1" ]; then
            [ -d "$2" ] || { own "$2"; mkdir -p "$2"; }
          else
            [ -e "$2" ] || { own "$2"; mkdir -p "${2%/*}"; : >"$2"; }
          fi
        }
        place() {
          case $1 in
            private) [ -d "$3" ] || mkdir -p "$3"; put --bind "$i" "$3" ;;
            memory) put -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$3" ;;
            run) put -t tmpfs -o nosuid,nodev,mode=755 tmpfs "$3"; mkdir -m 1777 "$3/lock" ;;
            file) put --bind "$i" "$3" ;;
            copy) into "$i/seen" "$3"; put --bind "$i/seen" "$3" ;;
            *) into "$i/seen" "$3"; put --move "$i/seen" "$3" ;;
          esac
          case $1 in
            bind|ro) mine="$mine
        -$3" ;;
            *) mine="$mine
        +$3" ;;
          esac
        }
        each aside "$@"
        each place "$@"
        put -t proc -o nosuid,nodev,noexec proc /proc
        [ -z "$cwd" ] || [ -d "$cwd" ] || die "cwd: there is no directory '$cwd'"
        { echo "$name" >/proc/sys/kernel/hostname; } 2>/dev/null || hostname "$name"
        if [ "$net" = yes ]; then
          ip link set lo up || ifconfig lo up || busybox ifconfig lo up ||
            perl -e 'socket S, 2, 2, 0 and ioctl S, 0x8914, pack "a16 s x14", "lo", 0x41 or die "lo: $!\n"'
        fi
        set -- env --ignore-signal=CHLD sleep 2147483647
        echo "$h $t $era" >holder
        cd /
        unset make
        # Nobody is let in before it is where it stays: who is already in a user namespace cannot enter it.
        [ -z "$user" ] || exec unshare --user "--map-user=$user" "--map-group=$group" sh -c 'echo ready >&9; exec "$@" 9>&- 2>/dev/null' sh "$@"
        echo ready >&9
        exec "$@" 9>&- 2>/dev/null
        """;

    // Who holds a box is written down before anything can come of it: the keeper before it becomes unshare, whose end is that of the holder
    // it starts, and the holder before the box is used. What still runs when the directory is gone ends by not finding it. The first
    // process's end is that of all inside: the kernel ends them. An id is of the process that was written down if it started at the same
    // time in the same boot; ids of another pid namespace are others': of this machine's another container, of a resource's one that is
    // gone, because its own is another by now.
    private const string Unmake =
        """
        set -f
        dir=$1 store=$2 place=$3; shift 3
        fail() { printf '%s\n' "$1" >&2; exit 1; }

        """ + OwnDirectory.Script +
        """
        is() { [ "$#" -gt 19 ] && [ "$1" != Z ] && [ "$1" != X ] && shift 19 && [ "$1" = "$t" ]; }
        runs() { { read -r s <"/proc/$1/stat" && is ${s##*) }; } 2>/dev/null; }
        end() {
          n=0
          while :; do
            left=
            for f in holder keeper; do
              { read -r p t e <"./$leaf/$f"; } 2>/dev/null || continue
              if [ "$e" != "$era" ]; then
                [ "$place" = there ] || [ "${e%% *}" != "$boot" ] || fail "$dir was made in another container: discard it there"
              elif runs "$p"; then
                left=$p
                kill -9 "$p" 2>/dev/null
              fi
            done
            [ -n "$left" ] || return 0
            [ "$n" -lt 2600 ] || fail "process $left, which holds it, does not end"
            # It mostly takes less than to start a process that waits.
            [ "$n" -lt 100 ] || sleep 0.002
            n=$((n + 1))
          done
        }
        unmake() { ! own || { now; end; delete; }; }

        """;

    private const string Prepare =
        """
        unmake
        now
        name=$1 host=$2 home=${3:-${HOME-}} apart=$4 net=$5 user=$6; shift 6
        cwd=$1 hold=$2; shift 2
        for tool in unshare nsenter setsid mount hostname env timeout stat ${user:+sudo}; do
          command -v "$tool" >/dev/null || fail "$tool is not installed there"
        done
        [ "$place" != there ] || case $(unshare --help 2>&1) in *--kill-child*) ;; *) fail "unshare is not that of util-linux there" ;; esac
        while read -r key a b rest; do
          case $key in Uid:) uid=$b ;; Gid:) gid=$b ;; CapEff:) rights=$a ;; esac
        done </proc/self/status
        nested=yes
        [ "$uid" != 0 ] || [ "$(((0x$rights >> 21) & 1))" = 0 ] || nested=
        other=
        case $user in
          ''|'#'*) ;;
          *)
            id -u -- "$user" >/dev/null 2>&1 || fail "user: there is no user '$user' there"
            other=$(getent passwd "$user" | cut -d: -f6) ;;
        esac
        [ -z "$user" ] || { [ -z "$nested" ] || fail "user: only root can run the commands of a box as another user"; cwd=; }
        while :; do case $home in */) home=${home%/} ;; *) break ;; esac; done
        case $home in /*) ;; *) home= ;; esac
        if [ "$apart" = yes ]; then
          for h in "$home" "${other%/}"; do
            [ -n "$h" ] && [ -d "$h" ] || continue
            n=$(($# / 3)) found=
            while [ "$n" -gt 0 ]; do
              case $3 in
                "$h") found=yes ;;
                "$h"/*) [ -n "$found" ] || { set -- "$@" private "" "$h"; found=yes; } ;;
              esac
              set -- "$@" "$1" "$2" "$3"; shift 3
              n=$((n - 1))
            done
            [ -n "$found" ] || set -- "$@" private "" "$h"
          done
        fi
        umask 077
        make
        cd -- "./$leaf" || exit
        there() { [ -d "$1" ] || fail "there is no directory '$1'"; }
        # All are asked at once; one whose name reads like the end of another's line is asked again.
        line='
        '
        modes="$line$(stat -L -c '%a %u:%g %n' -- "$@" 2>/dev/null)$line"
        like() {
          m=${modes%%" $2$line"*}
          m=${m##*"$line"}
          case $m in *' '*' '*|*[!0-9\ :]*|'') m=$(stat -L -c '%a %u:%g' -- "$2") || exit ;; esac
          if [ -d "$1" ]; then [ "${m% *}" = 700 ] || chmod "${m% *}" "$1" || exit; else mkdir -m "${m% *}" "$1" || exit; fi
          [ "$uid" != 0 ] || [ "${m#* }" = 0:0 ] || { chown "${m#* }" "$1" && chmod "${m% *}" "$1"; } || exit
        }
        n=$(($# / 3)) i=0
        while [ "$n" -gt 0 ]; do
          i=$((i + 1)) w=$i
          case $1 in
            private) there "$3"; like "$i" "$3" ;;
            overlay)
              there "$2"
              case "$dir/" in "$2"/*) fail "overlay: what is written to '$2' would be kept in ${dir%/*}, inside it; name another directory=" ;; esac
              mkdir "$i" "$i/upper" "$i/work" "$i/seen" && like "$i/upper" "$2" ;;
            bind|ro)
              [ -e "$2" ] || fail "there is no '$2' to import or share"
              mkdir "$i" && if [ -d "$2" ]; then mkdir "$i/seen"; else : >"$i/seen"; fi ;;
            copy)
              [ -e "$2" ] || fail "there is no '$2' to import"
              mkdir "$i" || exit
              s=; [ ! -d "$2" ] || s=/
              if command -v rsync >/dev/null; then rsync -a -- "$2$s" "$i/seen$s"
              elif [ -n "$s" ]; then mkdir "$i/seen" && cp -a -- "$2/." "$i/seen" && like "$i/seen" "$2"
              else cp -a -- "$2" "$i/seen"
              fi ;;
            file)
              if [ -f "$3" ]; then
                umask 022
                printf '%s\n127.0.0.1\t%s\n' "$(cat "$3")" "$name" >"$i" || exit
                umask 077
              else w=
              fi ;;
            *) [ -d "$3" ] || w= ;;
          esac || exit
          if [ -n "$w" ]; then set -- "$@" "$1" "$2" "$3"; else i=$((i - 1)); fi
          shift 3
          n=$((n - 1))
        done

        """;

    // The holder has nothing of whoever makes it but the marks by which it is found: no terminal, no session, no secrets. Its script is in its
    // environment, where nobody who lists processes is bothered with it.
    private const string Start =
        """
        apart="--mount --pid --ipc --uts"
        [ "$net" != yes ] || apart="$apart --net"
        if [ -n "$nested" ]; then
          apart="--user --map-root-user $apart"
          set -- ,userxattr "$net" "$uid" "$gid" "$cwd" "$@"
        else
          set -- "" "$net" "" "" "$cwd" "$@"
        fi
        { setsid env -i "PATH=$PATH" "CRCACHE_BOX=$dir" "CRCACHE_RUN=${CRCACHE_RUN-}" "make=$hold" sh -c '
            of() { shift 19; t=$1; }
            read -r k rest </proc/self/stat && of ${rest##*) } && echo "$k $t $2" >keeper || exit
            apart=$0
            exec unshare $apart --fork --kill-child sh -c "eval \"\$make\"" crcache-box "$@"
          ' "$apart" "$host" "$era" "$@" 9>&1 </dev/null >/dev/null 2>log & } |
          { read -r word && [ "$word" = ready ]; } || {
            t=$(tail -n 1 log)
            [ -z "$nested" ] || [ "$t" = "${t#unshare: }" ] || t="$t (user $uid may make no user namespaces there: crcache doctor, on that machine, says what to set)"
            fail "$t"
          }
        read -r h t e <holder && read -r k e <keeper && printf '%s\n' "$h $t $k ${nested:-no} $home"
        """;
}
