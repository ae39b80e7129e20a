namespace CrCache.Copying;

/// <summary>
/// What runs at the other end of a copy: sh, find, stat, tar and mv, as GNU and busybox both have them. No name is ever part of a script.
/// What is copied is listed first; the same script then goes on with the archive, when it is told to by a line: each copy is one command there.
/// </summary>
internal static class FarScripts
{
    /// <summary>Ends a record of stat's; a line feed follows.</summary>
    public const char End = '\u0001';

    private const string Fields = "%f|%s|%Y|%y|";
    private const string Record = $"{Fields}%n\u0001";

    /// <summary>
    /// Says what there is: <c>g</c> and records that are ended by a NUL, or <c>b</c> and those of stat's; then <c>g</c> again for a tar that knows holes.
    /// <c>all</c> lists a path. What is said ends with a record that is a dot.
    /// </summary>
    private const string Begin =
        $$"""
        case $(find --version 2>&-) in
        *GNU*)
          e='\0' k=g
          all() { find "$1" -printf '%y|%m|%s|%T@|%p\0'; }
          ;;
        *)
          e='\001\n' k=b
          all() { find "$1" -exec stat -c '{{Record}}' {} +; }
          ;;
        esac
        case $(tar --version 2>&-) in *GNU*) g=g ;; *) g= ;; esac
        printf "$k$e$g$e"

        """;

    /// <summary>
    /// Paths: lists each, <c>d</c> or <c>f</c> with the directory it is in, the path itself, what is in it, and an empty record; <c>n</c> where there is
    /// nothing. One that is not there and holds a pattern is all that fits. Then sends what is asked for on standard input, names from the root that
    /// are ended by NUL; before that it sends the beginnings of some and as much again of nothing, to show what the way carries, where a line with <c>p</c> asks for it. busybox's tar cannot be asked, and sends all of the paths that the line names. (GNU's own format, because a line feed in a
    /// name is one there.)
    /// </summary>
    public const string Send =
        Begin + """
        one() (
          if [ -d "$1" ] && [ ! -L "$1" ]; then
            cd -P -- "$1" || exit
            printf "d%s$e%s$e" "$PWD" "$1"
            if [ -f .crcacheignore ]; then printf i; cat .crcacheignore && printf "$e" || exit; fi
            all . || exit
          elif [ -e "$1" ] || [ -L "$1" ]; then
            cd -P -- "${1%/*}/" || exit
            printf "f%s$e%s$e" "$PWD" "$1"
            all "./${1##*/}" || exit
          else
            exit 3
          fi
          printf "$e"
        )
        for p; do
          one "$p" && continue || s=$?
          [ $s -eq 3 ] || exit 1
          n=1
          case $p in
          *[*?[]*)
            IFS=
            for q in $p; do
              one "$q" && n= && continue || s=$?
              [ $s -eq 3 ] || exit 1
            done
            unset IFS
            ;;
          esac
          [ -z "$n" ] || printf "n$e%s$e$e" "$p"
        done
        printf ".$e"
        read -r z paths || exit 0
        cd / || exit
        if [ "$z" = p ]; then
          if command -v gzip >/dev/null && command -v head >/dev/null; then
            printf "p$e"
            set -f
            {
              for p in $paths; do
                p=$(printf '%b.' "$p")
                [ ! -f "${p%.}" ] || head -c 32768 "${p%.}"
              done
              printf '%0524288d' 0
            } 2>&- | head -c 524288
            set +f
          else
            printf "n$e"
          fi
          read -r z paths || exit 0
        fi
        if [ -n "$g" ]; then
          [ "$z" = z ] || exec tar --null --no-recursion --hard-dereference --sparse --format=gnu -T - -cf -
          exec tar --null --no-recursion --hard-dereference --sparse --format=gnu -I 'gzip -1' -T - -cf -
        fi
        cat >/dev/null
        set -f --
        for p in $paths; do
          p=$(printf '%b.' "$p")
          set -- "$@" "${p%.}"
        done
        [ "$z" = z ] || exec tar -cf - "$@"
        exec tar -czf - "$@"
        """;

