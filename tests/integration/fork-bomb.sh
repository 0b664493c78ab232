#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# needs: vm
# images: hostile
# A fork bomb is limited to its unit's tasks, whoever started the pod. The host keeps working, and a stop ends it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

needs_controller "a fork bomb" pids || exit 0
fetch_images hostile

# limited NAME UNIT: systemd gives each unit a part of what the machine has.
limited() {
    local max
    max=$(unit_property "$2" TasksMax)
    if [[ $max =~ ^[0-9]+$ ]] && ((max < $(</proc/sys/kernel/threads-max))); then
        ok "$1 has a limit ($max)"
    else
        not_ok "$1 has a limit" "$max"
    fi
}

printf '%s\n' '[Pod]' Network=none '[App:hostile]' Image=example.com/hostile "Exec=/bin/hostile fork-bomb" StopTimeout=1s \
    '[Service]' TasksMax=300 | pod_file bomb
start bomb
soon "the bomb has found its limit" 30 eval 'grep -q "fork-bomb=full" <<<"$(app_log bomb hostile)"'
at_most "tasks of the pod" "$(unit_property rkt-bomb TasksCurrent)" 300
succeeds "the host can start a process" timeout "$hung" true
succeeds "rkt shows the pod" timeout "$hung" rkt list
begin=$SECONDS
systemctl stop rkt-bomb
at_most_seconds "it stops" $((SECONDS - begin)) 5
equals "by the pod's own init" "$(unit_property rkt-bomb Result)" exit-code
equals "nothing of it is left" "$(pgrep -x hostile || :)" ""
systemctl reset-failed rkt-bomb
remove_pod_file bomb

printf '%s\n' '[Pod]' Network=none '[App:hostile]' Image=example.com/hostile "Exec=/bin/sh -c 'exec sleep 1000'" StopTimeout=1s |
    pod_file quiet
start quiet
limited "a declared pod" rkt-quiet
systemctl stop rkt-quiet
rkt run --net=none --uuid-file-save=/run/uuid example.com/hostile --stop-timeout=1s --exec=/bin/sh -- -c 'exec sleep 1000' --- >/dev/null 2>&1 &
# shellcheck disable=SC2016
scope_of_pod='sed -n "s,^0::.*/\(machine-rkt.*\.scope\).*,\1,p" "/proc/$(cat "/var/lib/rkt/pods/run/$(cat /run/uuid)/pid")/cgroup" | grep .'
soon "a pod runs in the foreground, in a scope" 10 eval "$scope_of_pod"
limited "a pod in the foreground" "$(eval "$scope_of_pod")"
rkt stop "$(</run/uuid)" >/dev/null
await_jobs
