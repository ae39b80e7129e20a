using System.Security.Cryptography;
using System.Text;
using CrCache.Configuration;

namespace CrCache.Sources;

/// <summary>
/// A root file system that is made once, from a command line or a tarball, and that resources are clones of. It is in <c>.golden</c> beside
/// the resources' directories, each of which says in its file <c>golden</c> which one it is of. A lock is held while one is made or deleted,
/// and it is under <c>.new</c> until it is complete.
/// </summary>
internal static class GoldenTree
{
    /// <summary>The keys, of which one is set.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["create", "tarball", "tree"];

    /// <summary>
    /// POSIX sh: <c>golden</c> makes the tree that is wanted unless it is there ($1 the key of <see cref="Keys"/>, $2 its text, $3
    /// <see cref="Key"/>) and says in <c>lower</c> where it is; <c>tidy</c> deletes those that nobody uses: those that another took the place of,
    /// those that were killed as they were made, those not wanted for a month. They need <c>fail</c>, <c>empty</c>, and the directories
    /// <c>dir</c> and <c>root</c>.
    /// </summary>
    public const string Script =
        """
        word() { v=; { read -r v <"$1"; } 2>/dev/null || :; }
        put() { rest=$1 out=; while case $rest in *"$2"*) ;; *) false ;; esac; do out=$out${rest%%"$2"*}$3; rest=${rest#*"$2"}; done; out=$out$rest; }
        quote() { case $1 in *[!A-Za-z0-9_./:,@%+-]*) put "$1" "'" "'\\''"; out="'$out'" ;; *) out=$1 ;; esac; }
        goldens=$root/.golden
        lock() {
          while exec 8>"$1.lock"; flock $2 8; do
            [ "$1.lock" -ef /proc/self/fd/8 ] && return 0
          done
          return 1
        }
        golden() {
          key=$3
          case $1 in tarball) [ -f "$2" ] || fail "tarball: there is no file $2"; key=$3-$(stat -Lc %Y-%s "$2") ;; esac
          mkdir -p -m 700 "$goldens"
          echo "$key" >"$dir/golden"
          lock "$goldens/$key" '' || fail "$goldens/$key.lock cannot be locked"
          if [ ! -d "$goldens/$key" ]; then
            new=$goldens/$key.new
            [ ! -e "$new" ] || empty "$new"
            mkdir -p -m 700 "$new"
            mkdir "$new/tree"
            if [ "$1" = create ]; then
              quote "$new/tree"
              put "$2" '{path}' "$out"
              set -- "$1" sh -c "$out"
            else
              set -- "$1" tar -xpf "$2" --numeric-owner -C "$new/tree"
            fi
            if filled "$@"; then :; else
              code=$? said=$(tail -n 1 "$new/log")
              empty "$new"
              fail "$1: ${said:-it said nothing} (exit code $code)"
            fi
            [ "$(ls -A "$new/tree")" ] || { empty "$new"; fail "$1: it has left nothing in $new/tree"; }
            mv "$new" "$goldens/$key"
          fi
          exec 8>&-
          echo "$key" >"$goldens/${key%%-*}.current"
          lower=$goldens/$key/tree
        }

        # It has namespaces of its own, so that neither a mount nor a process of it is left. The lock is held until it has ended, whoever is killed.
        filled() {
          shift
          unshare --mount --pid --fork --kill-child --mount-proc sh -c 'exec 8>&-; exec "$@"' sh "$@" </dev/null >"$new/log" 2>&1 9>&-
        }
        used() { for f in "$root"/*/golden; do word "$f"; [ "$v" != "$1" ] || return 0; done; return 1; }
        tidy() (
          set +e
          for g in "$goldens"/*/; do
            g=${g%/} name=${g##*/}
            key=${name%.new} group=${name%%-*}
            [ -d "$g" ] || continue
            word "$goldens/$group.current"
            old=
            [ "$name" = "$v" ] && old=$(find "$goldens/$group.current" -mtime +30)
            [ "$name" != "$v" ] || [ "$old" ] || continue
            lock "$goldens/$key" -n || continue
            used "$name" || { [ ! "$old" ] || rm -f "$goldens/$group.current"; empty "$g"; [ -d "$goldens/$key" ] || rm -f "$goldens/$key.lock"; }
            exec 8>&-
          done
          for g in "$goldens"/*.lock; do
            g=${g%.lock}
            [ -e "$g" ] || [ -e "$g.new" ] || used "${g##*/}" || { lock "$g" -n && [ ! -e "$g" ] && [ ! -e "$g.new" ] && rm -f "$g.lock"; exec 8>&-; }
          done
          rmdir "$goldens"
        ) 2>/dev/null

        """;

    /// <summary>
    /// The tree's name: whose it is, and what it is made from, so that changed settings lead to another. One of a source that is bound otherwise
    /// is not in place of this one.
    /// </summary>
    /// <param name="settings">The source.</param>
    /// <param name="origin">What it is made from.</param>
    public static string Key(SourceSettings settings, params IReadOnlyList<string> origin) =>
        $"{Hash(8, [settings.Directory ?? "", settings.Name, settings.Bindings])}-{Hash(16, origin)}";

    private static string Hash(int digits, IReadOnlyList<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..digits];
}
