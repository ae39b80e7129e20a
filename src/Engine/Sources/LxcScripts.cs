namespace CrCache.Sources;

/// <summary>
/// The POSIX sh that makes, starts, resets and unmakes a container, on the machine that has LXC. Each gets the container's own directory as
/// <c>$1</c>, the store that it belongs to as <c>$2</c>, and as <c>$3</c> what <see cref="OwnDirectory.Place"/> says of it. The directory's parent is LXC's path (<c>lxc-ls -P</c> lists what is there), and
/// everything is found by the directory's name alone: the container's processes are those in its cgroups, which have the name of the store
/// and the container, so that nothing need be written down in time. Its mounts are all in its own namespace.
/// </summary>
internal static class LxcScripts
{
    /// <summary>The file in the container's directory that says which its first process is; it is not there while the container is stopped.</summary>
    public const string Holder = "holder";

    /// <summary>What <see cref="Make"/> says of a container whose users have the base's numbers.</summary>
    public const string HasUsersOfBase = "users";

    /// <summary>
    /// What the others need. One of them at a time works on a container: they lock its directory.
    /// </summary>
    public const string Common =
        """
        set -eu
        umask 022
        PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
        dir=$1 store=$2 place=$3; shift 3
        name=${dir##*/} root=${dir%/*}
        home=$root goldens=$root/.golden
        fail() { printf '%s\n' "$*" >&2; exit 1; }

        """ + OwnDirectory.Script +
        """
        able() {
          while read -r key at list; do [ "$key" != Uid: ] || break; done </proc/self/status
          [ "${list%%[!0-9]*}" = 0 ] || fail "LXC needs root here: run crcache as root, or reach the base as root"
          for tool in lxc-start lxc-info flock setpriv nsenter unshare timeout; do
            command -v $tool >/dev/null || fail "$tool is not installed: install lxc, util-linux and coreutils"
          done
        }
        hold() {
          exec 9<"./$leaf"
          flock -w 60 9 || fail "another process is at work on $dir"
          root=${dir%/*}
          [ "$dir" -ef /proc/self/fd/9 ] || fail "$dir was made anew meanwhile"
        }

        """ + LxcProcesses.Script +
        """
        empty() {
          unmounted "$1"
          rm -rf --one-file-system -- "$1"
        }
        erase() { [ ! -e "$1" ] || empty "$1"; }
        start() {
          exec 8<"$root"
          flock -s 8
          : >"$dir/log"
          env -i "PATH=$PATH" "CRCACHE_LXC=$dir" lxc-start -P "$root" -n "$name" -f "$dir/config" -o "$dir/log" -l ERROR -d 8<&- 9<&- </dev/null >/dev/null 2>&1 ||
            fail "lxc-start: $(said)"
          { first && began "$at"; } || fail "the container's first process has ended at once: $(said)"
          exec 8<&-
          now
          echo "$at $since $era" >"$dir/holder"
          [ ! -e "$dir/asleep" ] || rm -f "$dir/asleep"
          if [ "/proc/$at/ns/user" -ef /proc/self/ns/user ]; then
            while read -r key limit; do [ "$key" != CapBnd: ] || break; done <"/proc/$at/status"
            [ $((0x$limit & 0x2400C0)) = $((0x2400C0)) ] ||
              fail "its configuration takes setgid, setuid, sys_chroot or sys_admin from it, which could not be kept from commands: leave it these, or give it users of its own (lxc.idmap)"
          fi
          if [ -e "$dir/boots" ]; then
            timeout 120 nsenter -t "$at" -m -p sh -c 'case $(readlink -f /sbin/init) in */systemd)
              while [ ! -S /run/systemd/private ]; do sleep 0.1; done; systemctl is-system-running --wait ;; esac' 9<&- </dev/null >/dev/null 2>&1 || :
          fi
        }
        said() { sed -n 's/.* - [^ ]*:[0-9]* - //p' "$dir/log" | head -n 1 | grep . || echo "is there a shell in its root file system? $dir/log may say more"; }
        sleeps() {
          if running && [ -e "$dir/boots" ]; then lxc-stop -P "$root" -n "$name" -t 60 9<&- >/dev/null 2>&1 || :; fi
          : >"$dir/asleep"
          end
          rm -f "$dir/holder"
        }
        layers() {
          read -r kind <"$dir/kind"
          read -r lower <"$dir/lower"
          if [ "$kind" = copy ]; then
            mkdir "$dir/root"
            cp -a --reflink=auto -- "$lower/." "$dir/root"
          else
            at=$(stat -c '%a %u:%g' -- "${lower%%:*}")
            mkdir -m "${at% *}" "$dir/upper"
            [ "${at#* }" = 0:0 ] || { chown "${at#* }" "$dir/upper"; chmod "${at% *}" "$dir/upper"; }
          fi
          [ -s "$dir/fill" ] || return 0
          mkdir "$dir/imports"
          unshare -m --propagation private sh -c "$fill" sh "$dir" "$lower" "$kind" 9<&-
        }
        fill='set -eu
        dir=$1
        if [ "$3" = overlay ]; then
          mkdir -p "$dir/work" "$dir/root"
          mount -t overlay -o "lowerdir=$2,upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/root"
        fi
        root=$(readlink -f "$dir/root")
        while read -r kind from && read -r to; do
          [ -e "$from" ] || { echo "import: there is no $from" >&2; exit 1; }
          at=$root rest=${to#/}
          [ "$kind" != copy ] || rest=
          while [ -n "$rest" ]; do
            at=$at/${rest%%/*}
            case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
            [ ! -L "$at" ] || { echo "import: ${at#"$root"} is a link in the container: name where it leads" >&2; exit 1; }
          done
          case $kind in
            copy)
              [ ! -d "$dir/frozen" ] || continue
              at=$(realpath -m -- "$root$to")
              case $at in "$root"/*) ;; *) echo "import: $to is a link that leads out of the container" >&2; exit 1 ;; esac
              mkdir -p "${at%/*}"
              if command -v rsync >/dev/null && [ -d "$from" ]; then rsync -aHAX "$from/" "$at/"
              elif [ -d "$from" ]; then mkdir -p "$at"; cp -a "$from/." "$at"
              else cp -a "$from" "$at"; fi ;;
            overlay)
              mkdir -p "$dir/imports/upper$to" "$dir/imports/work$to"
              [ ! -d "$dir/frozen/imports/upper$to" ] || from=$dir/frozen/imports/upper$to
              chown --reference="$from" "$dir/imports/upper$to"
              chmod --reference="$from" "$dir/imports/upper$to" ;;
          esac
        done <"$dir/fill"'

        """;

