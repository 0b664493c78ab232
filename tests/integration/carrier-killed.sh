#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# The kernel kills the carrier of an app's output, as it may when memory is short: the pod's log says so, another
# carrier continues, also long after the init has given up its rights, and no app sees either of them.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox

pod_file killed <<'END'
[Pod]
Network=none
[App:ticks]
Image=example.com/busybox
Exec=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done'
StopTimeout=1s
[App:writer]
Image=example.com/busybox
User=33
Exec=/bin/sh -c 'echo begun; until [ -e /dev/shm/write ]; do sleep 0.1; done; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i of a line that is about as long as others are, so that a pipe is full; done; touch /dev/shm/written; echo the last line; exec sleep 1000'
StopTimeout=1s
END
start killed
soon "both apps are heard" 30 log_has killed writer begun
soon "the one that ticks, too" 30 log_has killed ticks tick
init=$(unit_property rkt-killed MainPID)
uuid=$(</run/rkt/pods/rkt-killed/uuid)
has_few_rights() {
    [[ $(awk '$1 == "CapEff:" { print $2 }' "/proc/$init/status") == 0000000000000020 ]]
}
soon "the init has no rights but to signal" 30 has_few_rights
carriers() {
    pgrep -P "$init" -x rkt-carry
}
before=$(carriers | sort)
n=$(wc -l <<<"$before")
matches "each app has one" "$n" '^[2-9]'
in_app() {
    rkt enter --app="$1" "$uuid" /bin/sh -c "$2" 2>/dev/null
}

# One app waits while its pipe is full.
# shellcheck disable=SC2086 # words
kill -STOP $before
in_app writer 'touch /dev/shm/write'
heard=$(app_log killed ticks | sed -n 's/^tick //p' | tail -n 1)
# shellcheck disable=SC2086
kill -KILL $before
soon "an app whose pipe was full goes on" 60 in_app writer '[ -e /dev/shm/written ]'
soon "and is heard" 60 log_has killed writer 'the last line'
soon "the other one, too" 60 log_has killed ticks "^tick $((heard + 40))\$"
tells "the log tells" 'the process that carries the output of app ticks ended unexpectedly' journalctl --unit=rkt-killed --output=cat
tells "of each app" 'the process that carries the output of app writer ended unexpectedly' journalctl --unit=rkt-killed --output=cat
equals "there are as many as before" "$(carriers | wc -l)" "$n"
lacks "they are others" "$(carriers | sort | comm -12 - <(printf '%s\n' "$before"))" .
equals "in the init's pid namespace" "$(for pid in $(carriers); do readlink "/proc/$pid/ns/pid"; done | sort -u)" "$(readlink "/proc/$init/ns/pid")"
lacks "no app sees them" "$(in_app ticks 'cat /proc/[0-9]*/comm')" 'rkt-carry'
equals "the pod is the same" "$(unit_property rkt-killed MainPID)" "$init"

# shellcheck disable=SC2046
kill -KILL $(carriers)
heard=$(app_log killed ticks | sed -n 's/^tick //p' | tail -n 1)
soon "once more" 60 log_has killed ticks "^tick $((heard + 40))\$"
equals "which is told once" "$(journalctl --unit=rkt-killed --output=cat | grep -c 'the output of app ticks ended unexpectedly')" 1
succeeds "the pod stops" systemctl stop rkt-killed
lacks "and was not killed" "$(unit_property rkt-killed Result)" timeout
systemctl reset-failed rkt-killed 2>/dev/null || :
remove_pod_file killed
