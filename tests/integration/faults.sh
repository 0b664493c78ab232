#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox true
# timeout: 3600
# takes: 60
# suites: one
# Kills every command that changes something, or makes one of its calls fail, at each system call that changes
# something (tests/faults/inject). Afterwards rkt list is correct, gc cleans up, no image and no other pod is harmed,
# and the same command succeeds. Without systemd, so that a round takes milliseconds. RKT_TEST_FAULTS=all takes all
# calls, `kinds` one of each name and program (half of them failing, too) and a sample of the others, `sample` only
# the sample; RKT_TEST_SEED chooses it.

# Nothing of this is to be seen outside, and no systemd within.
if [[ ! ${FAULTS_INSIDE-} ]]; then
    export FAULTS_INSIDE=1
    exec unshare --mount --propagation private bash "$0"
fi
mount -t tmpfs -o mode=755 none /run/systemd

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

inject=$RKT_TEST_BUILD/tests/faults/inject
[[ -x $inject ]] || { skip "faults" "the tracer is not built for this processor" && trap - EXIT && exit 0; }
dir=/var/lib/rkt
pods=$dir/pods
work=$(mktemp -d)
RANDOM=${RKT_TEST_SEED:=$((RANDOM * RANDOM % 100000))}
# Nothing here depends on which systemd there is.
if [[ ! ${RKT_TEST_FAULTS-} ]]; then
    RKT_TEST_FAULTS=sample
    if grep -q '^VERSION_ID="12"' /etc/os-release; then RKT_TEST_FAULTS=kinds; fi
fi
echo "RKT_TEST_SEED=$RKT_TEST_SEED RKT_TEST_FAULTS=$RKT_TEST_FAULTS"
samples=3

rkt=/usr/bin/rkt
exports=$work/exports
cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)

# ----- The bystanders -----

make_bystanders() {
    rkt run --net=none --uuid-file-save="$work/exited" example.com/busybox --exec=/bin/true 2>"$work/err"
    rkt prepare --quiet example.com/busybox --exec=/bin/true >"$work/prepared" 2>"$work/err"
    rkt run --net=none --uuid-file-save="$work/running" example.com/busybox --exec=/bin/sleep -- 100000 \
        >"$work/running-log" 2>&1 &
    eventually 10 running || give_up "a pod runs" "$(<"$work/running-log")"
    exited=$(<"$work/exited") prepared=$(<"$work/prepared") running=$(<"$work/running")
    running_init=$(<"$pods/run/$running/pid")
    mkdir "$dir/aside" "$exports"
    bystanders=$(describe_bystanders)
    mounts=$(</proc/self/mountinfo)
    cgroups=$(list_cgroups)
}

running() {
    [[ -s $work/running && -L $pods/run/$(<"$work/running")/stage1/rootfs/rkt/supervisor-status ]]
}

describe_bystanders() {
    find "$pods/run/$exited" "$pods/prepared/$prepared" "$pods/run/$running" -printf '%p %y %s %m %U %G %l\n' | sort
}

