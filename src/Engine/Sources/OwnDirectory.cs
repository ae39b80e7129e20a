using CrCache.Routes;

namespace CrCache.Sources;

/// <summary>
/// The directory of a resource's own, in POSIX sh: whose it is, and how it goes. Its parent is the store's (or beside <c>state.db</c>) and stays.
/// </summary>
internal static class OwnDirectory
{
    /// <summary>
    /// Functions, which need <c>fail</c>, <c>dir</c>, <c>store</c>, and in <c>place</c> the word of <see cref="Place"/>. <c>own</c> enters the parent, and
    /// has in <c>mark</c> whose the directory is, which is <c>./$leaf</c> from then on; it fails where there is none, and ends the script where it is not to be touched. <c>make</c>
    /// makes it. <c>delete</c> deletes it once <c>own</c> has said that it may: the mark goes last, so that one who is killed can be followed by
    /// another. <c>unmounted</c> ends the script where something is mounted at a directory or in it. From the parent on all names
    /// are relative: whoever may write above it cannot put something else in its place. <c>now</c> has in <c>era</c> what process ids are of, and in <c>boot</c> the first word of it.
    /// </summary>
    public const string Script =
        """
        era=
        case $place in *' '*) era=${place#* } place=${place%% *} ;; esac
        now() {
          [ -n "$era" ] || { { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null && era="$boot $(readlink /proc/self/ns/pid)"; } || fail "/proc is not mounted there"
          boot=${era%% *}
        }
        enter() {
          parent=${dir%/*} leaf=${dir##*/}
          case $parent in */"$store") [ ! -L "$parent" ] || fail "$parent is a link or another user's: nothing is kept or deleted there; remove it" ;; esac
          cd -P -- "$parent" || fail "$parent cannot be entered"
          [ -O . ] || fail "$parent is a link or another user's: nothing is kept or deleted there; remove it"
          chmod go-w . || fail "others can write to $parent, so that nothing is kept or deleted there"
          parent=${PWD%/}
          dir=$parent/$leaf
        }
        own() {
          mark=
          [ -d "${dir%/*}" ] || return 1
          enter
          [ ! -L "./$leaf" ] || fail "$dir is a link: nothing is deleted through it; remove it"
          [ -e "./$leaf" ] || return 1
          [ -d "./$leaf" ] && [ -O "./$leaf" ] || fail "$dir is no directory, or another user's: remove it"
          { IFS= read -r mark <"./$leaf/store" || :; } 2>/dev/null
          # Killed before it had a mark, or after that was deleted, it has nothing else.
          if [ -z "$mark" ]; then
            [ -s "./$leaf/store" ] || rm -f -- "./$leaf/store"
            rmdir -- "./$leaf" 2>/dev/null || fail "$dir was not made by crcache, or has lost its mark: remove it"
            return 1
          fi
          # Beside state.db there is one store: another's is of one that was lost.
          case $mark in
            "$store") ;;
            *[!0-9a-f]*) fail "$dir was not made by crcache, or has lost its mark: remove it" ;;
            *) [ "$place" = default ] || fail "$dir is another store's ($mark): give this source a directory of its own: directory=DIR" ;;
          esac
        }
        make() {
          [ -d "${dir%/*}" ] || (umask 077; mkdir -p -- "${dir%/*}") || exit
          enter
          mkdir -m 700 -- "./$leaf" && printf '%s\n' "$store" >"./$leaf/store" || exit
          mark=$store
        }

        # A path as the kernel writes it.
        unmounted() {
          if [ "$1" = "./$leaf" ]; then real=$dir
          else real=$(cd -P -- "$1" && printf '%s/' "$PWD") || fail "$1 cannot be entered"; real=${real%/}
          fi
          case $real in
            *[[:space:]\\]*) real=$(printf '%s\n' "$real" | sed -e ':a' -e '$!{N;ba' -e '}' -e 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g; s/\n/\\012/g') ;;
          esac
          points=$(cut -d' ' -f5 /proc/self/mountinfo) || fail "/proc is not mounted there"
          case "
        $points
        " in
            *"
        $real
        "*|*"
        $real/"*) fail "something is mounted in $real: nothing is deleted through it; unmount it" ;;
          esac
        }
        delete() {
          unmounted "./$leaf"
          flags=$- one=--one-file-system
          set +f
          set -- "./$leaf"/* "./$leaf"/.[!.]* "./$leaf"/..?*
          case $flags in *f*) set -f ;; esac
          for at; do shift; [ "$at" = "./$leaf/store" ] || set -- "$@" "$at"; done
          rm -rf $one -- "$@" 2>/dev/null || {
            # Nothing is mounted there; that it stops all the same is more than every rm can.
            rm -f $one -- "./$leaf/store/none" 2>/dev/null || one=
            chmod -R u+rwx -- "./$leaf" 2>/dev/null || :
            rm -rf $one -- "$@" || exit
          }
          rm -rf $one -- "./$leaf" || exit
        }

        """;

    /// <summary>
    /// Where the directory is: <c>there</c>, on another resource; <c>here</c>, where the user said; <c>default</c>, beside <c>state.db</c>, where no
    /// other store is. On this machine there follows what process ids are of, so that no script need ask.
    /// </summary>
    /// <param name="context">What is made.</param>
    public static string Place(ProvisionContext context) =>
        !context.IsHere ? "there" : $"{(context.Settings.Text("directory") is null ? "default" : "here")} {KernelEra.Current()}".TrimEnd();
}
