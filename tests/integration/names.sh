#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# The name of a declared pod can be used wherever a UUID can, and means the pod that an administrator expects.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images busybox
for name in web web@ cafe; do
    pod_file "$name" <<'END'
[Pod]
Network=none
[App:one]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
END
done

uuid_of() {
    cat "/run/rkt/pods/rkt-$1/uuid"
}

fails "a declared pod that has no pod yet" 254 'no matches found for "web"' rkt status web
start web
first=$(uuid_of web)
equals "status" "$(rkt status web)" "$(rkt status "$first")"
equals "cat-manifest" "$(rkt cat-manifest web)" "$(rkt cat-manifest "$first")"
equals "enter" "$(rkt enter web /bin/hostname)" "$(rkt enter "$first" /bin/hostname)"
fails "rm: it runs" 254 "$first.*is running" rkt rm web
fails "export: it runs" 254 "$first.*is running" rkt export web /run/web.aci
matches "stop" "$(rkt stop web)" "\"$first\""
soon "the unit ends" 20 state_is web inactive
matches "status: the pod that ended" "$(rkt status web)" 'state=exited'
succeeds "export" rkt export web /run/web.aci

start web
second=$(uuid_of web)
lacks "its next pod is another" "$second" "$first"
matches "which is meant" "$(rkt status web)" 'state=running'
start web@blue
blue=$(uuid_of web@blue)
equals "an instance" "$(rkt status web@blue)" "$(rkt status "$blue")"
fails "not another one" 254 'no matches found for "web@red"' rkt status web@red
fails "nor the template" 254 'no matches found for "web@"' rkt status web@
fails "nor the unit" 254 'no matches found for "rkt-web.service"' rkt status rkt-web.service
fails "a name longer than a UUID" 254 'no matches found' rkt status "$(printf 'a%.0s' {1..300})"

# ----- A name that could begin a UUID -----

rkt prepare example.com/busybox >/run/prepared
prepared=$(</run/prepared)
pods=/var/lib/rkt/pods
mv "$pods/prepared/$prepared" "$pods/prepared/cafe${prepared:4}"
prepared=cafe${prepared:4}
matches "the beginning of a UUID, where the declared pod has none" "$(rkt status cafe)" 'state=prepared'
start cafe
matches "the declared pod's name, where it has one" "$(rkt status cafe)" 'state=running'
matches "five digits are a UUID's" "$(rkt status "${prepared:0:5}")" 'state=prepared'

# ----- Lists -----

lists=$(rkt list --running --no-legend --full)
matches "--running: pods that run" "$lists" "$second"
lacks "no others" "$lists" "$first|$prepared"
equals "as many in JSON" "$(rkt list --running --format=json | grep -o '"name":"[0-9a-f]\{8\}-' | wc -l)" "$(wc -l <<<"$lists")"
equals "completion has the names" "$(rkt completion -- status web@b | cut -f1)" web@blue
succeeds "rm" rkt rm "$prepared"

# ----- Columns and titles -----

long=$(printf 'a-long-name-%.0s' {1..5})end
rkt prepare example.com/busybox --name="$long" --exec=/bin/true >/run/prepared
columns=$(rkt list --no-legend | expand | awk '{ print match($0, / (prepared|running|exited) /) }' | sort -u)
equals "a long name moves a column for all lines" "$(wc -l <<<"$columns")" 1
succeeds "behind it" test "$columns" -gt 60
succeeds "rm, the long one" rkt rm "$(</run/prepared)"
title_of() {
    tr -d '\0' <"/proc/$1/cmdline"
}
equals "an instance's init says which it is" "$(title_of "$(unit_property rkt-web@blue MainPID)")" "rkt: pod web@blue"
rkt run --net=none --uuid-file-save=/run/by-hand example.com/busybox --exec=/bin/sleep -- 1000 >/run/by-hand.log 2>&1 &
is_running() {
    [[ -s /run/by-hand && $(rkt status "$(</run/by-hand)") == *state=running* ]]
}
soon "a pod of no unit" 20 is_running
uuid=$(</run/by-hand)
has_title() {
    [[ $(title_of "$(<"/var/lib/rkt/pods/run/$uuid/pid")") == "rkt: pod $uuid" ]]
}
soon "its init says its UUID" 20 has_title
succeeds "stop" rkt stop "$uuid"
await_jobs
succeeds "rm, by hand" rkt rm "$uuid"