list_cgroups() {
    echo "$cgroup"/*rkt*
}

# ----- What must hold after a fault -----

problem() {
    problems+=("${1:0:300}")
}

# None of another pod's processes lives, so none may be said to be running, preparing, or being deleted.
check_list() {
    local uuid rest list
    list=$($rkt list --full --no-legend 2>"$work/err") || problem "rkt list: $(<"$work/err")"
    [[ ! -s $work/err ]] || problem "rkt list says $(<"$work/err")"
    while read -r uuid rest; do
        [[ $uuid ]] || continue
        case $uuid in
        "$exited") [[ $rest =~ exited ]] || problem "the exited pod is '$rest'" ;;
        "$prepared") [[ $rest =~ prepared ]] || problem "the prepared pod is '$rest'" ;;
        "$running") [[ $rest =~ running ]] || problem "the running pod is '$rest'" ;;
        *) [[ ! $rest =~ (running|preparing|deleting) ]] || problem "a dead pod is said to be '$rest'" ;;
        esac
    done <<<"$list"
    for uuid in "$exited" "$prepared" "$running"; do
        [[ $list == *"$uuid"* ]] || problem "rkt list does not know $uuid"
    done
}

# Two of the bystanders would be collected like the others.
stand_aside() {
    mv "$pods/run/$exited" "$pods/prepared/$prepared" "$dir/aside/"
}

come_back() {
    mv "$dir/aside/$exited" "$pods/run/"
    mv "$dir/aside/$prepared" "$pods/prepared/"
}

check_gc() {
    local left
    stand_aside
    $rkt gc --grace-period=0s --expire-prepared=0s >"$work/gc" 2>&1 || problem "rkt gc: $(<"$work/gc")"
    left=$(find "$pods" -mindepth 2 -maxdepth 2 -not -name "$running" -printf '%P ')
    [[ ! $left ]] || problem "gc leaves $left"
    come_back
}

check_store() {
    local left list
    $rkt image gc >"$work/image-gc" 2>&1 || problem "rkt image gc: $(<"$work/image-gc")"
    left=$(find "$dir" -name '.#*' -printf '%P ' ; find "$dir/cas/tmp" -mindepth 1 -printf '%P '; \
        find "$dir/cas/tree" -mindepth 1 -maxdepth 1 -not -name 'deps-*' -printf '%P ')
    [[ ! $left ]] || problem "there is still $left"
    list=$($rkt image list --no-legend --fields=name 2>&1) || problem "rkt image list: $list"
    [[ $list == *example.com/busybox* ]] || problem "an image is gone: $list"
}

check_surroundings() {
    [[ $(</proc/self/mountinfo) == "$mounts" ]] || problem "mounts: $(diff <(echo "$mounts") /proc/self/mountinfo)"
    [[ $(list_cgroups) == "$cgroups" ]] || problem "cgroups: $(diff <(echo "$cgroups") <(list_cgroups))"
    [[ $(describe_bystanders) == "$bystanders" ]] ||
        problem "another pod changed: $(diff <(echo "$bystanders") <(describe_bystanders) | head -n 3)"
    [[ -d /proc/$running_init ]] || give_up "the running pod runs on" "its init is gone after $fault"
}

# ----- Commands: before_NAME makes what it works on and sets command -----

before_fetch() {
    $rkt image rm example.com/true >/dev/null 2>&1 || :
    $rkt image gc --grace-period=0s >/dev/null 2>&1
    command=("$rkt" --insecure-options=image fetch "$images/true.aci")
}

before_prepare() {
    command=("$rkt" prepare --quiet example.com/true)
}

before_copy() {
    command=("$rkt" prepare --quiet --no-overlay example.com/true)
}

before_render() {
    rm -rf "$dir"/cas/tree/"$true_tree"
    command=("$rkt" prepare --quiet example.com/true)
}

before_run-copy() {
    command=("$rkt" run --net=none --no-overlay example.com/true)
}

before_run() {
    command=("$rkt" run --net=none example.com/true)
}

before_fly() {
    command=("$rkt" run --net=host --stage1-name=coreos.com/rkt/stage1-fly example.com/true)
}

before_run-prepared() {
    command=("$rkt" run-prepared --net=none "$($rkt prepare --quiet example.com/true)")
}

again_run-prepared() {
    before_run-prepared
}

make_exited() {
    local uuid
    uuid=$($rkt prepare --quiet example.com/true)
    $rkt run-prepared --net=none "$uuid" >/dev/null 2>&1
    echo "$uuid"
}

before_rm() {
    command=("$rkt" rm "$(make_exited)")
}

again_rm() {
    before_rm
}

before_export() {
    command=("$rkt" export "$(make_exited)" "$exports/true.aci")
    rm -f "$exports"/*
}

# No image, or a whole one, whoever looks.
after_export() {
    local file
    for file in "$exports"/* "$exports"/.[!.]*; do
        [[ ! -e $file ]] || [[ $file == */true.aci && $(tar -tf "$file" 2>&1) == *rootfs/bin/true* ]] ||
            problem "it leaves $file"
    done
}

again_export() {
    before_export
}

before_stop() {
    local uuid
    uuid=$($rkt prepare --quiet example.com/true --exec=/bin/true -- stay)
    $rkt run-prepared --net=none "$uuid" >/dev/null 2>&1 &
    eventually 5 test -e "$pods/run/$uuid/stage1/rootfs/rkt/status/true.started" || :
    command=("$rkt" stop --force "$uuid")
}

again_stop() {
    before_stop
}

after_stop() {
    local words
    words=$($rkt stop --force "${command[3]}" 2>&1) || problem "it can't be stopped any more: $words"
    eventually 5 flock --nonblock "$pods/run/${command[3]}" true || problem "it runs on"
}

before_gc() {
    make_exited >/dev/null
    $rkt prepare --quiet example.com/true >/dev/null
    stand_aside
    command=("$rkt" gc --grace-period=0s --expire-prepared=0s)
}

