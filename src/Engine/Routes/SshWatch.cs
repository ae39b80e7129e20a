using System.Text;

namespace CrCache.Routes;

/// <summary>
/// The shell script around a command on an ssh host. It says on standard error, between marks that nothing else
/// holds, when the command starts and how it ends: ssh's own 255 means both a lost connection and a command's end.
/// And it ends the command's group once the connection is gone, which sshd does not do.
/// </summary>
/// <param name="Mark">What no other output holds; null to say nothing.</param>
/// <param name="Users">Users whose processes the login may not signal itself.</param>
internal sealed record SshWatch(string? Mark, IReadOnlyList<string> Users)
{
    /// <summary>Whether standard output has a mark as well, before what the command writes: see <see cref="ClearedStream"/>.</summary>
    public bool MarksOutput { get; init; }

    // The shell's own kill, also behind sudo: the program of procps takes "-15 -1234" for "-15 -1", which is everything of that user.
    // (dash takes no -- there, and the program of busybox none either.)
    private const string Kill = """kill "-$1" "-$2" """;

    /// <summary>A script that signals a group: <c>$1</c> the signal's number, <c>$2</c> the group's.</summary>
    public string KillScript => $"{Kill}; {string.Concat(Users.Select(u => $"{As(u)}; "))}";

    /// <summary>
    /// The same for another connection, which may come when the command has ended and its number is another's: only while the group is led
    /// by a process that shows the mark. A host without <c>/proc</c> cannot be asked. The login's own kill comes last, because it may end
    /// that process.
    /// </summary>
    public string SureKillScript =>
        $$"""
        is() { [ ! -d /proc/self ] || case $(cat "/proc/$1/cmdline") in *{{Mark}}*) ;; *) return 1 ;; esac; }
        {{string.Concat(Users.Select(u => $"is \"$2\" && {As(u)}; "))}}is "$2" && {{Kill}}
        """;

    /// <summary>
    /// Signals every group in which a process shows the mark, and says how many there are: <c>$1</c> the signal, <c>$2</c> and <c>$3</c> the halves of the
    /// mark, which this script must not show itself. A group's number is its own again as soon as nobody is left in it; a host without <c>/proc</c> says 0.
    /// The number is a line of its own, also where the login's shell has said something before.
    /// </summary>
    public string EndScript =>
        $$"""
        k() { {{KillScript}}}
        n=0 d=' '
        for f in $(printf '%s\n' "$2$3" | grep -lsF -f - /proc/[0-9]*/cmdline); do
          read -r s 2>/dev/null <"${f%cmdline}stat" || continue
          s=${s##*) }; s=${s#* }; g=${s#* }; g=${g%% *}
          case $d in *" $g "*) continue ;; esac
          n=$((n + 1)) d="$d$g "
          [ "$1" = 0 ] || k "$1" "$g" 2>/dev/null
        done
        echo; echo $n
        """.Replace("'%s\\n'", "'%s\n'", StringComparison.Ordinal);

    // sshd makes the shell that it starts the leader of a session, and this script takes that shell's place: $$ is the
    // group, $PPID is sshd's process for this connection: where that has gone already, nobody is there to run anything for. A trap keeps the script alive while the group is signalled and,
    // unlike an ignored signal, is not inherited. What the shell itself says, such as "Killed", is not the command's output.
    private string Script =>
        $$"""
        k() { {{KillScript}}}
        p=$PPID w=
        [ "$p" != 1 ] || exit 125
        exec 3>&2 2>/dev/null
        trap : 1 2 3 10 12 14 15
        if kill -0 "$p"; then
          ( trap "" 1 2 3 15; exec 3>&-; while kill -0 "$p"; do sleep 1; done; k 15 $$; sleep 2; k 9 $$ ) </dev/null >/dev/null 2>&1 & w=$!
        fi
        {{(MarksOutput ? $"printf '\\001{Mark}>\\001'" : ":")}}
        {{Say("+%s", "$$")}}
        ( exec "$@" 2>&3 3>&- )
        s=$?
        [ -z "$w" ] || kill -9 "$w"
        {{Say("=%s", "$s")}}
        exit $s
        """;

    /// <summary>The mark in standard output.</summary>
    public static byte[] OutputMark(string mark) => Encoding.ASCII.GetBytes($"\x01{mark}>\x01");

    /// <summary>The words that run a command under watch.</summary>
    public IReadOnlyList<string> Around(IReadOnlyList<string> arguments) => ["/bin/sh", "-c", Script, "crcache", .. arguments];

    private static string As(string user) => $"""sudo -n -u {PosixShell.Quote(user)} -- /bin/sh -c {PosixShell.Quote(Kill)} sh "$1" "$2" """;

    private string Say(string what, string value) => Mark is null ? ":" : $"printf '\\001{Mark}{what}\\001' {value} >&3";
}
