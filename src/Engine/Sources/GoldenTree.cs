using System.Globalization;
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
    public static IReadOnlyList<string> Keys { get; } = [CreateKey, "tarball", "tree"];

    /// <summary>The key that says how old one may get that a command line has made.</summary>
    public const string MaxAgeKey = "golden_max_age";

    private const string CreateKey = "create";

    /// <summary>
    /// POSIX sh, functions only: <c>golden</c> makes the tree that is wanted unless it is there ($1 the key of <see cref="Keys"/>, $2 its text, $3
    /// <see cref="Key"/>, $4 yes to stay with the one that is written down, $5 <see cref="MaxAge"/>) and says in <c>lower</c> where it is; <c>tidy</c> deletes those that nobody
    /// uses. They need <c>fail</c>, <c>erase</c>, which deletes a directory if it is there, <c>prepare</c>, which makes the empty tree in <c>new</c>, and the
    /// directories <c>dir</c>, <c>home</c> and <c>goldens</c>. With <c>hollow</c> the tree may be empty.
    /// </summary>
    public const string Script =
        """
        word() { v=; { IFS= read -r v <"$1"; } 2>/dev/null || :; }
        put() { rest=$1 out=; while case $rest in *"$2"*) ;; *) false ;; esac; do out=$out${rest%%"$2"*}$3; rest=${rest#*"$2"}; done; out=$out$rest; }
        quote() { case $1 in *[!A-Za-z0-9_./:,@%+-]*) put "$1" "'" "'\\''"; out="'$out'" ;; *) out=$1 ;; esac; }

        # Whoever waited for a lock finds its file deleted, or made anew.
        lock() {
          while exec 8>"$1.lock"; flock $2 8; do
            [ "$1.lock" -ef /proc/self/fd/8 ] && return 0
          done
          return 1
        }
        golden() {
          key=$3
          word "$dir/golden"
          # It is said which one is used before it is looked for: then it is not deleted.
          if [ "$4" = yes ] && [ "$v" ]; then key=$v; else
            if [ "$1" = tarball ]; then
              [ -f "$2" ] || fail "tarball: there is no file $2"
              key=$3-$(stat -Lc %.Y-%s-%i "$2")
            fi
            [ -d "$goldens" ] || mkdir -p -m 700 "$goldens" || exit
            if [ "$5" ]; then
              # Those who come together have the same one. What is of the old one keeps it.
              time=$(date +%s)
              lock "$goldens/$3" '' || fail "$goldens/$3.lock cannot be locked"
              word "$goldens/$3.born"
              case $v in ''|*[!0-9]*) v=0 ;; esac
              [ $((time - v)) -lt "$5" ] && [ "$v" -le "$time" ] || { v=$time; echo "$v" >"$goldens/$3.born" || exit; }
              exec 8>&-
              key=$3-$v
            fi
            echo "$key" >"$dir/golden" || exit
          fi
          [ -d "$goldens" ] || mkdir -p -m 700 "$goldens" || exit
          lock "$goldens/$key" '' || fail "$goldens/$key.lock cannot be locked"
          if [ ! -d "$goldens/$key" ]; then
            new=$goldens/$key.new
            erase "$new"
            mkdir -m 700 "$new" || exit
            prepare
            case $1 in
              create) quote "$new/tree"; put "$2" '{path}' "$out"; fill "$1" sh -c "$out" ;;
              tarball) fill "$1" tar -xpf "$2" --numeric-owner -C "$new/tree" ;;
            esac
            [ "$1" = tree ] || [ "${hollow-}" ] || [ "$(ls -A "$new/tree")" ] || { erase "$new"; fail "$1: it has left nothing in $new/tree"; }
            rm -f "$new/log"
            mv "$new" "$goldens/$key" || exit
          fi
          exec 8>&-
          [ "$4" = yes ] || echo "$key" >"$goldens/${key%%-*}.current"
          lower=$goldens/$key/tree
        }

        # It has namespaces of its own, so that neither a mount nor a process of it is left. The lock is held until it has ended, whoever is killed.
        fill() {
          filler=$1; shift
          unshare --mount --pid --fork --kill-child --mount-proc sh -c 'exec 8>&-; exec "$@"' sh "$@" </dev/null >"$new/log" 2>&1 9>&- ||
            { code=$?; said=$(tail -n 1 "$new/log"); erase "$new"; fail "$filler: ${said:-it said nothing} (exit code $code)"; }
        }
        used() { for f in "$home"/*/golden; do word "$f"; [ "$v" != "$1" ] || return 0; done; return 1; }

        # Those that another took the place of, those that were killed as they were made or deleted, and with yes those not wanted for a month; then
        # locks whose tree is gone.
        tidy() (
          set +e
          for g in "$goldens"/*/; do
            g=${g%/}
            [ -d "$g" ] || continue
            name=${g##*/} group=${name%%-*} key=${name%.new} old=
            key=${key%.old}
            word "$goldens/$group.current"
            if [ "$name" = "$v" ]; then
              [ "$1" = yes ] && old=$(find "$goldens/$group.current" -mtime +30) && [ "$old" ] || continue
            fi
            lock "$goldens/$key" -n || continue
            if ! used "$name"; then
              # It is gone at once, or whole.
              erase "$goldens/$key.old"
              if [ "$name" = "$key" ]; then mv "$g" "$g.old" && erase "$g.old"; else erase "$g"; fi
              [ ! "$old" ] || rm -f "$goldens/$group.current" "$goldens/$group"-*.born
              [ -d "$goldens/$key" ] || rm -f "$goldens/$key.lock"
            fi
            exec 8>&-
          done
          gone() { [ ! -e "$g" ] && [ ! -e "$g.new" ] && [ ! -e "$g.old" ]; }
          for g in "$goldens"/*.lock; do
            g=${g%.lock}
            [ -e "$g.lock" ] && gone && ! used "${g##*/}" || continue
            if lock "$g" -n && gone; then rm -f "$g.lock"; fi
            exec 8>&-
          done
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

    /// <summary>For how many seconds one is cloned before it is made anew; empty for ever.</summary>
    /// <param name="settings">The source.</param>
    /// <exception cref="ConfigurationException">It is no length of time, or there is nothing that makes it anew.</exception>
    public static string MaxAge(SourceSettings settings)
    {
        if (settings.Text(MaxAgeKey) is not null && settings.Text(CreateKey) is null)
        {
            throw settings.Wrong(MaxAgeKey, "only a tree that create= makes is made anew; one of a tarball is when the file has changed");
        }

        return settings.Time(MaxAgeKey) is { } age ? ((long)Math.Max(1, age.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : "";
    }

    private static string Hash(int digits, IReadOnlyList<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..digits];
}
