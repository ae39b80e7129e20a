namespace CrCache.Sources;

/// <summary>
/// The POSIX sh that makes a container, goes into it and unmakes it, by the engine's own program. Each begins with the words that call that
/// program: how many, and they.
/// </summary>
internal static class ContainerScripts
{
    /// <summary>The label that says which store a container belongs to.</summary>
    public const string StoreLabel = "crcache.store";

    /// <summary>The label that says which resource it is.</summary>
    public const string ResourceLabel = "crcache.resource";

    /// <summary>The label of a snapshot's image, whose value only the resource's own directory says. What is made from that image has it without one.</summary>
    public const string SnapshotLabel = "crcache.snapshot";

    /// <summary>
    /// Keeps a container alive: the first process of its pid namespace, which reaps whatever is left to it and ends when it is asked to.
    /// </summary>
    public const string Idle = "trap 'exit 0' TERM INT; while sleep 2147483647 & wait $!; do :; done";

    // The words stay in variables, so that a script has its own arguments; what is evaluated are the variables' names. (A function in the
    // background would be a process of the shell's in between.)
    private const string Words =
        """
        n=$1 i=0 w=; shift
        while [ "$i" -lt "$n" ]; do i=$((i + 1)); eval "w$i=\$1"; w="$w \"\$w$i\""; shift; done
        eval "engine() { $w \"\$@\"; }; apart() { setsid $w \"\$@\"; }"

        """;

    // What the engine said in many lines is told in the one that says why. Found are the container's labels and its name alike: nobody
    // else's is ever touched. Podman, killed, may leave storage of that name that is no container yet.
    private const string Remove =
        """
        nl='
        '
        fail() {
          [ "$2" != 127 ] || { echo "$kind is not installed there" >&2; exit 1; }
          m= IFS=$nl; set -f
          for l in $1; do case $l in ''|"See '"*|"Run '"*|*' for more information'|*' locally'|time=*level=warning*|WARNING*) ;; *) m=$l ;; esac; done
          for p in 'docker: ' 'Error: ' 'Error response from daemon: '; do m=${m#"$p"}; done
          echo "${m:-$kind failed (exit code $2)}" >&2; exit 1
        }
        seek() {
          out=$(engine ps -a --no-trunc --filter "label=crcache.store=$store" --filter "label=crcache.resource=$resource" --format '{{.ID}} {{.Names}}' 2>&1) || fail "$out" $?
          ids=$(printf '%s\n' "$out" | while read -r id called; do [ "$called" != "$name" ] || printf '%s ' "$id"; done)
        }
        remove() {
          i=0
          while :; do
            seek
            if [ -z "$ids" ]; then
              [ "$kind" = podman ] || return 0
              engine container exists "$name" >/dev/null 2>&1 && return 0
              engine container exists --external "$name" >/dev/null 2>&1 || return 0
              ids=$name
            fi
            [ "$i" -lt 20 ] || fail "$out" 1
            [ "$i" = 0 ] || sleep 1
            i=$((i + 1))
            [ "$kind" != podman ] || engine kill $ids >/dev/null 2>&1
            out=$(engine rm -f -v $ids 2>&1) && [ "$kind" = docker ] && return 0
          done
        }

        # What the snapshot's image is known by is written down before there is one, its id when it is whole, and at last that its container is.
        marked() { token= image= whole=; { read -r token image whole <"$place/snapshot"; } 2>/dev/null; [ "$token" ]; }
        mark() { echo "$*" >"$place/snapshot.new" && mv "$place/snapshot.new" "$place/snapshot" || exit; }
        unmark() { rm -rf --one-file-system "$place/snapshot" "$place/snapshot.new" "$place/tmp"; }

        # An image without a name of which it was made may be somebody's own.
        forget() {
          marked || return 0
          i=0 said=
          while :; do
            out=$(engine images -a -q --no-trunc --filter "label=crcache.snapshot=$token" 2>&1) || fail "$out" $?
            [ "$out" ] || return 0
            # What somebody has made of it for himself has it as a layer, and takes it with him.
            case $said in *'dependent child images'*) engine rmi --no-prune "crcache:${name#crcache-}" >/dev/null 2>&1; return 0 ;; esac
            [ "$i" -lt 5 ] || fail "$said" 1
            [ "$i" = 0 ] || sleep 1
            i=$((i + 1))
            out=$(printf '%s\n' "$out" | sort -u)
            said=$(engine rmi -f --no-prune $out 2>&1) || [ "$kind" != podman ] || said=$(engine rmi -f $out 2>&1)
          done
        }

        """;

    // A snapshot is of a container that was stopped, so that its files are as its processes left them.
    private const string Freeze =
        """
        freeze() {
          seek
          [ "$ids" ] || fail "its container is gone" 1
          ids=${ids%% *}
          read -r token </proc/sys/kernel/random/uuid
          mark "$token"
          mkdir "$place/tmp" || exit
          out=$(engine stop "$ids" 2>&1 </dev/null) || fail "$out" 1
          out=$(TMPDIR=$place/tmp; export TMPDIR; engine commit --change "LABEL crcache.snapshot=$token" "$ids" "crcache:${name#crcache-}" 2>&1 </dev/null) || fail "$out" 1
          image=$(printf '%s\n' "$out" | grep -Eo '[0-9a-f]{64}' | tail -n 1)
          [ "$image" ] || fail "$kind did not say which image its snapshot is" 1
          mark "$token" "$image"
          rm -rf "$place/tmp"
        }

        """;

