#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# needs: vm
# images: probe
# Memory and CPU isolators of an app work, through real controllers in the cgroup that systemd delegates. Without
# delegation the pod's log says so, and an isolator that needs a controller is an error.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

needs_controller "memory isolator" memory || exit 0
needs_controller "cpu isolator" cpu || exit 0
fetch_images probe

pod_file limits <<'END'
[Pod]
Network=none
[App:eater]
Image=example.com/probe
Exec=/bin/sh -c 'probe memory 16000000; probe memory 100000000; echo survivor=no; exec sleep 1000'
Memory=48Mi
[App:burner]
Image=example.com/probe
Exec=/bin/sh -c 'probe burn 5; exec sleep 1000'
CPU=200m
END
start limits
group=/sys/fs/cgroup$(unit_property rkt-limits ControlGroup)
equals "the limit is in the app's own cgroup" "$(cat "$group"/eater/memory.max)" $((48 * 1024 * 1024))
matches "so is the share of the processor" "$(cat "$group"/burner/cpu.max)" '^(20000 100000|[0-9]+ [0-9]+)$'
soon "16 MB are within it" 20 log_has limits eater '^memory=ok'
soon "100 MB are not" 20 log_has limits eater '^survivor=no'
equals "the kernel killed what asked for them" "$(app_log limits eater | grep -c '^memory=ok')" 1
soon "the burner ends" 30 log_has limits burner '^cpu='
used=$(app_log limits burner | sed -n 's/^cpu=//p')
at_most "it got a fifth of a processor for 5 s, in ms" "$used" 1500
systemctl stop rkt-limits

# An app that forks has what TasksMax= leaves it, and its neighbour has its own.
if grep -qw pids /sys/fs/cgroup/cgroup.controllers; then
    pod_file tasks <<'END'
[Pod]
Network=none
[App:forks]
Image=example.com/probe
TasksMax=5
Exec=/bin/sh -c 'sh -c "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; echo forked=all"; exec sleep 1000'
[App:neighbour]
Image=example.com/probe
Exec=/bin/sh -c 'sh -c "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; echo forked=all"; exec sleep 1000'
END
    start tasks
    group=/sys/fs/cgroup$(unit_property rkt-tasks ControlGroup)
    equals "TasksMax= is in the app's own cgroup" "$(cat "$group"/forks/pids.max)" 5
    soon "an app forks no more than it may" 60 log_has tasks forks "can't fork"
    soon "its neighbour does" 60 log_has tasks neighbour '^forked=all'
    systemctl stop rkt-tasks
else
    skip "TasksMax=" "this host has no pids controller"
fi

# ----- Not delegated -----

not_delegated() {
    systemd-run --quiet --wait --pipe --unit="undelegated-$1" --property=Delegate=no \
        rkt run --net=none "${@:2}" example.com/probe --exec=/bin/probe -- identity 2>&1
}
output=$(not_delegated warned) || :
matches "a unit without delegation is told so" "$output" 'Delegate='
equals "once" "$(grep -c 'Delegate=' <<<"$output")" 1
matches "and its pod runs" "$output" 'Seccomp=2'
status=0
output=$(systemd-run --quiet --wait --pipe --unit=undelegated-limited --property=Delegate=no \
    rkt run --net=none example.com/probe --memory=64M --exec=/bin/probe -- identity 2>&1) || status=$?
matches "with an isolator it is refused" "$status $output" '^[1-9].*Delegate='
