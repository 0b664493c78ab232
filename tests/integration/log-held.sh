#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox hostile
# splice(2) and sendfile(2) hold the lock of the pipe that they write to for as long as their source says nothing. An
# app that does so with its log keeps neither the pod from stopping nor another app's lines from the journal.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox hostile

said() {
    journalctl --namespace=rkt-held --output=cat --no-pager --quiet --identifier=good | grep -qx -- "$1"
}

for way in splice sendfile; do
    pod_file held <<END
[Pod]
Network=none
[App:good]
Image=example.com/busybox
Exec=/bin/sh -c 'until [ -e /dev/shm/held ]; do sleep 0.1; done; sleep 1; echo after-$way; exec sleep 1000'
StopTimeout=1s
[App:evil]
Image=example.com/hostile
User=33
Exec=/bin/hostile hold-log-$way
StopTimeout=1s
END
    start held
    soon "$way: another app's lines are in the journal" 30 said "after-$way"
    before=$SECONDS
    systemctl stop rkt-held
    at_most "$way: seconds that the stop takes" "$((SECONDS - before))" $((20 * slowness))
    equals "$way: it was no time-out" "$(unit_property rkt-held Result | grep -x timeout || :)" ""
done
remove_pod_file held