    /// <summary>
    /// Makes a container: $4 what it comes from, <c>container</c> or a key of <see cref="GoldenTree.Keys"/>, and $5 its text; $6 LXC's path that a base
    /// container is in, or the golden tree's name; $7 <c>own</c> or <c>system</c>; $8 the script that starts it; $9 more lines of its configuration;
    /// then the bridge that it is at, or nothing; <see cref="GoldenTree.MaxAge"/>; then its imports, by threes. The file <c>boots</c> says that its own init is to be waited for. It writes
    /// <see cref="HasUsersOfBase"/> where that is so, and how many processors the container may use.
    /// </summary>
    public const string Make = Common + GoldenTree.Script +
        """
        able
        case $dir in *[!a-zA-Z0-9/._+@-]*) fail "'$dir' cannot be a directory of containers: use letters, digits and ._+@- only: directory=DIR" ;; esac
        if own; then hold; end; delete; exec 9<&-; fi
        make
        hold
        how=$1 base=$2 path=$3 init=$4 starts=$5 more=$6 bridge=$7 age=$8; shift 8
        [ -z "$bridge" ] || [ -d "/sys/class/net/$bridge/bridge" ] || fail "network: there is no bridge '$bridge'"
        if [ "$how" = container ]; then
          path=${path:-$(lxc-config lxc.lxcpath)}
          [ -f "$path/$base/config" ] || fail "there is no container '$base' in $path: lxc-ls -P $path lists those that are there"
          at=$(lxc-info -P "$path" -n "$base" -s -c lxc.rootfs.path 2>/dev/null) || at=
          state=UNKNOWN lower=
          while IFS= read -r key; do
            case $key in State:*) state=${key##* } ;; "lxc.rootfs.path = "*) lower=${key#*= } ;; esac
          done <<END
        $at
        END
          [ "$state" = STOPPED ] || fail "the base container '$base' is $state: stop it (lxc-stop -P $path -n $base)"
          case $lower in
            dir:/*|btrfs:/*) lower=${lower#*:} ;;
            overlay:/*|overlayfs:/*) lower=${lower#*:}; lower=${lower##*:}:${lower%:*} ;;
            /*) ;;
            *) fail "the base container '$base' is not on a directory ('$lower'), which an overlay needs: make one that is with lxc-copy -B dir" ;;
          esac
          cp "$path/$base/config" "$dir/base.config"
        else
          if [ "$how" = tree ]; then lower=$base; else prepare() { mkdir "$new/tree"; }; golden "$how" "$base" "$path" no "$age"; fi
          if [ -f /usr/share/lxc/config/common.conf ]; then echo "lxc.include = /usr/share/lxc/config/common.conf"; fi >"$dir/base.config"
        fi
        [ -d "${lower%%:*}" ] || fail "there is no root file system '${lower%%:*}'"
        echo "$lower" >"$dir/lower"
        case $(stat -f -c %T "$dir") in
          overlay*) case $lower in *:*) fail "$dir lies on an overlay file system, which cannot hold the upper layer of another: directory=DIR" ;; esac
            kind=copy; rootfs=dir:$dir/root ;;
          *) kind=overlay; rootfs=overlay:$lower:$dir/upper ;;
        esac
        echo $kind >"$dir/kind"
        [ "$init" = own ] || : >"$dir/boots"
        printf %s "$starts" >"$dir/start"
        echo 'while :; do sleep 2147483647 & wait; done' >"$dir/init"
        {
          echo "lxc.include = $dir/base.config"
          echo "lxc.net ="
          echo "lxc.cgroup.dir ="
          echo "lxc.group ="
          printf '%s\n' "$more"
          echo "lxc.rootfs.path = $rootfs"
          echo "lxc.cgroup.relative = 0"
          echo "lxc.ephemeral = 0"
          echo "lxc.cgroup.dir.monitor = crcache.$store.$name/monitor"
          echo "lxc.cgroup.dir.monitor.pivot = crcache.$store.$name/pivot"
          echo "lxc.cgroup.dir.container = crcache.$store.$name/container"
          if [ "$init" = own ]; then
            echo "lxc.autodev = 1"
            echo "lxc.mount.entry = $dir/init dev/.crcache-init none bind,ro,create=file 0 0"
            echo "lxc.init.cmd = /bin/sh /dev/.crcache-init"
          fi
        } >"$dir/config"
        : >"$dir/fill"
        while [ $# -gt 0 ]; do
          kind=$1 from=$2 to=$3; shift 3
          what=dir; [ -d "$from" ] || what=file
          seen="$(printf %s "$from" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g') $(printf %s "${to#/}" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g')"
          printf '%s %s\n%s\n' "$kind" "$from" "$to" >>"$dir/fill"
          case $kind in
            bind) echo "lxc.mount.entry = $seen none rbind,create=$what 0 0" ;;
            readonly) echo "lxc.mount.entry = $seen none bind,ro,create=$what 0 0" ;;
            overlay)
              [ $what = dir ] || fail "import: $from is not a directory, and cannot be overlaid"
              over=$(printf %s "$from" | sed 's/:/\\134:/g; s/ /\\040/g') to=$(printf %s "$to" | sed 's/ /\\040/g')
              echo "lxc.mount.entry = overlay ${to#/} overlay lowerdir=$over,upperdir=$dir/imports/upper$to,workdir=$dir/imports/work$to,create=dir 0 0" ;;
          esac >>"$dir/config"
        done
        layers
        start
        read -r at rest <"$dir/holder"
        while read -r key list; do [ "$key" != Cpus_allowed_list: ] || break; done <"/proc/$at/status"
        [ ! "/proc/$at/ns/user" -ef /proc/self/ns/user ] || echo users
        count=0
        IFS=,
        for at in $list; do count=$((count + ${at#*-} - ${at%-*} + 1)); done
        echo $count
        """;

