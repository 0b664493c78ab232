#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# Repeated start, stop and gc leave nothing behind: no descriptor, mount, cgroup, unit or file, and PID 1 does not
# grow. RKT_TEST_ROUNDS is the number of rounds.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

rounds=${RKT_TEST_ROUNDS:-30}
warm_up=10
growth_limit=512 # kB of PID 1's own memory, whatever the number of rounds

fetch_images busybox
pod_file round <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:sleeper]
Image=example.com/busybox
Exec=/bin/sleep 1000
END

run_rounds() {
    local i
    for ((i = 0; i < $1; i++)); do
        start round
        systemctl stop rkt-round
        collect_garbage >/dev/null 2>&1
    done
}

run_rounds "$warm_up"
before=$(snapshot)
counted=$(resources)
run_rounds "$rounds"
nothing_left "after $rounds rounds all is as before" "$before"

while read -r what number <&3 && read -r _ now <&4; do
    if [[ $what == kilobytes-* ]]; then
        at_most "$rounds rounds: growth of $what" $((now - number)) "$growth_limit"
    else
        # One more or less is somebody else's.
        at_most "$rounds rounds: growth of $what" $((now - number)) 2
    fi
done 3<<<"$counted" 4<<<"$(resources)"
