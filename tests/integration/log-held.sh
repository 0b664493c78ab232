#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox hostile
# takes: 40
# splice(2) and sendfile(2) hold the lock of the pipe that they write to for as long as their source says nothing. An
# app that does so with its log keeps neither the pod from stopping nor another app's lines from the journal.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox hostile
work=$(mktemp -d)

# declare_pod WAY USER JOURNAL
declare_pod() {
    pod_file held <<END
[Pod]
Network=none
Journal=$3
[App:good]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "echo last-$1-$2-$3; exit 0" TERM; until [ -e /dev/shm/held ]; do sleep 0.1; done; sleep 1; echo after-$1-$2-$3; while :; do sleep 0.1; done'
StopTimeout=$((60 * slowness))s
[App:evil]
Image=example.com/hostile
User=$2
Exec=/bin/hostile hold-log-$1
StopTimeout=1s
END
}

# said JOURNAL LINE
said() {
    local namespace=()
    [[ $1 == host ]] || namespace=(--namespace=rkt-held)
    journalctl "${namespace[@]}" --output=cat --no-pager --quiet --identifier=good | grep -qx -- "$2"
}

for what in 'splice 33 pod' 'sendfile 33 host' 'splice 0 host' 'sendfile 0 pod'; do
    read -r way user journal <<<"$what"
    declare_pod "$way" "$user" "$journal"
    start held
    soon "$what: another app's lines are in the journal" 30 said "$journal" "after-$way-$user-$journal"
    began=$SECONDS
    systemctl stop rkt-held
    at_most_seconds "$what: the stop" "$((SECONDS - began))" 20
    lacks "$what: it was no time-out" "$(unit_property rkt-held Result)" timeout
    soon "$what: the other app's last line, too" 20 said "$journal" "last-$way-$user-$journal"
done
systemctl reset-failed rkt-held 2>/dev/null || :
remove_pod_file held

is_at_it() {
    [[ -e /proc/$(pgrep --newest --exact hostile)/root/dev/shm/held ]]
}

# In front of us, by another user, too: the second signal kills the pod.
for what in 'splice 0' 'sendfile 33'; do
    read -r way user <<<"$what"
    rkt run --net=none example.com/hostile --user="$user" -- "hold-log-$way" >"$work/output" 2>&1 </dev/null &
    runner=$!
    soon "in front of us, $what: it holds its pipe" 30 is_at_it
    began=$SECONDS
    kill -TERM "$runner"
    kill -INT "$runner"
    wait "$runner" || :
    at_most_seconds "in front of us, $what: the end" "$((SECONDS - began))" 20
done

rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
