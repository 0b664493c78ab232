#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# takes: 40
# Messages of apps cost the service manager little, however many they send, and none that matters is lost.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # eval's words
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images hostile
work=$(mktemp -d)

# pod NAME LINE... -- SERVICE-LINE...: a declared pod of one app that notifies.
pod() {
    local name=$1 app=()
    shift
    while (($#)) && [[ $1 != -- ]]; do
        app+=("$1")
        shift
    done
    printf '%s\n' '[Pod]' 'Network=none' '[App:hostile]' 'Image=example.com/hostile' StopTimeout=2s \
        Annotation=appc.io/executor/supports-systemd-notify=true "${app[@]}" '[Service]' "${@:2}" | pod_file "$name"
}

# told WORDS: how many messages with these the init of the pod that is traced has sent.
told() {
    grep -c "$1" "$work/told" || :
}

# trace NAME: writes down what that pod's init says from now on.
trace() {
    init=$(cat "/var/lib/rkt/pods/run/$(</run/rkt/pods/rkt-"$1"/uuid)/pid")
    : >"$work/told"
    strace -qq -s 4096 -e trace=sendmsg,sendto -o "$work/told" -p "$init" &
    tracer=$!
    eventually 10 grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$init/status"
    began=$SECONDS
}

untrace() {
    seconds=$((SECONDS - began + 1))
    kill "$tracer"
    wait "$tracer" 2>/dev/null || :
}

pod changes 'Exec=/bin/sh -c "/bin/hostile notify-ready; while ! [ -e /go ]; do sleep 0.1; done; exec /bin/hostile change-flood"'
start changes
trace changes
rkt enter "$(</run/rkt/pods/rkt-changes/uuid)" /bin/touch /go
soon "an app says something else all the time" 60 log_has changes hostile change-flood=done
soon "the last of it is told" 20 eval '[[ $(unit_property rkt-changes StatusText) == "hostile: ready (the last)" ]]'
soon "and the unit reloads no longer" 10 state_is changes active
untrace
at_most "messages in $seconds s" "$(told 'STATUS=')" $((12 + 5 * seconds))
matches "they are several" "$(told 'STATUS=')" '^[0-9][0-9]+$'
began=$SECONDS
systemctl stop rkt-changes
at_most_seconds "it stops" $((SECONDS - began)) 20

pod extends "Environment=SLOWNESS=$slowness" 'Exec=/bin/hostile extend-flood' -- "TimeoutStartSec=$((3 * slowness))"
systemctl start --no-block rkt-extends
eventually 20 test -e /run/rkt/pods/rkt-extends/uuid
eventually 20 test -s "/var/lib/rkt/pods/run/$(</run/rkt/pods/rkt-extends/uuid)/pid"
trace extends
soon "an app that asks for more time all the time gets it" 60 state_is extends active
untrace
at_most "messages in $seconds s" "$(told EXTEND_TIMEOUT_USEC)" $((12 + 5 * seconds))
systemctl stop rkt-extends

pod pings Watchdog=yes 'Exec=/bin/sh -c "/bin/hostile notify-ready; while ! [ -e /go ]; do sleep 0.1; done; exec /bin/hostile ping-twice"' -- \
    "WatchdogSec=$((24 * slowness))"
start pings
trace pings
rkt enter "$(</run/rkt/pods/rkt-pings/uuid)" /bin/touch /go
soon "an app says twice that it is alive" 20 log_has pings hostile ping-twice=done
soon "so does the init" 20 eval '[[ $(told WATCHDOG=1) == 2 ]]'
untrace
systemctl stop rkt-pings

pod pings Watchdog=yes 'Exec=/bin/sh -c "/bin/hostile notify-ready; while ! [ -e /go ]; do sleep 0.1; done; exec /bin/hostile ping-flood"' -- \
    "WatchdogSec=$((24 * slowness))"
start pings
trace pings
rkt enter "$(</run/rkt/pods/rkt-pings/uuid)" /bin/touch /go
soon "an app says all the time that it is alive" 60 log_has pings hostile ping-flood=done
untrace
at_most "the init eight times in the interval" "$(told WATCHDOG=1)" $((2 + seconds / (3 * slowness)))
equals "the pod runs" "$(unit_property rkt-pings ActiveState)" active
systemctl stop rkt-pings

for name in changes extends pings; do
    remove_pod_file "$name"
done
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
