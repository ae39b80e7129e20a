namespace CrCache.Sources;

/// <summary>
/// The POSIX sh of a chroot's holder, the first process of its namespaces, and of the way to it. The holder keeps the base's own root, so that
/// the base's tools are at hand in its namespaces; commands change theirs.
/// </summary>
internal static class ChrootHolder
{
    /// <summary>
    /// Puts everything in its place, from the chroot's directory: $1 the host's name, $2 what tells this boot and pid namespace, $3 what sort of
    /// clone it is, $4 the tree below an overlay, $5 the directory, $6 what the tree comes from; then the imports, by threes. What is frozen, hooks have made of
    /// all that: it lies in between, and nothing is written over it. What is to be mounted in the tree is not
    /// led out of it by a link there. As the first process nobody inside can end it, and as it ignores SIGCHLD the kernel reaps
    /// what is left to it.
    /// </summary>
    public const string Hold =
        """
        set -euf
        name=$1 era=$2 kind=$3 lower=$4 dir=$5 origin=$6
        shift 6
        line='
        '
        read -r h rest </proc/self/stat
        of() { p=$2; shift 19; t=$1; }
        of ${rest##*) }
        k=$p ht=$t
        read -r rest <"/proc/$k/stat"
        of ${rest##*) }
        fail() { printf '%s\n' "$*" >&2; exit 1; }
        put() { mount -n "$@"; }
        home=${dir%/*}
        ! grep -qF " $home/" /proc/self/mountinfo || while read -r a b c d p e; do
          case $p in "$dir"|"$dir"/*) ;; "$home"/*) umount -l "$p" || : ;; esac
        done </proc/self/mountinfo
        case $kind in
          overlay)
            # A path of the user's can have commas and colons in it.
            if [ "$origin" = tree ]; then put --bind "$lower" lower; low=lower; else low=../.golden/${lower#"$home/.golden/"}; fi
            [ ! -d frozen/upper ] || low=frozen/upper:$low
            put -t overlay -o "lowerdir=$low,upperdir=upper,workdir=work" overlay root
            # What keeps the changes of this one and of others is not seen in them.
            case $home in "${lower%/}"/*) [ ! -d "root/${home#"${lower%/}"}" ] || put -t tmpfs -o ro,nosuid,nodev,mode=700 tmpfs "root/${home#"${lower%/}"}" ;; esac
            ;;
          *) put --rbind root root ;;
        esac
        put -t proc -o nosuid,nodev,noexec proc /proc
        for d in proc sys dev; do
          [ ! -L "root/$d" ] || fail "/$d is a link in the tree: it must be a directory"
          [ -d "root/$d" ] || mkdir "root/$d"
        done
        put --bind /proc root/proc
        put --rbind /sys root/sys
        put -t tmpfs -o nosuid,noexec,mode=755,size=4m tmpfs root/dev
        nodes='/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty'
        cp -a $nodes /dev/fd /dev/stdin /dev/stdout /dev/stderr root/dev/ 2>/dev/null || {
          for n in $nodes; do [ -e "root$n" ] || { : >"root$n"; put --bind "$n" "root$n"; }; done
          for n in 0:stdin 1:stdout 2:stderr :fd; do ln -sf "/proc/self/fd/${n%:*}" "root/dev/${n#*:}"; done
        }
        mkdir root/dev/pts root/dev/shm
        ln -s pts/ptmx root/dev/ptmx
        put -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts root/dev/pts
        put -t tmpfs -o nosuid,nodev,mode=1777 tmpfs root/dev/shm
        { echo "$name" >/proc/sys/kernel/hostname; } 2>/dev/null || hostname "$name"

        # The network is the base's, and so is who answers for its names.
        if [ ! -d frozen ] && [ -d root/etc ] && [ ! -L root/etc ] && rm -f root/etc/hosts root/etc/resolv.conf 2>/dev/null; then
          { cat /etc/hosts 2>/dev/null || echo '127.0.0.1 localhost'; printf '127.0.0.1\t%s\n' "$name"; } >root/etc/hosts
          [ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf >root/etc/resolv.conf
        fi
        reach() {
          at=root IFS=/
          for part in $1; do
            [ "$part" ] || continue
            at=$at/$part
            [ ! -L "$at" ] || fail "import: ${at#root} is a link in the chroot: name where it leads"
          done
          unset IFS
        }
        # Nothing is made in what is bound, which is outside; what is in it comes after it.
        bound=
        own() {
          IFS=$line
          for b in $bound; do
            case $1 in "${b#?}"/*) o=${b%"${b#?}"} ;; esac
          done
          unset IFS
          [ "$o" = + ] || fail "import: there is no $1 in what is bound there, and it would have to be made outside the chroot: make it, or name another place"
        }
        i=0
        while [ "$#" -gt 2 ]; do
          how=$1 src=$2 to=$3 o=+ i=$((i + 1))
          shift 3
          [ -e "$src" ] || fail "import: there is no $src"
          reach "$to"
          if [ -d "$src" ]; then
            [ -d "root$to" ] || { own "$to"; mkdir -p "root$to"; }
          else
            [ -e "root$to" ] || { own "$to"; mkdir -p "root${to%/*}"; : >"root$to"; }
          fi
          case $how in bind|readonly) bound=$bound$line-$to ;; *) bound=$bound$line+$to ;; esac
          case $how in
            bind) put --rbind "$src" "root$to" ;;
            readonly) put --bind "$src" "root$to"; put -o remount,bind,ro "root$to" ;;
            overlay)
              [ -d "$src" ] || fail "import: $src is no directory, and cannot be overlaid"
              mkdir -p "imports/$i/upper" "imports/$i/work"
              like=$src low=$src
              [ ! -d "frozen/imports/$i/upper" ] || like=frozen/imports/$i/upper low=$like:$src
              chmod --reference="$like" "imports/$i/upper"
              chown --reference="$like" "imports/$i/upper"
              put -t overlay -o "lowerdir=$low,upperdir=imports/$i/upper,workdir=imports/$i/work" overlay "root$to"
              ;;
            copy)
              [ ! -d frozen ] || continue
              if [ -d "$src" ]; then src=$src/ to=$to/; fi
              if command -v rsync >/dev/null; then rsync -a "$src" "root$to"; elif [ -d "$src" ]; then cp -a "$src." "root$to"; else cp -a "$src" "root$to"; fi
              ;;
          esac
        done
        echo "$h $ht $k $t $era" >holder
        echo ready >&9
        cd /
        unset hold
        exec env --ignore-signal=CHLD sleep 2147483647 9>&- 2>/dev/null
        """;

