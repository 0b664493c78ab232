#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# Memory and processor limits that an image asks for are applied if the host can; otherwise its pod runs with a
# warning. Limits that the user asks for are applied, or an error.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
dir=$work/wishing
mkdir "$dir"
tar -xzf "$images/busybox.aci" -C "$dir"
wishes='{ "name": "resource/memory", "value": { "limit": "64Mi", "request": "32Mi" } },
    { "name": "resource/cpu", "value": { "limit": "500m" } },
    { "name": "os/linux/cpu-shares", "value": 512 },
    { "name": "coreos.com/rkt/pids-max", "value": 77 },
    { "name": "resource/block-iops", "value": { "default": true, "limit": "100" } }'
sed -i -e "s|example.com/busybox|example.com/wishing|" -e "s|\"app\": {|& \"isolators\": [ ${wishes//$'\n'/} ],|" "$dir/manifest"
tar -czf "$work/wishing.aci" -C "$dir" manifest rootfs
id=$(rkt --insecure-options=image fetch --full "$work/wishing.aci") || give_up "fetches the image" "exit status $?"

# run WORD...: in a unit whose cgroup is the pod's.
run() {
    systemd-run --quiet --wait --pipe --property=Delegate=yes --property=Type=notify \
        rkt run --net=none --volume=out,kind=host,source="$work/out" --mount=volume=out,target=/out example.com/wishing "$@" 2>&1
}
mkdir "$work/out"

status=0
output=$(run --exec=/bin/sh -- -c 'cd /sys/fs/cgroup; cat memory.max cpu.max cpu.weight pids.max >/out/limits 2>/dev/null; echo ran >/out/ran') ||
    status=$?
equals "the pod of an image with wishes runs" "$status $(cat "$work/out/ran")" '0 ran'
matches "what nothing enforces yet is a warning" "$output" \
    'app wishing runs without what its image asks for: isolator resource/block-iops is not built yet'
# wish ISOLATOR CONTROLLER VALUE FLAG
wish() {
    local name=${1##*/}
    if grep -qw "$2" /sys/fs/cgroup/cgroup.controllers; then
        succeeds "$name: it has what it wishes" grep -qx "$3" "$work/out/limits"
        lacks "$name: nothing is said" "$output" "asks for: $1"
    else
        matches "$name: without the controller it has a warning" "$output" \
            "app wishing runs without what its image asks for: $1 cannot be applied: the pod's cgroup has no $2 controller"
        fails "$name: that the user asks for is an error" 254 "$1 cannot be applied: .*the limit must be left out" run "$4" --exec=/bin/true
    fi
}
wish resource/memory memory $((64 * 1024 * 1024)) --memory=64Mi
wish resource/cpu cpu '50000 100000' --cpu=500m
wish os/linux/cpu-shares cpu 20 --cpu-shares=512
wish coreos.com/rkt/pids-max pids 77 --tasks-max=77

# A pod manifest with the app is the user's word, one without it has the image's.
# manifest NAME [APP]
manifest() {
    printf '{ "acVersion": "0.8.11", "acKind": "PodManifest", "apps": [ { "name": "w", "image": { "name": "example.com/wishing", "id": "%s" }%s } ] }' \
        "$id" "${2:+, \"app\": $2}" >"$work/$1.json"
}
manifest without
manifest with '{ "exec": [ "/bin/true" ], "user": "0", "group": "0", "isolators": [ { "name": "resource/block-iops", "value": { "default": true, "limit": "100" } } ] }'
succeeds "a pod manifest that names the image only" rkt prepare --pod-manifest="$work/without.json"
fails "one that says the same itself asks for it" 254 'isolator resource/block-iops is not built yet' \
    rkt prepare --pod-manifest="$work/with.json"
