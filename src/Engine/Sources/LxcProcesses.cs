namespace CrCache.Sources;

/// <summary>
/// The processes of a container of LXC, in POSIX sh. They are those in its cgroups, which have the name of the store and the container, so that nothing need be
/// written down in time.
/// </summary>
internal static class LxcProcesses
{
    /// <summary>
    /// Functions, which need <c>fail</c>, <c>now</c>, <c>dir</c>, <c>name</c> and <c>mark</c>. <c>end</c> kills what runs in the container, and with its last process LXC's
    /// monitor ends; one that was only about to start, which there can be only where no first process was written down, is found by a mark in its
    /// environment. <c>running</c> says whether the first process is the one that was written down; <c>first</c> finds it in <c>at</c>, and <c>began</c> has in <c>since</c> when one started.
    /// </summary>
    public const string Script =
        """
        trees() {
          cgroups= seen=
          set -- /sys/fs/cgroup
          [ -e /sys/fs/cgroup/cgroup.procs ] || set -- /sys/fs/cgroup/*
          while IFS=: read -r at at under; do
            under=${under%/init.scope} under=${under%/}
            case $seen in *":$under:"*) continue ;; esac
            seen="$seen:$under:"
            for at; do
              at=$at$under/crcache.$mark.$name
              [ ! -d "$at" ] || cgroups="$cgroups $at"
            done
          done </proc/1/cgroup
        }

        # Only numbers are read: whoever is inside gives the cgroups below names. One of another pid namespace is 0.
        members() {
          found=
          [ $# = 0 ] || for at in $(grep -rhs --include=cgroup.procs '' "$@"); do [ "$at" = 0 ] || found="$found $at"; done
        }
        marked() {
          for at in $(grep -lsxz -F -e "CRCACHE_LXC=$dir" /proc/[0-9]*/environ); do at=${at#/proc/}; echo "${at%/environ}"; done
        }
        end() {
          now
          first=
          if [ -s "$dir/holder" ]; then
            read -r first at made space <"$dir/holder"
            [ "$made" != "$boot" ] || [ "$made $space" = "$era" ] || fail "$dir was made in another container: discard it there"
            [ "$made" = "$boot" ] || first=
          fi
          trees
          monitor=
          for at in $cgroups; do [ -n "$monitor" ] || { read -r monitor <"$at/monitor/cgroup.procs" || :; } 2>/dev/null; done
          tries=0
          while :; do
            trees
            inside= outside=
            for at in $cgroups; do
              [ ! -e "$at/container/cgroup.kill" ] || echo 1 >"$at/container/cgroup.kill" || :
              inside="$inside $at/container"
            done 2>/dev/null
            # They end within less than it takes to look for them, and with the first the monitor.
            n=0
            while [ $n -lt 400 ] && [ $tries = 0 ]; do
              { [ -n "$first" ] && [ -d "/proc/$first" ]; } || { [ -n "$monitor" ] && [ -d "/proc/$monitor" ]; } || break
              n=$((n + 1))
              [ $((n % 40)) != 0 ] || sleep 0.002
            done
            members $inside
            inside=$found
            [ -n "$inside" ] || { members $cgroups; outside=$found; }
            [ -n "$inside$outside" ] || [ -s "$dir/holder" ] || outside=$(marked) || :
            [ -n "$inside$outside" ] || break
            for at in $inside; do kill -9 "$at" || :; done 2>/dev/null
            if [ -n "$outside" ] && { [ $tries -gt 100 ] || [ ! -s "$dir/holder" ]; }; then
              for at in $outside; do kill -9 "$at" || :; done 2>/dev/null
            fi
            tries=$((tries + 1))
            [ $tries -lt 500 ] || fail "process${inside:-$outside} of the container does not end"
            if [ $tries -lt 10 ]; then sleep 0.004; else sleep 0.02; fi
          done
          # An empty one says nothing.
          [ ! -s "$dir/holder" ] || : >"$dir/holder"
          tries=0
          while [ -n "$cgroups" ]; do
            if [ $tries = 0 ]; then
              set --
              for at in $cgroups; do set -- "$@" "$at/container" "$at/monitor" "$at/pivot" "$at"; done
              rmdir "$@" 2>/dev/null || :
            else
              [ $tries = 1 ] || sleep 0.02
              find $cgroups -depth -type d -exec rmdir {} + 2>/dev/null || :
            fi
            tries=$((tries + 1))
            [ $tries -lt 250 ] || fail "the cgroup ${at%/crcache.*} cannot be removed"
            trees
          done
        }
        running() {
          [ -s "$dir/holder" ] || return 1
          read -r at was made space <"$dir/holder"
          now
          [ "$made $space" = "$era" ] && began "$at" && [ "$since" = "$was" ]
        }
        began() {
          { read -r since <"/proc/$1/stat"; } 2>/dev/null || return 1
          set -- ${since##*) }
          [ "$1" != Z ] || return 1
          shift 19
          since=$1
        }

        # It is the one that is the first in a pid namespace below this one.
        first() {
          trees
          set --
          for at in $cgroups; do set -- "$@" "$at/container"; done
          members "$@"
          for at in $found; do
            while read -r key inside list; do [ "$key" != NSpid: ] || break; done 2>/dev/null <"/proc/$at/status" || continue
            [ "$inside $list" != "$at 1" ] || return 0
          done
          return 1
        }

        """;
}
