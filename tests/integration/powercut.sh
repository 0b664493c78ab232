#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# needs: vm
# runs: on the host
# images: busybox probe
# takes: 60
# suites: one
# A virtual machine is killed while it fetches, prepares, runs and collects, and boots again from the same disk: what
# was promised exists, what was incomplete is removed, and everything works. RKT_TEST_ROUNDS is the number of kills,
# RKT_TEST_SEED chooses when.

# Called with a directory and the options of tests/machine/vm on the host; with `storm` or `check` in the machine.

set -euo pipefail
state=/var/lib/powercut
hollow_rkt=(rkt "--dir=$state/disk/rkt")

# ----- In the machine, until the power fails -----

# Together they have every kind of change under way at any time.
fetching() {
    rkt image rm example.com/probe
    rkt --insecure-options=image fetch "$images/probe.aci"
}
preparing() { rkt prepare --quiet example.com/busybox --exec=/bin/true; }
running() { rkt run --net=none example.com/busybox --exec=/bin/true; }
collecting() { rkt gc --grace-period=0s && rkt image gc; }

forever() {
    trap - ERR EXIT
    while :; do "$1" || :; done >/dev/null 2>&1
}

# A unit's pod is prepared without a sync. What commits the file system's journal after that has its files be there, but
# not what is in them; on a disk of its own, so that nobody else's sync writes them.
make_hollow_disk() {
    truncate -s 96M "$state/hollow.img"
    mkfs.ext4 -q "$state/hollow.img"
    mkdir "$state/disk"
    mount -o loop "$state/hollow.img" "$state/disk"
    "${hollow_rkt[@]}" --insecure-options=image fetch "$images/busybox.aci" >/dev/null
    "${hollow_rkt[@]}" run --net=none --uuid-file-save="$state/ended" example.com/busybox --exec=/bin/sh \
        -- -c 'echo written >/by-the-app'
    sync
}

prepare_hollow() {
    /usr/lib/rkt/rkt-prepare "${hollow_rkt[@]:1}" --quiet --unit=rkt-hollow.service example.com/busybox \
        --exec=/bin/true >"$state/disk/hollow"
    sync "$state/disk/hollow"
}

storm() {
    local what
    fetch_images busybox probe
    mkdir -p "$state"
    rkt prepare --quiet example.com/busybox --exec=/bin/true >"$state/kept"
    rkt image list --no-legend --full --fields=id,name | awk '/busybox/ { print $1 }' >"$state/busybox"
    pod_file web <<'END'
[Pod]
Network=none
[App:web]
Image=example.com/busybox
Exec=/bin/sleep 100000
END
    sync
    start web
    make_hollow_disk
    for what in fetching preparing running collecting; do forever "$what" & done
    prepare_hollow
    echo ready
    sleep 100000
}

# ----- In the machine, after that -----

blobs_are_whole() {
    local key
    rkt image list --no-legend --full --fields=id | while read -r key; do
        [[ $key == "sha512-$(sha512sum "/var/lib/rkt/cas/blob/sha512/${key:7:2}/$key" | cut -c1-64)" ]] || return 1
    done
}

trees_are_whole() {
    local tree key
    for tree in /var/lib/rkt/cas/tree/deps-*; do
        key=$(<"$tree/image")
        [[ -e $tree/rendered ]] || return 1
        # An image that was removed leaves its tree to gc.
        [[ ! -e /var/lib/rkt/cas/imageInfo/$key ]] ||
            tar -C "$tree" -df "/var/lib/rkt/cas/blob/sha512/${key:7:2}/$key" rootfs || return 1
    done
}

left_over() {
    find /var/lib/rkt/pods -mindepth 2 -maxdepth 2
    find /var/lib/rkt/cas/tmp -mindepth 1
    find /var/lib/rkt/cas/tree -mindepth 1 -maxdepth 1 -not -name 'deps-*'
    find /var/lib/rkt -name '.#*'
}

