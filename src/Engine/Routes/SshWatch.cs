using System.Globalization;
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
    /// The words that signal, over any connection, every group in which a process shows the mark, and say how many there are. A group's number is another's as soon
    /// as nobody is left in it; the mark is nobody else's.
    /// </summary>
    /// <param name="signal">The signal; 0 to count only.</param>
    /// <param name="group">The only group that is meant; null for all.</param>
    public IReadOnlyList<string> End(int signal, int? group = null) =>
    [
        "/bin/sh", "-c", EndScript, "sh", signal.ToString(CultureInfo.InvariantCulture), Mark![..(Mark!.Length / 2)], Mark[(Mark.Length / 2)..],
        group?.ToString(CultureInfo.InvariantCulture) ?? "",
    ];

    // $2 and $3 are the halves of the mark, which this script must not show itself, $4 the only group or nothing. The number is a line of its own, also
    // where the login's shell has said something before.
    private string EndScript =>
        $$"""
        k() { {{KillScript}}}
        n=0 d=' ' m=$2$3
        groups() {
          if [ -d /proc/self ]; then
            for f in $(echo "$m" | grep -lsF -f - /proc/[0-9]*/cmdline); do
              read -r s 2>/dev/null <"${f%cmdline}stat" || continue
              s=${s##*) }; s=${s#* }; g=${s#* }; echo "${g%% *}"
            done
          else
            ps -A -o pgid= -o args= | while read -r g a; do case $a in *"$m"*) echo "$g" ;; esac; done
          fi
        }
        for g in $(groups); do
          case $d in *" $g "*) continue ;; esac
          [ "${4:-$g}" = "$g" ] || continue
          n=$((n + 1)) d="$d$g "
          [ "$1" = 0 ] || k "$1" "$g" 2>/dev/null
        done
        echo; echo $n
        """;

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
