namespace CrCache.Sources;

/// <summary>
/// The POSIX sh that makes, resets and discards a chroot on its base. A chroot's directory holds <c>store</c> (whose it is), <c>golden</c> (which
/// golden tree it is a clone of), <c>kind</c> and <c>below</c> (what sort of clone, and of what), <c>holder</c> (its first process) and <c>root</c>, where its <c>/</c> is,
/// and where hooks have changed it since it was made <c>frozen</c>: what they wrote over the golden tree, or the tree that it is a clone of from then on.
/// Beside the chroots are the <see cref="GoldenTree">golden trees</see>, each of which says what sort of clones it has. All mounts are in the
/// holder's own namespace, so that the base has none to clean up.
/// </summary>
internal static class ChrootScripts
{
    // $1 the directory, $2 the store's id, $3 yes where the base is this machine, own where it is the store's own place as well, $4 the line that
    // undoes a clone. What is said last is the error.
    private const string Common = GoldenTree.Script +
        """
        set -u
        umask 022
        PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
        dir=$1 store=$2 here=$3 discard=$4 home=${1%/*} era=
        case $here in *' '*) era=${here#* } here=${here%% *} ;; esac
        real() {
          if [ -d "$home" ]; then
            [ -O "$home" ] || fail "$home belongs to another user: nothing is kept or deleted there; name a directory= of your own"
            home=$(cd -P -- "$home" && pwd -P) || fail "$home cannot be entered"
          fi
          dir=$home/${dir##*/} goldens=$home/.golden
        }
        line='
        '
        fail() { printf '%s\n' "$*" >&2; exit 1; }
        filled() { quote "$2"; put "$1" '{path}' "$out"; text=$out; quote "$3"; put "$text" '{golden}' "$out"; }
        run() { m=$("$@" 2>&1) || fail "$what: ${m##*"$line"}"; }
        started() { [ "$1" != Z ] && [ "$1" != X ] && shift 19 && [ "$1" = "$t" ]; }
        alive() { { read -r s <"/proc/$1/stat"; } 2>/dev/null && t=$2 && started ${s##*) }; }
        kill_all() { left=; while [ "$#" -gt 1 ]; do if alive "$1" "$2"; then kill -9 "$1" 2>/dev/null; left=$1; fi; shift 2; done; }
        real
        [ "$era" ] || { word /proc/sys/kernel/random/boot_id; era="$v $(readlink /proc/self/ns/pid)"; }
        boot=${era%% *}

        # With the holder all inside ends. One that was killed before it could be written down has a mark.
        end() {
          set --
          if [ -f "$dir/holder" ] && read -r h ht k kt b space <"$dir/holder" && [ "${space:-}" ]; then
            if [ "$b $space" != "$era" ]; then
              [ "$b" != "$boot" ] || [ "$here" = no ] || fail "$dir was made in another container: discard it there"
              return 0
            fi
            set -- "$h" "$ht" "$k" "$kt"
          else
            for e in $(grep -lszxF "CRCACHE_CHROOT=$dir" /proc/[0-9]*/environ); do
              { read -r s <"${e%environ}stat"; } 2>/dev/null || continue
              start() { shift 19; t=$1; }
              start ${s##*) }
              e=${e%/environ}
              set -- "$@" "${e#/proc/}" "$t"
            done
          fi
          n=0
          while kill_all "$@"; [ "$left" ]; do
            n=$((n + 1))
            [ "$n" -lt 2600 ] || fail "process $left, which holds $dir, does not end"
            # It mostly takes less than to start a process that waits.
            [ "$n" -lt 100 ] || sleep 0.003
          done
        }

        # Nothing is deleted through a mount.
        bare() {
          real=$(cd -P -- "$1" && pwd -P) || fail "$1 cannot be entered"
          case $real in *[\ \\]*) real=$(printf '%s\n' "$real" | sed 's/\\/\\134/g; s/ /\\040/g') ;; esac
          # The list may be long.
          grep -qF " $real" /proc/self/mountinfo
          case $? in 0) ;; 1) return 0 ;; *) fail "it cannot be told what is mounted there: is grep installed, and /proc mounted?" ;; esac
          for n in 1 2; do
            found=
            while read -r a b c d p e; do
              case $p in "$real"|"$real"/*) found=$p; [ "$n" = 2 ] || set -- "$p" "$@" ;; esac
            done </proc/self/mountinfo
            [ "$found" ] || return 0
            while [ "$n" = 1 ] && [ "$#" -gt 1 ]; do
              umount "$(printf '%b' "$(printf '%s' "$1" | sed 's/\\/\\0/g')")" 2>/dev/null
              shift
            done
          done
          fail "something is mounted at $found: nothing is deleted through it; unmount it"
        }
        delete() {
          [ ! -L "$1" ] || fail "$1 is a link: nothing is deleted through it; remove it"
          [ -d "$1" ] || return 0
          bare "$1"
          word "$1/kind"
          for sub in root tree frozen/root; do
            [ "$v" = btrfs ] && [ -d "$1/$sub" ] || continue
            what="$1 cannot be deleted"
            run btrfs subvolume delete "$1/$sub"
          done
          what="$1 cannot be deleted"
          # Whose it is goes last, or it would be nobody's when this is killed.
          gone=$1
          set -- "$1"/* "$1"/.[!.]*
          for sub; do shift; [ "$sub" = "$gone/store" ] || set -- "$@" "$sub"; done
          run rm -rf --one-file-system -- "$@"
          run rm -rf --one-file-system -- "$gone"
        }
        erase() { delete "$1"; }

        # What a chroot has, but not what it is: with yes its marks stay, and what is frozen; with freeze, what was written becomes that. Killed
        # before it had a mark, it has nothing else.
        unmake() {
          [ ! -L "$dir" ] || fail "$dir is a link: nothing is deleted through it; remove it"
          [ -d "$dir" ] || return 0
          word "$dir/store"
          if [ ! "$v" ]; then
            rm -f "$dir/store"
            rmdir "$dir" 2>/dev/null || fail "$dir was not made by crcache, or has lost its mark: remove it"
            return 0
          fi
          # A store that was lost has left what it made.
          [ "$v" = "$store" ] || [ "$here" = own ] || fail "$dir belongs to the chroots of another store ($v); give this source a directory of its own: directory=DIR"
          end
          word "$dir/kind"
          if [ "$v" = command ]; then
            word "$dir/below"
            filled "$discard" "$dir/root" "$v"
            what=discard_command
            run sh -c "$out"
            # It need not bear to be run again.
            echo discarded >"$dir/kind"
          fi
          [ "$1" != no ] || { delete "$dir"; return; }
          bare "$dir"
          word "$dir/kind"
          if [ "$1" = freeze ]; then
            what="$dir cannot be frozen"
            sub=root
            [ "$v" != overlay ] || sub=upper
            run mkdir -m 700 "$dir/frozen"
            run mv "$dir/$sub" "$dir/frozen/$sub"
            [ ! -d "$dir/imports" ] || run mv "$dir/imports" "$dir/frozen/imports"
          fi
          what="$dir cannot be emptied"
          [ "$v" != btrfs ] || [ ! -d "$dir/root" ] || run btrfs subvolume delete "$dir/root"
          run rm -rf --one-file-system -- "$dir/root" "$dir/upper" "$dir/work" "$dir/lower" "$dir/imports" "$dir/holder" "$dir/log"
        }

        """;