after_gc() {
    come_back
}

again_gc() {
    before_gc
}

before_image-rm() {
    $rkt --insecure-options=image fetch "$images/true.aci" >/dev/null
    command=("$rkt" image rm example.com/true)
}

before_image-gc() {
    $rkt --insecure-options=image fetch "$images/true.aci" >/dev/null
    command=("$rkt" image gc --grace-period=0s)
}

# ----- Rounds -----

call() {
    if declare -F "$1" >/dev/null; then "$1"; fi
}

# play COMMAND N OPTION...: one round; problems are noted.
play() {
    local name=$1 at=$2 status=0 output calls
    shift 2
    fault="$name --at=$at $*"
    problems=()
    "before_$name"
    "$inject" --list="$work/list" --at="$at" "$@" -- "${command[@]}" >"$work/out" 2>"$work/words" || status=$?
    ((status != 124)) || problem "it hangs"
    mapfile -t calls <"$work/list"
    ((${#calls[@]} >= at)) || missed=$((missed + 1))
    if [[ $* == *--error* ]]; then check_words "$status"; fi
    call "after_$name"
    check_list
    check_gc
    check_surroundings
    if [[ $name =~ fetch|render|image ]]; then check_store; fi
    call "again_$name"
    output=$("${command[@]}" 2>&1) || problem "it does not succeed again: $output"
    call "after_$name"
    rounds=$((rounds + 1))
    tell_problems
}

tell_problems() {
    local p
    ((${#problems[@]})) || return 0
    failed=$((failed + 1))
    for p in "${problems[@]}"; do
        printf 'PROBLEM %s [%s]: %s\n' "$fault" "${calls[at - 1]-}" "$p"
    done
    [[ $first ]] || first="$fault: ${problems[0]}"
}

# An error in words, or none where nothing depends on the call.
check_words() {
    case $1 in
    0) ;;
    254) [[ -s $work/words ]] || problem "it fails without a word" ;;
    # An app that could not be started.
    203) grep -q 'Error: ' "$work/words" "$work/out" || problem "an app fails without a word" ;;
    *) problem "exit status $1: $(tail -n 1 "$work/words")" ;;
    esac
}

errors=(ENOSPC EROFS EIO)

# choose_faults COMMAND: lines of a call's number and the options of inject. What run-prepared calls, run does
# too; and so is it with rendering and fetching, and mostly with copying.
choose_faults() {
    local n calls i
    calls=$(wc -l <"$work/calls")
    if [[ $RKT_TEST_FAULTS == all ]]; then
        for n in --kill=process --kill=tree "${errors[@]/#/--error=}"; do
            seq -f "%.0f $n" "$calls"
        done
        samples=$calls
    elif [[ $RKT_TEST_FAULTS == kinds && ! $1 =~ ^(render|copy|run-copy|run-prepared|fly)$ ]]; then
        awk '!seen[$2 " " $5]++ { print $1 }' "$work/calls" | while read -r n; do
            echo "$n --kill=process"
            ((RANDOM % 2)) || echo "$n --error=${errors[RANDOM % 3]}"
        done
    fi
    for ((i = 0; i < samples; i++)); do
        echo "$((RANDOM % calls + 1)) --kill=tree"
        echo "$((RANDOM % calls + 1)) --error=${errors[RANDOM % 3]}"
        echo "$((RANDOM % any_calls + 1)) --any --kill=process"
    done
}

# try COMMAND: all of its faults.
try() {
    local name=$1 n options rounds=0 failed=0 missed=0 first='' start=${EPOCHREALTIME/./} any_calls
    problems=()
    for options in --any ''; do
        "before_$name"
        # shellcheck disable=SC2086
        "$inject" $options --list="$work/calls" -- "${command[@]}" >"$work/out" 2>&1 || give_up "$name" "$(<"$work/out")"
        call "after_$name"
        check_gc
        [[ ! $options ]] || any_calls=$(wc -l <"$work/calls")
    done
    check_store
    while read -r n options; do
        # shellcheck disable=SC2086
        play "$name" "$n" $options
    done < <(choose_faults "$name")
    echo "$name: $rounds faults, of which $missed did not happen, in $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
    if ((failed)); then
        not_ok "$name" "$failed of $rounds: $first"
    else
        ok "$name ($rounds faults at $(wc -l <"$work/calls") calls)"
    fi
}

# ----- Real ones: a full disk, a read-only one -----

full=/run/full
full_rkt=(rkt "--dir=$full/rkt")

full_is_clean() {
    find "$full/rkt/pods" -mindepth 2
    find "$full/rkt/cas/tmp" -mindepth 1
    find "$full/rkt/cas/tree" -mindepth 1 -maxdepth 1 -not -name 'deps-*'
    find "$full/rkt" -name '.#*'
}

# Leaves so many pages.
fill_disk() {
    rm -f "$full/ballast"
    dd if=/dev/zero of="$full/ballast" bs=64K status=none 2>/dev/null || :
    truncate -s "-$(($1 * 4096))" "$full/ballast"
}

try_full_disk() {
    local pages status said=0 silent=0 left=''
    mkdir -p "$full"
    mount -t tmpfs -o size=64m rkt "$full"
    fill_disk 8
    fails "fetching onto a full disk" 254 'No space left|not enough space' \
        "${full_rkt[@]}" --insecure-options=image fetch "$images/busybox.aci"
    rm "$full/ballast"
    mount -o remount,size=256m "$full"
    "${full_rkt[@]}" --insecure-options=image fetch "$images/busybox.aci" >/dev/null
    "${full_rkt[@]}" prepare --quiet example.com/busybox --exec=/bin/true >"$work/kept"
    "${full_rkt[@]}" rm "$("${full_rkt[@]}" prepare --quiet example.com/busybox --exec=/bin/true)" >/dev/null
    mv "$full/rkt/pods/prepared/$(<"$work/kept")" "$full/kept"
    for pages in 0 1 2 3 5 8 13 21 34; do
        fill_disk "$pages"
        status=0
        "${full_rkt[@]}" prepare --quiet example.com/busybox --exec=/bin/true >"$work/out" 2>"$work/words" || status=$?
        if ((status == 0)); then
            "${full_rkt[@]}" rm "$(<"$work/out")" >/dev/null
        elif ((status == 254)) && [[ $(<"$work/words") =~ ^prepare:\ .*No\ space\ left ]]; then
            said=$((said + 1))
        else
            silent=$((silent + 1))
            cat "$work/words"
        fi
        left+=$(full_is_clean)
    done
    equals "a disk too full says so" "$((said > 1)) $silent" "1 0"
    equals "and nothing is left half-made" "$left" ""
    mv "$full/kept" "$full/rkt/pods/prepared/$(<"$work/kept")"
    fill_disk 0
    succeeds "list on a full disk" "${full_rkt[@]}" list
    "${full_rkt[@]}" run-prepared --net=none "$(<"$work/kept")" >"$work/out" 2>&1 || :
    succeeds "gc on a full disk" "${full_rkt[@]}" gc --grace-period=0s --expire-prepared=0s
    equals "leaves nothing" "$(full_is_clean)" ""
}

try_read_only_disk() {
    local verb pod
    rm "$full/ballast"
    pod=$("${full_rkt[@]}" prepare --quiet example.com/busybox --exec=/bin/true)
    mount -o remount,ro "$full"
    succeeds "list on a read-only disk" "${full_rkt[@]}" list
    succeeds "status on a read-only disk" "${full_rkt[@]}" status "$pod"
    succeeds "image list on a read-only disk" "${full_rkt[@]}" image list
    for verb in "gc --expire-prepared=0s" "rm $pod" "run-prepared --net=none $pod" "prepare example.com/busybox" \
        "run --net=none example.com/busybox" "image rm example.com/busybox" "image gc" \
        "--insecure-options=image fetch $images/true.aci"; do
        # shellcheck disable=SC2086
        fails "${verb%% "$pod"} on a read-only disk" 254 'Read-only file system' "${full_rkt[@]}" $verb
    done
    mount -o remount,rw "$full"
    succeeds "all is well afterwards" "${full_rkt[@]}" run-prepared --net=none "$pod"
    umount "$full"
}

fetch_images busybox true
true_key=$(rkt image list --no-legend --full --fields=id,name | awk '/example.com\/true/ { print $1 }')
true_tree=$(basename "$(dirname "$(grep -l "$true_key" "$dir"/cas/tree/*/image)")")
make_bystanders
for name in ${RKT_TEST_COMMANDS:-fetch render prepare copy run run-copy run-prepared fly stop export rm gc image-rm \
    image-gc}; do
    try "$name"
done
succeeds "the prepared pod still runs" rkt run-prepared --net=none "$prepared"
succeeds "the running one stops" rkt stop --force "$running"
try_full_disk
try_read_only_disk