    // Whether the holder is still the same process; and which signals a terminal's command is not to hear.
    private const string Check =
        """
        h=$1 t=$2 root=$3 user=$4
        shift 4
        is() { [ "$1" != Z ] && shift 19 && [ "$1" = "$t" ]; }
        { read -r s <"/proc/$h/stat" && is ${s##*) }; } 2>/dev/null ||
          { echo "crcache: $0 is gone: process $h, which held it, has ended" >&2; exit 125; }

        """ + WayIn.IgnoredSignals;

    // The base's root is told, because it may be a changed one itself.
    private const string Go = """exec env --block-signal --default-signal=CHLD nsenter -F -m -p -i -u -r -t "$h" """;

    // Of the processes outside the command, which its group's signals reach as well, one stays: timeout, which sets no time, waits with all
    // signals blocked, and ends as the command did, also by a signal. nsenter's own fork would die of what the command survives.
    private const string Wait = """timeout --foreground 0 env --default-signal $i """;

    // Who the user is, is the chroot's own to say, but only in numbers. What is looked for in the chroot is found where its mounts are, by
    // the base's programs, and is held: what a link leads to elsewhere is not there, whatever it is changed to meanwhile. The command starts in
    // what is held.
    private const string Inside =
        """
        root=$1 user=$2 w=$3 i=$4
        shift 4
        set -f
        old=${OLDPWD+OLDPWD=$OLDPWD}
        enter() { cd -P -- "$root$1" 2>/dev/null && case $PWD/ in "$root"/*) ;; *) false ;; esac; }
        has() { [ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ]; }
        number() { case $1 in ''|*[!0-9]*) false ;; esac; }
        home=/ uid= gid= shell= name=$user groups=
        if enter /etc && has passwd; then
          while IFS=: read -r n x u g x d s; do
            case $user in '') [ "$u" = 0 ] ;; *) [ "$n" = "$user" ] || [ "$u" = "$user" ] ;; esac || continue
            name=$n uid=$u gid=$g home=${d:-/} shell=$s
            break
          done <passwd
        fi
        if [ "$user" ]; then
          [ "$uid$gid" ] || { echo "crcache: $0 has no user '$user' in its /etc/passwd" >&2; exit 125; }
          number "$uid" && number "$gid" || { echo "crcache: $0 has no numbers for the user '$user' in its /etc/passwd" >&2; exit 125; }
          groups=$gid
          if enter /etc && has group; then
            while IFS=: read -r n x g m; do
              case ,$m, in *,"$name",*) number "$g" && groups=$groups,$g ;; esac
            done <group
          fi
        fi
        enter "$w" || enter "$home" || enter / || { echo "crcache: $0 is gone: there is no $root" >&2; exit 125; }
        w=${PWD#"$root"}
        set -- nsenter -F --root="$root" --wd=. ${user:+--setuid="$uid"} -- "$@"
        # As sudo has it: what root finds may be closed to others.
        path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        [ ! "$user" ] || set -- setpriv --regid="$gid" --groups="$groups" "$@"
        set -- HOME="$home" ${name:+USER="$name" LOGNAME="$name"} ${shell:+SHELL="$shell"} ${user:+"PATH=$path"} "$@"

        """ + "exec " + Wait + """-u OLDPWD ${old:+"$old"} PWD="${w:-/}" "$@" """;

    /// <summary>
    /// Goes into a chroot whose holder is still the same process: $1 its id, $2 its start, $3 where the chroot's <c>/</c> is there, $4 the user or
    /// nothing, then the command. Nobody is told where the caller is: where there is no such directory it starts in HOME.
    /// </summary>
    public static string Enter => Check + "w=$(pwd -P) || w=/\n" + Go + $"""/bin/sh -c {Routes.PosixShell.Quote(Inside)} "$0" "$root" "$user" "$w" "$i" "$@" """;

    /// <summary>The same by words of the user's own, which are run in the holder's namespaces, where the chroot is mounted.</summary>
    /// <param name="words">The words before a command, for a shell.</param>
    public static string EnterBy(string words) => Check + Go + Wait + $"""/bin/sh -c {Routes.PosixShell.Quote($"exec {words} \"$@\"")} "$0" "$@" """;
}