    // Only a machine's own engine says a number that leads to the container here, in whose cgroup's name is the container's id. What its users
    // are called in the machine's numbers, and whose the first process is, decides whether its files are root's.
    private const string Look =
        """
        look() {
          p=$1 found=
          { read -r s <"/proc/$p/stat" && of ${s##*) }; } 2>/dev/null || return
          while read -r s; do case $s in *"$id"*) found=yes ;; esac; done <"/proc/$p/cgroup"
          [ "$found" ] && [ "/proc/$p/ns/user" -ef /proc/self/ns/user ] || return
          held="$p $start"
          while read -r key a s; do
            case $key in
              Uid:|Gid:) held="$held $a" ;;
              Cpus_allowed_list:) list=$a ;;
            esac
          done <"/proc/$p/status"
        }
        of() { shift 19; start=$1; }

        """;

    /// <summary>
    /// Makes a container and writes its id, then the id, start, user and group of its first process, or nothing where this place does not see it or its users
    /// are others, and how many processors it has: $1 what engine it is, $2 the container's name, $3 the store, $4 the resource, $5 the directory that says that something may be there, $6 <c>new</c>, <c>snapshot</c> for a container in place of the one that is there,
    /// with a snapshot of it, or <c>reset</c> for one of that snapshot, where there is one; $7 yes where a shell of
    /// ours keeps it alive; $8 how many paths to copy into it, those by twos, then which of the words is the image, and the engine's words that run it. What was half made before is removed first.
    /// </summary>
    public const string Make = Words + Remove + Freeze + Look +
        $$"""
        kind=$1 name=$2 store=$3 resource=$4 place=$5 how=$6 idle=$7 k=$8 image=; shift 8
        c=0; while [ "$c" -lt "$k" ]; do c=$((c + 1)); eval "from$c=\$1 to$c=\$2"; shift 2; done
        at=$1; shift
        case $how in
          snapshot) freeze ;;
          reset) [ ! -e "$place/snapshot" ] || { marked && [ "$whole" ]; } || fail "its snapshot was not finished" 1 ;;
        esac
        remove
        if [ "$how" = new ]; then forget; unmark; image=; fi
        mkdir -p "$place" || exit
        if [ "$image" ]; then
          # It is not to be pulled, and what was copied is in it.
          k=0 c=0
          for word; do
            c=$((c + 1)); shift
            [ "$c" != "$at" ] || { set -- "$@" --pull=never --label crcache.snapshot= "$image"; continue; }
            set -- "$@" "$word"
          done
        fi
        out=$(engine "$@" 2>&1 </dev/null) || fail "$out" 1
        id=$(printf '%s\n' "$out" | grep -E '^[0-9a-f]{64}$' | tail -n 1)
        c=0
        while [ "$c" -lt "$k" ]; do
          c=$((c + 1)); eval "from=\$from$c to=\$to$c"
          if [ -d "$from" ]; then from=$from/. dir=$to; else dir=${to%/*}; fi
          out=$(engine exec --user 0 "$id" mkdir -p "${dir:-/}" 2>&1 </dev/null) || fail "$out" 1
          out=$(engine cp -a "$from" "$id:$to" 2>&1 </dev/null) || fail "$out" 1
        done
        list= held=
        look "$(engine container inspect -f '{{"{{.State.Pid}}"}}' "$id" 2>/dev/null </dev/null)"
        # Its first process is a shell of ours, so that there is one.
        case "$list $idle" in
          ?*' yes')
            out=0
            IFS=,
            for a in $list; do out=$((out + ${a#*-} - ${a%-*} + 1)); done
            unset IFS ;;
          *) out=$(engine exec "$id" /bin/sh -c '{{ProcessorProbe.Script}}' 2>&1 </dev/null) ;;
        esac || {
          [ "$(engine container inspect -f '{{"{{.State.Running}}"}}' "$id" 2>/dev/null)" = true ] ||
            fail "$(engine logs --tail 1 "$id" 2>&1 | tail -n 1 | sed 's/^/its container has ended at once: /' | grep . || echo "its container has ended at once; command= says what keeps it")" 1
          fail "$out" 1
        }
        [ "$how" != snapshot ] || mark "$token" "$image" yes
        printf '%s\n%s\n%s\n' "$id" "$held" "$out"
        """;

    /// <summary>
    /// Removes a container: the first five of <see cref="Make"/>'s arguments, then yes where whoever made it may have been killed. What an
    /// engine was told by somebody who was killed then, it may be doing just now.
    /// </summary>
    public const string Discard = Words + Remove +
        """
        kind=$1 name=$2 store=$3 resource=$4 place=$5 half=$6
        [ ! -L "$place" ] || { echo "$place is a link: nothing is deleted through it; remove it" >&2; exit 1; }
        [ -d "$place" ] || exit 0
        remove
        forget
        [ ! -e "$place/snapshot" ] || [ "$whole" ] || half=yes
        if [ "$half" = yes ]; then sleep 1; remove; forget; fi
        unmark
        rmdir "$place"
        """;

