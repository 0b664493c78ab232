#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# Five restarts in a row with Restart=always: each time the machine, the journal and the status are those of the new
# pod.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox
pod_file again <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:teller]
Image=example.com/busybox
Exec=/bin/sh -c 'echo "told by $(cat /proc/sys/kernel/random/uuid)"; exec sleep 1000'
[Service]
Restart=always
RestartSec=100ms
END
start again

# is_new OLDPID: the service runs with another main process.
is_new() {
    local pid
    pid=$(unit_property rkt-again MainPID)
    [[ $pid != 0 && $pid != "$1" && $(unit_property rkt-again ActiveState) == active ]]
}

leader_is_main() {
    [[ $(leader rkt-again) == "$(unit_property rkt-again MainPID)" ]]
}

for round in 1 2 3 4 5; do
    old=$(unit_property rkt-again MainPID)
    old_uuid=$(</run/rkt/pods/rkt-again/uuid)
    kill -KILL "$old"
    eventually 20 is_new "$old" || give_up "restart $round" "$(systemctl show -p ActiveState -p Result rkt-again | paste -sd' ')"
    uuid=$(</run/rkt/pods/rkt-again/uuid)
    soon "restart $round: machined's leader is the new init" 5 leader_is_main
    lacks "restart $round: it is another pod" "$uuid" "$old_uuid"
    matches "restart $round: rkt status" "$(rkt status "$uuid")" "state=running.*pid=$(unit_property rkt-again MainPID)"
    soon "restart $round: the new pod's journal" 10 log_has again teller 'told by'
    equals "restart $round: one pod runs" "$(count_pods running)" 1
    at_most "restart $round: exited pods" "$(count_pods exited)" 1
done
equals "systemd counted them" "$(unit_property rkt-again NRestarts)" 5

# By systemctl the pod is asked, not killed.
old=$(unit_property rkt-again MainPID)
succeeds "systemctl restart" systemctl restart rkt-again
soon "after it machined's leader is the new init" 5 leader_is_main

old=$(unit_property rkt-again MainPID)
succeeds "machinectl reboot" machinectl reboot rkt-again
soon "restarts the pod" 20 is_new "$old"
equals "and is no failure" "$(unit_property rkt-again Result)" success

succeeds "machinectl poweroff" machinectl poweroff rkt-again
soon "stops the unit" 20 state_is again inactive
equals "for good" "$(unit_property rkt-again Result)" success

start again
succeeds "machinectl terminate" machinectl terminate rkt-again
soon "stops the unit too" 20 state_is again "inactive|failed"

collect_garbage
remove_pod_file again
nothing_left "nothing is left" "$before"