    /// <summary>Discards a chroot: the arguments of all.</summary>
    public const string Discard = Common +
        """
        unmake no
        [ ! -d "$goldens" ] || tidy yes || :
        """;

    /// <summary>
    /// Makes a chroot, or resets one: after the arguments of all $5 the <see cref="GoldenTree.Key"/>, $6 yes for a reset, which stays with the golden
    /// tree that is there and with what is frozen, and freeze for one to what it is now, $7 what it comes from and $8 the command or path, $9 how it is cloned, then the line that clones it,
    /// <see cref="ChrootHolder.Hold"/>, the host's name, <see cref="GoldenTree.MaxAge"/> and the imports. It says the holder's id and start, the sort of clone and the directory, and in the
    /// next line the number of processors.
    /// </summary>
    public const string Make = Common +
        """
        key=$5 how=$6 keep=$6 origin=$7 from=$8 clone=$9
        shift 9
        clone_command=$1 hold=$2 name=$3 age=$4
        shift 4
        while read -r v m out; do [ "$v" != Uid: ] || break; done </proc/self/status
        [ "${out%%[!0-9]*}" = 0 ] || fail "only root can make chroots: run crcache as root, or set a base= on which commands are root's; type=box needs no rights"
        for tool in unshare nsenter mount flock setsid setpriv timeout hostname; do
          command -v "$tool" >/dev/null || fail "$tool is not installed"
        done
        [ "$how" = no ] || keep=yes
        [ "$keep" = no ] || [ -d "$dir" ] || fail "$dir is gone"
        if [ "$origin" = tree ]; then
          [ -d "$from" ] || fail "tree: there is no directory $from"
          from=$(cd -P -- "$from" && pwd -P)
        fi
        unmake "$how"
        [ -d "$home" ] || mkdir -p -m 700 "$home" || exit
        real
        [ -d "$dir" ] || { mkdir -m 700 "$dir" && echo "$store" >"$dir/store" || exit; }
        inside() { case $home/ in "${from%/}"/*) [ "$origin" = tree ] ;; *) false ;; esac; }
        overlays() {
          mkdir "$new/probe" && ( cd "$new/probe" && mkdir lower upper work seen ) || exit
          m=$(cd "$new/probe" && unshare --mount sh -c '[ ! "$1" ] || mount --bind "$1" lower; mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay seen' sh "$1" 2>&1)
        }
        decide() {
          if [ "$clone" = overlay ] || [ "$clone" = auto ]; then
            if [ "$origin" = tree ]; then overlays "$from"; else overlays ''; fi && kind=overlay && return
            [ "$clone" = auto ] || fail "overlayfs is not possible in $home: ${m##*"$line"}; name a directory= on another file system, or clone = auto"
            ! inside || fail "tree: $from has $home in it and can only be overlaid, which is not possible there: ${m##*"$line"}; name a directory= on another file system"
            kind=copy
            [ "$(stat -f -c %T "$new")" = btrfs ] && command -v btrfs >/dev/null || return 0
            [ "$origin" != tree ] || [ "$(stat -f -c %T "$from") $(stat -c %i "$from")" = 'btrfs 256' ] || return 0
            kind=btrfs
          else
            ! inside || fail "tree: $from has $home in it and can only be overlaid; name a directory= outside, or clone = overlay"
            kind=$clone
          fi
        }

        prepare() {
          decide
          rm -rf "$new/probe"
          echo "$kind" >"$new/kind"
          [ "$origin" != tree ] || return 0
          what=clone
          if [ "$kind" = btrfs ]; then run btrfs subvolume create "$new/tree"; else mkdir "$new/tree" || exit; fi
        }
        hollow=
        [ "$clone" != command ] || hollow=yes
        golden "$origin" "$from" "$key" "$keep" "$age"
        word "$goldens/$key/kind"
        kind=$v
        [ "$origin" != tree ] || lower=$from
        echo "$kind" >"$dir/kind"
        echo "$lower" >"$dir/below"
        cd "$dir" || exit
        what=clone like=$lower
        [ ! -d frozen/upper ] || like=frozen/upper
        [ ! -d frozen/root ] || lower=$dir/frozen/root
        case $kind in
          overlay)
            m=$(stat -Lc '%a %u:%g' -- "$like") && mkdir -m "${m% *}" lower upper work root || exit
            [ "${m#* }" = 0:0 ] || { chown "${m#* }" upper && chmod "${m% *}" upper; } || exit ;;
          btrfs) run btrfs subvolume snapshot "$lower" root ;;
          command) mkdir root || exit; filled "$clone_command" "$dir/root" "$lower"; what=clone_command; run sh -c "$out" ;;
          reflink) mkdir root || exit; run cp -ax --reflink=always -- "$lower/." root ;;
          *) mkdir root || exit; run cp -ax --reflink=auto -- "$lower/." root ;;
        esac

        # The holder has nothing of whoever makes it but the marks by which it is found. Its script is in its environment, where it bothers nobody.
        { setsid env -i "PATH=$PATH" "CRCACHE_CHROOT=$dir" "CRCACHE_RUN=${CRCACHE_RUN-}" "hold=$hold" \
          unshare --mount --propagation slave --pid --ipc --uts --fork --kill-child sh -c 'eval "$hold"' crcache-chroot \
          "$name" "$era" "$kind" "$lower" "$dir" "$origin" "$@" 9>&1 </dev/null >/dev/null 2>log & } |
          { read -r said && [ "$said" = ready ]; } || fail "$(tail -n 1 log)"
        read -r h ht rest <holder
        echo "$h $ht $kind $dir"
        while read -r v m; do [ "$v" != Cpus_allowed_list: ] || break; done </proc/self/status
        n=0
        IFS=,
        for v in $m; do n=$((n + ${v#*-} - ${v%-*} + 1)); done
        unset IFS
        echo "$n"
        tidy no || :
        """;
}