    /// <summary>Signals the group of a command in the container: $1 the signals, $2 what tells it. Fails where there is none.</summary>
    public const string Signal =
        """
        r=1
        for d in /proc/[0-9]*; do
          l=; read -r l <"$d/cmdline"
          case $l in *"crcache-$2"*) for s in $1; do kill "-$s" "-${d#/proc/}" && r=0; done ;; esac
        done 2>/dev/null
        exit $r
        """;

    /// <summary>
    /// Stays around a command in the container, at the head of its group. What the shell itself says is not the command's output.
    /// </summary>
    public const string Inside =
        """
        exec 3>&2 2>/dev/null
        trap : 1 2 3 10 12 14 15
        ( exec "$@" 2>&3 3>&- )
        exit $?
        """;

    // The engine goes on with a command when whoever asked for it was killed. This one hears of it, being in no group that is killed, and
    // has no mark of the command's. What was just asked for may take its time to be there.
    private const string Watch =
        """
        l=$1 t=$2 id=$3 token=$4 signal=$5; shift 5
        is() { [ "$1" != Z ] && shift 19 && [ "$1" = "$t" ]; }
        while read -r s <"/proc/$l/stat" && is ${s##*) }; do sleep 1; done
        i=0
        until "$@" exec --user 0 "$id" /bin/sh -c "$signal" sh 9 "$token" || "$@" exec "$id" /bin/sh -c "$signal" sh 9 "$token"; do
          i=$((i + 1)); [ "$i" -lt 10 ] || exit; sleep 1
        done
        """;

    /// <summary>
    /// Goes into a container: $1 its id, $2 the user or nothing, $3 <see cref="Inside"/>, $4 <see cref="Signal"/>, then the command. The
    /// engine's program does not pass signals on, and does not survive them: it has a session of its own, except at a terminal.
    /// </summary>
    public const string Enter = Words +
        $$"""
        id=$1 user=$2 inside=$3 signal=$4; shift 4
        read -r token </proc/sys/kernel/random/uuid
        exec 3<&0 4>&2 0</dev/null 2>/dev/null
        tell() {
          apart exec --user 0 "$id" /bin/sh -c "$signal" sh "$1" "$token" >&2 ||
            apart exec ${user:+"--user=$user"} "$id" /bin/sh -c "$signal" sh "$1" "$token" >&2
        }
        pass() { heard=1 early="$early $1"; [ -z "$c" ] || flush; }
        flush() {
          while [ -n "${early# }" ]; do
            e=$early early=
            until tell "$e"; do kill -0 "$c" || return; sleep 1; done
          done
        }
        early= c= heard=
        for s in 1 2 3 10 12 14; do trap "pass $s" "$s"; done
        trap 'pass "15 18"' 15
        of() { shift 19; start=$1; }
        read -r s <"/proc/$$/stat"
        of ${s##*) }
        watch='{{Watch}}'
        watcher=$(
          exec 5>&1 >&2 3<&- 4>&-
          unset CRCACHE_RUN; cd /
          eval "setsid sh -c \"\$watch\" crcache-watch \"\$\$\" \"\$start\" \"\$id\" \"\$token\" \"\$signal\" $w 5>&- &"
          echo "$!" >&5
        )
        run='i=$2; shift 2; eval "$i"'
        set -- ${CRCACHE_RUN:+--env=CRCACHE_RUN} ${CRCACHE_RESOURCE:+--env=CRCACHE_RESOURCE} ${user:+"--user=$user"} "$id" /bin/sh -c "$run" sh "crcache-$token" "$inside" "$@"
        if [ -t 3 ] && [ -t 1 ]; then
          set -- exec -i -t --detach-keys 'ctrl-^,ctrl-_,ctrl-^,ctrl-_' ${TERM:+--env=TERM} "$@"
          apart=
        else
          set -- exec -i "$@"
          apart=setsid
        fi
        eval "$apart $w \"\$@\" <&3 2>&4 3<&- 4>&- &"
        c=$!
        exec 3<&-
        flush
        r=
        while :; do
          heard=
          wait "$c"
          s=$?
          [ "$s" != 127 ] || s=${r:-127}
          [ -n "$heard" ] || break
          r=$s
        done
        grep -qa "$token" "/proc/$watcher/cmdline" && kill -9 "$watcher"
        case $s in
          1|125|137|255)
            [ "$(apart container inspect -f '{{"{{.State.Running}}"}}' "$id")" = true ] || {
              echo "crcache: $0 is gone: its container does not run any more, or its engine cannot be reached" >&4; exit 125
            } ;;
        esac
        if [ "$s" -gt 128 ] && [ "$s" -le 159 ]; then ulimit -c 0; s=$((s - 128)); trap - "$s"; kill "-$s" "$$"; s=$((s + 128)); fi
        exit "$s"
        """;
}
