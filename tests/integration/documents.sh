#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox nginx redis
# layers: documents.layers
# takes: 30
# Runs every command that the documents show, as a reader would, and uses every file. tests/document_blocks.py says
# how a document marks commands that cannot be run here, and which names it assumes.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

documents=/usr/share/rkt-tests/documents
work=$(mktemp -d)
cd "$work"
run=0 excused=0
grep -qw memory /sys/fs/cgroup/cgroup.controllers ||
    skip "the examples' limits of memory" "this host has no memory controller: the rest of each example is run"

# ----- What the documents speak of -----

# Images of programs that do nothing.
images_that_do_nothing() {
    local name
    mkdir image
    tar -C image -xf "$images/busybox.aci"
    for name; do
        tar -C image -xf "$images/busybox.aci" manifest
        sed -i -e "s,example.com/busybox,example.com/$name," -e 's,"/bin/sh" ],"/bin/true" ],' image/manifest
        tar -C image -cf "$name.aci" manifest rootfs
        rkt --insecure-options=image fetch "./$name.aci" >/dev/null
    done
}

# declared NAME IMAGE...: a pod that runs.
declared() {
    local name=$1 image
    shift
    {
        printf '[Pod]\nNetwork=host\n'
        for image; do printf '[App:%s]\nImage=example.com/%s\n' "$image" "$image"; done
        if [[ $image == busybox ]]; then printf 'Exec=/bin/sleep 1000\n'; fi
    } | pod_file "$name"
    start "$name"
}

# Each document begins with images, and nothing else.
begin() {
    local name
    systemctl stop 'rkt-*.service' 'rkt-*.socket'
    rm -rf /etc/rkt/*.d/* "${work:?}"/*
    systemctl daemon-reload
    systemctl reset-failed
    cp "$images"/{busybox,nginx,redis}.aci .
    for name in busybox nginx redis; do
        grep -q "/$name:" <<<"$(rkt image list --no-legend --fields=name)" || fetch_images "$name"
    done
}

# Where there is no controller, nobody can have its limits.
without_limits() {
    if grep -qw memory /sys/fs/cgroup/cgroup.controllers; then cat; else sed -E '/^Memory=/d; s/ --memory=[^ ]+//'; fi
}

# ----- Running them -----

# A word like 6f2c1ab0 that names a file stands for its content: what a reader would put there.
in_place_of_examples() {
    local command=$1 word
    for word in $(grep -oE '(sha512-)?\b[0-9a-f]{8}\b' <<<"$command" || :); do
        if [[ -f $word ]]; then command=${command//"$word"/"$(<"$word")"}; fi
    done
    printf '%s\n' "$command"
}

attempt() {
    local line
    status=0
    output=$(timeout -k 5 "$hung" bash -o pipefail -c "$1" </dev/null 2>&1) || status=$?
    while read -r line; do
        grep -qE -e "$line" <<<"$output" || { status="0, but no line matches /$line/" && return 1; }
    done <"$2"
    # What is shown with an error fails.
    if grep -q 'error:' "$2"; then ((status)); else ((status == 0)); fi
}

# A server runs until it is stopped, if need be before it has learned how to.
runs_until_stopped() {
    local pid
    bash -c "exec $1" </dev/null >"$work/output" 2>&1 &
    pid=$!
    eventually 20 output_matches . rkt list --running --no-legend || :
    kill "$pid"
    await_end "$pid"
    output=$(<"$work/output")
    ((status == 0 || status == 143))
}

run_command() {
    local where=$1 file=$2 command how=attempt
    command=$(in_place_of_examples "$(without_limits <"$file")")
    if [[ $command =~ ^rkt\ run\ .*example\.com/(nginx|redis) ]]; then
        how=runs_until_stopped
    elif [[ $command =~ ^(journalctl|machinectl)\  ]]; then
        how="eventually 20 attempt" # what they show may come later
    fi
    run=$((run + 1))
    if $how "$command" "${file%.command}.shown"; then
        ok "$where: $command"
    else
        not_ok "$where: $command" "exit status $status: ${output##*$'\n'}"
        printf '%s\n' "$output"
    fi
}

place_file() {
    local where=$1 block=$2 path
    path=$(<"$block/file")
    mkdir -p "${path%/*}"
    without_limits <"$block/text" >"$path"
    if [[ $path == *.pod* ]]; then
        succeeds "$where: $path" rkt pod check
    else
        succeeds "$where: $path" systemctl daemon-reload
    fi
}

block() {
    local block=$1 where command
    where=$(<"$block/where")
    if [[ -e $block/not-run ]]; then
        printf '%s: not run: %s\n' "$where" "$(<"$block/not-run")"
        excused=$((excused + 1))
        return
    fi
    while read -r command; do
        eval "$command" </dev/null >/dev/null || not_ok "$where: before: $command" "exit status $?"
    done <"$block/before"
    if [[ -e $block/file ]]; then place_file "$where" "$block"; fi
    for command in "$block"/*.command; do
        [[ ! -e $command ]] || run_command "$where" "$command"
    done
}

images_that_do_nothing agent syncer worker
mkdir -p /srv/web
for document in "$documents"/*; do
    begin
    for block in "$document"/*; do block "$block"; done
done
begin
at_most "most commands of the documents are run: of $((run + excused)) commands and excused blocks, excused" "$excused" $((run / 2))
cd /
rm -rf "$work"
