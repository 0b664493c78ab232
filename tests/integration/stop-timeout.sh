#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# takes: 20
# Each app has the time to stop that is its own: who does not stop is killed when its StopTimeout= is over, and not when
# the longest one of the pod is.

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
collect_garbage
nothing_left "nothing is left" "$before"
