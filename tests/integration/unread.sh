#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod in the foreground whose standard output is not read, for a while or for ever: none of the last output is lost
# if somebody reads it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox

# The app has filled all on the way to its reader when it fails; /late/at tells how far it came.
mkdir -p /srv/late
cat >/srv/late/fails.sh <<'END'
line=$(printf '%0500d' 0)
(i=0; while :; do i=$((i + 1)); echo "$line $i"; echo "$i" >/late/new; mv /late/new /late/at; done) &
writer=$!
until [ -e /late/at ]; do sleep 0.1; done
at=
until [ "$at" = "$(cat /late/at)" ]; do at=$(cat /late/at); sleep 1; done
kill -KILL "$writer"
exit 3
END
cat >/srv/late/slow.sh <<'END'
trap 'sleep 2; exit 0' TERM
while :; do sleep 0.1; done
END
mkfifo /run/late

# app_ended APP STATUS: as the pod that was started last has recorded.
app_ended() {
    [[ $(cat "/var/lib/rkt/pods/run/$(cat /run/uuid)/stage1/rootfs/rkt/status/$1") == "$2" ]]
}

# run_unread APP...: a pod whose first app fails, and whose standard output is read once /run/read is there.
run_unread() {
    rm -f /srv/late/at /run/read /run/uuid
    (
        until [[ -e /run/read ]]; do sleep 0.1; done
        cat
    ) </run/late >/run/printed &
    reader=$!
    rkt run --net=none --uuid-file-save=/run/uuid --volume=late,kind=host,source=/srv/late --mount=volume=late,target=/late \
        example.com/busybox --name=fails --exec=/bin/sh -- /late/fails.sh "$@" >/run/late 2>/run/errors </dev/null &
    pod=$!
    soon "an app fails that nobody reads" 60 app_ended fails 3
}

run_unread --- example.com/busybox --name=slow --exec=/bin/sh -- /late/slow.sh
soon "the other one is stopped" 60 app_ended slow 0
sleep 7 # longer than anything is waited for that nobody reads
touch /run/read
await_end "$pod"
equals "the pod has the first one's status" "$status" 3
wait "$reader"
at=$(</srv/late/at)
# A line of which only the beginning has come ends where the init says something, and goes on in the next one.
equals "who reads late has all that it said" \
    "$(sed 's/^[^:]*: //' /run/printed | tr -d '\n' | sed 's/0\{500\} /\n/g' | sed -n "2,$((at + 1))p")" "$(seq "$at")"

run_unread
kill -TERM "$pod"
await_end "$pod"
lacks "who asks for the end does not wait for a reader" "$status" 137
tells "and hears what became of the app" 'app fails failed: exit status 3' cat /run/errors
touch /run/read
wait "$reader"
rm -rf /srv/late /run/late /run/read /run/printed /run/errors /run/uuid
collect_garbage >/dev/null 2>&1