check() {
    local list kept
    kept=$(<"$state/kept")
    list=$(rkt list --no-legend --full) || not_ok "list right after a power cut" "exit status $?"
    printf '%s\n' "$list"
    matches "a pod that rkt prepare promised is prepared" "$(grep "^$kept" <<<"$list")" prepared
    lacks "no pod is said to run" "$list" $'\t'running
    succeeds "every image in the list is whole" blobs_are_whole
    succeeds "so is every tree" trees_are_whole
    matches "an image that was there is there" "$(rkt image list --no-legend --full)" "$(<"$state/busybox")"
    succeeds "the prepared pod runs" rkt run-prepared --net=none "$kept"
    succeeds "a unit whose pod ran starts again" systemctl start rkt-web
    succeeds "and stops" systemctl stop rkt-web
    succeeds "gc" collect_garbage
    succeeds "image gc" rkt image gc
    equals "leave nothing half-made" "$(left_over)" ""
    check_hollow
    succeeds "fetching" rkt --insecure-options=image fetch "$images/probe.aci"
    succeeds "and running" rkt run --net=none example.com/probe --exec=/bin/true
    collect_garbage
}

check_hollow() {
    local uuid pod
    mount -o loop "$state/hollow.img" "$state/disk"
    succeeds "a pod that ended before is exported" "${hollow_rkt[@]}" export "$(<"$state/ended")" "$state/ended.aci"
    equals "with what its app wrote" "$(tar -xzOf "$state/ended.aci" rootfs/by-the-app)" written
    uuid=$(<"$state/disk/hollow")
    pod=$state/disk/rkt/pods/prepared/$uuid
    if [[ -s $pod/plan && -s $pod/appsinfo/busybox/plan ]]; then
        skip "a pod that lost its bytes" "the file system kept them this time"
        return
    fi
    matches "a pod that lost its bytes is in the list" "$("${hollow_rkt[@]}" list --full)" "$uuid"
    fails "does not run" 254 "$uuid|plan|stage1" "${hollow_rkt[@]}" run-prepared --net=none "$uuid"
    succeeds "gc at any time" "${hollow_rkt[@]}" gc --grace-period=0s
    equals "takes it" "$("${hollow_rkt[@]}" list --no-legend)" ""
    succeeds "and another is prepared" "${hollow_rkt[@]}" prepare --quiet example.com/busybox --exec=/bin/true
}

# ----- On the host -----

disk_in_use() {
    grep -aqsF "file=$disk," /proc/[0-9]*/cmdline
}

# The runner's end is the machine's, without a word to its kernel.
cut_power() {
    local machine i
    # Nothing of these is kept of the machine but its disk.
    "${vm[@]}" bash "$in_machine" storm >"$scratch/storm.log" 2>&1 &
    machine=$!
    for ((i = 0; i < 3000; i++)); do
        grep -q '^ready' "$scratch/storm.log" && break
        kill -0 "$machine" 2>/dev/null || break
        sleep 0.1
    done
    sleep "$((RANDOM % 5)).$((RANDOM % 10))"
    kill -KILL "$machine" 2>/dev/null || :
    wait "$machine" 2>/dev/null || :
    grep -q '^ready' "$scratch/storm.log" || { cat "$scratch/storm.log" && return 1; }
    for ((i = 0; i < 300; i++)); do
        disk_in_use || return 0
        sleep 0.1
    done
    return 1
}

on_host() {
    local here i
    if [[ "$*" != *"--suite bookworm"* && ! ${RKT_TEST_ROUNDS-} ]]; then
        echo "skip a power cut - takes a minute and depends on no systemd: RKT_TEST_ROUNDS=1 tries it here, too"
        return
    fi
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    scratch=$1
    disk=$scratch/disk.qcow2
    in_machine=/usr/share/rkt-tests/integration/powercut.sh
    vm=("$here/../machine/vm" --disk "$disk" --env RKT_TEST_SLOWNESS=8 "${@:2}" --)
    RANDOM=${RKT_TEST_SEED:=$RANDOM}
    echo "RKT_TEST_SEED=$RKT_TEST_SEED"
    for ((i = 0; i < ${RKT_TEST_ROUNDS:-1}; i++)); do
        rm -f "$disk"
        cut_power || { echo "not ok the power is cut - the machine did not get so far, or does not end" && return; }
        "${vm[@]}" bash "$in_machine" check
    done
}

case ${1-} in
storm | check)
    # shellcheck source-path=SCRIPTDIR source=lib.sh
    . "${0%/*}/lib.sh"
    "$1"
    ;;
*) on_host "$@" ;;
esac