    /// <summary>
    /// <c>$1</c> a path, <c>$2</c> its directory, <c>$3</c> its name, then names: says what it is, <c>d</c> or <c>f</c> with the directory, and lists what
    /// would be replaced; <c>n</c> where there is no directory. Then it may be told by <c>p</c> to take what shows how fast the way is. Then, told by a line with <c>z</c> or <c>-</c> and a name for a new directory in it, unpacks
    /// beside what is there, and moves each file into its place. In the archive <c>f</c> holds what is put; <c>d</c> is names of what is to go before,
    /// each ended by NUL; <c>e</c> says that it is whole, which tar does not miss; <c>s</c> is an archive of directories as they shall be in the end, which being filled changes. The new directory says in its
    /// name which process works in it: whoever comes next removes those of the dead, also where nobody has taken note of their death yet, and those of other machines
    /// once they are a day old.
    /// </summary>
    public const string Receive =
        Begin + """
        if [ -d "$1" ]; then k=d; cd -P -- "$1" || exit; shift 3
        elif [ -d "$2" ]; then k=f; cd -P -- "$2" || exit; set -- "$3"
        else printf "n$e.$e"; exit 0
        fi
        printf "$k%s$e" "$PWD"
        for n; do
          if [ "$n" = . ]; then all . || exit
          elif [ -e "./$n" ] || [ -L "./$n" ]; then all "./$n" || exit
          fi
        done
        printf ".$e"
        read -r z t || exit 0
        if [ "$z" = p ]; then
          if command -v gzip >/dev/null && command -v head >/dev/null; then
            printf "p$e"
            head -c 262144 >/dev/null
            printf "p$e"
          else
            printf "n$e"
          fi
          read -r z t || exit 0
        fi
        start() { { read -r s <"/proc/$1/stat"; } 2>&- || return; s=${s##*) }; set -- $s; case $1 in [ZX]) s= ;; *) shift 19; s=$1 ;; esac; }
        b= i= s=
        { read -r b </proc/sys/kernel/random/boot_id; } 2>&-
        i=$(stat -L -c %i /proc/self/ns/pid 2>&-)
        start $$
        n=$t
        t=$PWD/$n-${b%%-*}-$i-$$-$s
        end() { [ ! -d "$t" ] || { chmod -R u+rwx "$t"; rm -rf "$t"; } 2>/dev/null; }
        trap 'trap "" HUP INT TERM; end' EXIT
        trap 'trap "" HUP INT TERM; exit 143' HUP INT TERM
        for o in .crcache-*-*-*-*-*; do
          [ -d "$o" ] && [ ! -L "$o" ] || continue
          r=${o#.crcache-*-} s=
          case $r in
          "${b%%-*}-$i-"*) r=${r#*-*-}; start "${r%-*}"; [ "$s" != "${r##*-}" ] || continue ;;
          *) [ -n "$(find "./$o" -prune -mmin +1440)" ] || continue ;;
          esac
          { chmod -R u+rwx "./$o"; rm -rf "./$o"; } 2>/dev/null
        done
        put() {
          find "$1" -mindepth 1 -maxdepth 1 ! -type d -exec sh -c 'd=$0; exec mv -f -- "$@" "$d"' "$2/" {} + || return
          for e in "$1"/* "$1"/.*; do
            n=${e##*/}
            case $n in .|..) continue ;; esac
            [ -d "$e" ] && [ ! -L "$e" ] || continue
            if [ -d "$2/$n" ] && [ ! -L "$2/$n" ]; then put "$e" "$2/$n" || return
            else mv -f -- "$e" "$2/" || return
            fi
          done
        }
        umask 077
        mkdir "$t" || exit
        c=-xpof
        [ "$z" != z ] || c=-xzpof
        tar $c - -C "$t" || exit
        cat >/dev/null
        [ -f "$t/e" ] || { echo 'the archive is cut off' >&2; exit 1; }
        [ ! -s "$t/d" ] || xargs -0 rm -rf -- <"$t/d" || exit
        if [ -d "$t/f" ]; then put "$t/f" "$PWD" || exit; fi
        [ ! -f "$t/s" ] || tar -xpof "$t/s" -C "$PWD"
        """;

    /// <summary><c>$1</c> a directory: says what the files whose names it reads hold, a line each.</summary>
    public const string Sum =
        """
        cd -P -- "$1" && exec xargs -0 sha256sum --
        """;

    /// <summary>
    /// Absolute paths of files: makes their directories. Says <c>d</c> of a path that is a directory, <c>e</c> of one that exists, <c>n</c> of a
    /// new one, and <c>m</c> of each directory that is about to be made. After a link to a file comes <c>l</c> with what that file is.
    /// </summary>
    public const string Prepare =
        $$"""
        for p; do
          if [ -d "$p" ]; then k=d; elif [ -e "$p" ] || [ -L "$p" ]; then k=e; else k=n; fi
          printf '%s%s\001\n' $k "$p"
          if [ -L "$p" ] && [ -f "$p" ]; then printf 'l%s.\001\n' "$(stat -L -c '{{Fields}}' -- "$p")"; fi
          d=${p%/*}
          while [ -n "$d" ] && [ ! -e "$d" ]; do
            printf 'm%s\001\n' "$d"
            d=${d%/*}
          done
          mkdir -p -- "${p%/*}/" || exit
        done
        """;

    /// <summary><c>$1</c> how many files follow, then directories: removes the files, and the directories that are empty then. There may be no /dev.</summary>
    public const string Remove =
        """
        n=$1 s=0
        shift
        while [ "$n" -gt 0 ]; do
          rm -f -- "$1" || s=1
          shift
          n=$((n - 1))
        done
        [ $# -eq 0 ] || rmdir -- "$@" 2>&-
        exit $s
        """;

    /// <summary>Stands before a script whose arguments hold bytes that no text holds: they come with those written out in octal.</summary>
    public const string Unescape =
        """
        i=$#
        while [ $i -gt 0 ]; do
          a=$(printf '%b.' "$1")
          shift
          set -- "$@" "${a%.}"
          i=$((i - 1))
        done

        """;
}
