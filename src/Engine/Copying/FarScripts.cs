namespace CrCache.Copying;

/// <summary>
/// What runs at the other end of a copy: sh, find, stat, tar and mv, as GNU and busybox both have them. Lists are
/// records of stat's fields, each ended by a byte that no name in its right mind holds.
/// </summary>
internal static class FarScripts
{
    /// <summary>Ends a record; a line feed follows.</summary>
    public const char End = '\u0001';

    private const string Fields = "%f|%s|%Y|%y|";
    private const string Record = $"{Fields}%n\u0001";

    /// <summary><c>$1</c> a path, <c>$2</c> its directory, <c>$3</c> its name: says where it is, then lists it.</summary>
    public const string List =
        $$"""
        if [ -d "$1" ] && [ ! -L "$1" ]; then
          cd -- "$1" || exit
          printf 'd%s\001\n' "$(pwd -P)"
          exec find . -exec stat -c '{{Record}}' {} +
        fi
        cd -- "$2" 2>/dev/null && { [ -e "./$3" ] || [ -L "./$3" ]; } || { printf 'n\001\n'; exit 0; }
        printf 'f\001\n'
        exec stat -c '{{Record}}' "./$3"
        """;

    /// <summary><c>$1</c> a path, <c>$2</c> its directory, <c>$3</c> its name, then names: says what it is, then lists what would be replaced.</summary>
    public const string Look =
        $$"""
        if [ -d "$1" ]; then k=d; cd -- "$1" || exit; shift 3
        elif [ -d "$2" ]; then k=f; cd -- "$2" || exit; n=$3; set -- "$n"
        else printf 'n\001\n'; exit 0
        fi
        printf '%s%s\001\n' $k "$(pwd -P)"
        for n; do
          if [ -e "./$n" ] || [ -L "./$n" ]; then find "./$n" -exec stat -c '{{Record}}' {} + || exit; fi
        done
        """;

    /// <summary>
    /// <c>$1</c> a directory: sends what is asked for on standard input, names ended by NUL. busybox's tar cannot be asked, and
    /// sends <c>$2</c>. (GNU's own format, because .NET cannot read a line feed in a name of the pax format.)
    /// </summary>
    public const string Send =
        """
        cd -- "$1" || exit
        case $(tar --version 2>/dev/null) in
        *GNU*) exec tar --null --no-recursion --hard-dereference --format=gnu -T - -cf - ;;
        esac
        cat >/dev/null
        exec tar -cf - "$2"
        """;

    /// <summary>
    /// <c>$1</c> a directory, <c>$2</c> a name for a new one in it: unpacks beside what is there, then moves each file into its place. In the archive <c>f</c> holds what is
    /// put; <c>s</c> is an archive of directories as they shall be in the end, which being filled changes.
    /// </summary>
    public const string Receive =
        """
        t=
        end() { [ -z "$t" ] || { chmod -R u+rwx "$t"; rm -rf "$t"; } 2>/dev/null; }
        trap end EXIT
        trap 'trap "" HUP INT TERM; exit 143' HUP INT TERM
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
        cd -- "$1" || exit
        umask 077
        t=$PWD/$2
        mkdir "$t" || exit
        tar -xpof - -C "$t" || exit
        cat >/dev/null
        if [ -d "$t/f" ]; then put "$t/f" "$PWD" || exit; fi
        [ ! -f "$t/s" ] || tar -xpof "$t/s" -C "$PWD"
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
}