    /// <summary>Starts a container that is stopped, once, however many ask.</summary>
    public const string Start = Common +
        """
        own || fail "it is gone"
        hold
        running || { end; start; }
        """;

    /// <summary>Makes it as it was made, or frozen: the upper layer is dropped. $4 is <c>running</c> or <c>stopped</c>: what it is until it is handed out.</summary>
    public const string Revert = Common +
        """
        own || fail "it is gone"
        hold
        end
        unmounted "./$leaf"
        rm -rf --one-file-system -- "$dir/upper" "$dir/work" "$dir/root" "$dir/imports"
        layers
        if [ "$1" = running ]; then start; else : >"$dir/asleep"; rm -f "$dir/holder"; fi
        """;

    /// <summary>
    /// Keeps what was written since it was made: the upper layer becomes one more below, in <c>frozen</c>, and what hooks left running is ended, its own init
    /// by a shutdown. Nothing is copied into it again.
    /// </summary>
    public const string Freeze = Common +
        """
        own || fail "it is gone"
        hold
        sleeps
        mkdir -m 700 "$dir/frozen"
        read -r kind <"$dir/kind"
        read -r lower <"$dir/lower"
        if [ "$kind" = copy ]; then
          mv "$dir/root" "$dir/frozen/root"
          echo "$dir/frozen/root" >"$dir/lower"
        else
          mv "$dir/upper" "$dir/frozen/upper"
          echo "$dir/frozen/upper:$lower" >"$dir/lower"
        fi
        [ ! -d "$dir/imports" ] || mv "$dir/imports" "$dir/frozen/imports"
        [ ! -d "$dir/work" ] || empty "$dir/work"
        [ ! -d "$dir/root" ] || empty "$dir/root"
        while IFS= read -r line; do
          case $line in
            "lxc.rootfs.path = overlay:"*) line="lxc.rootfs.path = overlay:$dir/frozen/upper:${line#*overlay:}" ;;
            "lxc.mount.entry = overlay "*",upperdir=$dir/imports/upper/"*)
              to=${line#*",upperdir=$dir/imports/upper/"}
              line="${line%%lowerdir=*}lowerdir=$dir/frozen/imports/upper/${to%%,workdir=*}:${line#*lowerdir=}" ;;
          esac
          printf '%s\n' "$line"
        done <"$dir/config" >"$dir/config.new"
        mv "$dir/config.new" "$dir/config"
        layers
        start
        """;

    /// <summary>Stops it until the next command.</summary>
    public const string Stop = Common +
        """
        own || fail "it is gone"
        hold
        sleeps
        """;

    /// <summary>Unmakes it; a second time there is nothing to do. LXC's own lock file goes as well, with its directories where nobody else uses them.</summary>
    public const string Discard = Common + GoldenTree.Script +
        """
        if own; then hold; end; delete; fi
        root=${dir%/*}
        [ ! -d "$goldens" ] || { tidy yes; rmdir "$goldens"; } 2>/dev/null || :
        locks=/run/lxc/lock$root
        [ ! -e "$locks/.$name" ] || rm -f "$locks/.$name"
        for at in "$locks"/.[!.]* "$locks"/*; do [ ! -e "$at" ] || exit 0; done
        if [ -d "$root" ] && [ -d "$locks" ]; then
          exec 8<"$root"
          if flock -n 8; then (cd /run/lxc/lock 2>/dev/null && rmdir -p ".$root" 2>/dev/null) || :; fi
        fi
        """;
}
