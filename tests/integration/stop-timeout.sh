#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# takes: 20
# Each app has its own time to stop: an app that does not stop is killed when its own StopTimeout= is over, not after
# the longest one in the pod.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox
long=$((20 * slowness))

pod_file deaf <<END
[Pod]
Network=none
[App:short]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'
StopTimeout=1s
[App:long]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'
StopTimeout=${long}s
END
start deaf
for app in short long; do
    soon "app $app ignores SIGTERM" 20 log_has deaf "$app" deaf
done

is_killed() {
    [[ ! $(cat "/sys/fs/cgroup/machine.slice/rkt-deaf.service/$1/cgroup.procs" 2>/dev/null) ]]
}

began=${EPOCHREALTIME/[.,]/}
systemctl stop --no-block rkt-deaf
soon "the one is killed" 20 is_killed short
short=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
fails "the other app runs on then" 1 '' is_killed long
soon "it ends, too" $((long + 20)) state_is deaf "inactive|failed"
long_ms=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
succeeds "the one has its second" test "$short" -ge 1000
succeeds "and the other its time" test "$long_ms" -ge $((long * 1000))

systemctl reset-failed rkt-deaf 2>/dev/null || :
remove_pod_file deaf

# A post-stop handler has as much time again, however late its app has stopped.
work=$(mktemp -d)
short=$((6 * slowness))
# after NAME APP HANDLER: runs a pod of an app and a post-stop handler.
after() {
    rkt cat-manifest "$(rkt prepare --quiet example.com/busybox --stop-timeout="${short}s" --exec=/bin/sh -- -c "$2")" |
        sed "s|\"exec\"|\"eventHandlers\":[{\"name\":\"post-stop\",\"exec\":[\"/bin/sh\",\"-c\",\"$3\"]}],\"exec\"|" \
            >"$work/$1.json"
    systemd-run --quiet --unit="$1" --property=Type=notify --property=Delegate=yes --property=KillMode=mixed --property=TimeoutStopSec=1 \
        rkt run --net=none --journal=host --pod-manifest="$work/$1.json"
}
said() {
    journalctl --unit="$1" --output=cat --no-pager --quiet | grep -qx -- "$2"
}
after late "trap 'sleep $((short * 2 / 3)); exit 0' TERM; echo ready; while :; do sleep 0.1; done" \
    "echo begun; sleep $((short * 2 / 3)); echo handled"
soon "an app that stops late" 20 said late ready
systemctl stop late
equals "and its handler have time each" "$(unit_property late Result)" success
tells "the handler runs to its end" handled journalctl --unit=late --output=cat --no-pager --quiet
after stuck "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done" "echo begun; sleep 10000; echo handled"
soon "a handler that does not end" 20 said stuck ready
systemctl stop stuck || :
tells "has begun" begun journalctl --unit=stuck --output=cat --no-pager --quiet
fails "and is killed" 1 '' said stuck handled
matches "by us" "$(unit_property stuck Result)/$(unit_property stuck ExecMainStatus)" '^exit-code/137$'
after itself "echo gone" "echo begun; sleep $((short * 2 / 3)); echo handled"
soon "a handler of an app that ended by itself" 20 said itself begun
systemctl stop itself
tells "is not stopped with the pod" handled journalctl --unit=itself --output=cat --no-pager --quiet
systemctl reset-failed
rm -r "$work"
collect_garbage
nothing_left "nothing is left" "$before"
