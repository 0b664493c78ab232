#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# An image cannot grant itself rights beyond the default: users must grant them.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
fetch_images busybox

# asking NAME ISOLATOR...: fetches example.com/NAME, busybox whose manifest asks for that.
asking() {
    local dir=$work/$1 IFS=,
    mkdir "$dir"
    tar -xzf "$images/busybox.aci" -C "$dir"
    sed -i -e "s|example.com/busybox|example.com/$1|" -e "s|\"app\": {|& \"isolators\": [ ${*:2} ],|" "$dir/manifest"
    tar -czf "$work/$1.aci" -C "$dir" manifest rootfs
    rkt --insecure-options=image fetch "$work/$1.aci" >/dev/null || give_up "fetches $1" "exit status $?"
}

# isolator NAME VALUE
isolator() {
    printf '{ "name": "os/linux/%s", "value": %s }' "$1" "$2"
}

asking greedy "$(isolator capabilities-retain-set '{ "set": [ "CAP_KILL", "CAP_SYS_ADMIN", "CAP_SYS_MODULE" ] }')" \
    "$(isolator seccomp-retain-set '{ "set": [ "@appc.io/all" ] }')" "$(isolator oom-score-adj -900)"
calls='system calls that the default filter refuses'
fails "refused with what it asks for, and the way out" 254 \
    "default: CAP_SYS_MODULE CAP_SYS_ADMIN; $calls; an OOM score of -900\\. .* --image-rights=all" \
    rkt prepare example.com/greedy
fails "also where only one of them is answered" 254 "default: $calls; an OOM score of -900\\. " \
    rkt prepare example.com/greedy --caps-retain=CAP_KILL
equals "no pod is left" "$(rkt list --no-legend | wc -l)" 0
succeeds "not where the command line says what its app gets" rkt prepare example.com/greedy --caps-retain=CAP_KILL \
    --seccomp=mode=remove,@appc.io/empty --oom-score-adj=0
succeeds "nor where it is granted" rkt prepare example.com/greedy --image-rights=all
succeeds "to all images" rkt prepare --image-rights=all example.com/greedy
fails "but for one that is named" 254 'more rights than apps get' \
    rkt prepare --image-rights=all example.com/greedy --image-rights=default
succeeds "nor where nothing is confined" rkt --insecure-options=all-run prepare example.com/greedy --oom-score-adj=0
fails "--image-rights knows two words" 254 'must be default.all' rkt prepare --image-rights=some example.com/greedy
fails "each of them once" 254 'was given twice' \
    rkt prepare example.com/greedy --image-rights=all --image-rights=all

# ----- What is granted is had, what is not is not -----

status_of() {
    rkt run --net=none --uuid-file-save="$work/uuid" "$@" --exec=/bin/grep -- -E 'CapBnd|Seccomp:' /proc/self/status </dev/null 2>&1 |
        grep -oE '(CapBnd|Seccomp):.*' | tr -s '\t\n' ' '
}
matches "with --image-rights=all the app has its image's rights" "$(status_of --image-rights=all example.com/greedy --oom-score-adj=0)" \
    'CapBnd: 00000000002[01]0020 Seccomp: 0'
matches "with the defaults of another image it has not" "$(status_of example.com/busybox)" 'CapBnd: 00000000a80425fb Seccomp: 2'

# ----- In a pod file -----

# The OOM score is said here: not every machine of the tests may lower one.
# pod NAME [LINE]: starts it; the line is one of [App].
pod() {
    pod_file "$1" <<END
[Pod]
Network=none
${3-}
[App:a]
Image=example.com/greedy
Exec=/bin/true
OOMScoreAdjust=0
${2-}
END
    systemctl daemon-reload
    systemctl start "rkt-$1"
}
fails "a pod file without the word does not start" 1 '' pod plain
matches "and its unit says why" "$(systemctl status --no-pager -n 20 rkt-plain 2>&1)" 'ImageRights=all in a pod file'
succeeds "with ImageRights=all in [App] it does" pod granted ImageRights=all
succeeds "and in [Pod]" pod granted2 '' ImageRights=all

# ----- In a pod manifest: its word is the user's, what it leaves to its images is theirs -----

# manifest_of IMAGE [APP]
manifest_of() {
    printf '{ "acVersion": "0.8.11", "acKind": "PodManifest", "apps": [ { "name": "a", "image": { "name": "%s", "id": "%s" }%s } ] }' \
        "$1" "$(rkt image list --no-legend --full --fields=id,name | awk -v n="$1:" 'index($2, n) == 1 { print $1 }')" "${2-}"
}
manifest_of example.com/greedy >"$work/left.json"
fails "rights that a pod manifest leaves to its image" 254 'more rights than apps get' \
    rkt prepare --pod-manifest="$work/left.json"
succeeds "are granted there, too" rkt prepare --image-rights=all --pod-manifest="$work/left.json"
manifest_of example.com/greedy ", \"app\": { \"exec\": [ \"/bin/true\" ], \"user\": \"0\", \"group\": \"0\", \"isolators\": [
    $(isolator capabilities-retain-set '{ "set": [ "CAP_SYS_ADMIN" ] }') ] }" >"$work/said.json"
succeeds "what it says itself is granted" rkt prepare --pod-manifest="$work/said.json"

# ----- Each way to more, and to less -----

n=0
# verdict NAME refused|taken ISOLATOR...
verdict() {
    local name=$1 expected=$2
    shift 2
    asking "image$((++n))" "$@"
    if [[ $expected == taken ]]; then
        succeeds "$name" rkt prepare "example.com/image$n"
    else
        fails "$name" 254 'asks for more rights than apps get by default' rkt prepare "example.com/image$n"
    fi
}
retain() {
    isolator seccomp-retain-set "{ \"set\": [ $1 ]${2+, \"errno\": \"$2\"} }"
}
verdict "one capability more" refused "$(isolator capabilities-retain-set '{ "set": [ "CAP_SYS_PTRACE" ] }')"
verdict "fewer capabilities" taken "$(isolator capabilities-retain-set '{ "set": [ "CAP_KILL" ] }')"
verdict "some taken away" taken "$(isolator capabilities-remove-set '{ "set": [ "CAP_KILL" ] }')"
verdict "the default filter, and mount" refused "$(retain '"@docker/default-whitelist", "mount"')"
verdict "a call that is younger than the filter" refused "$(retain '"clone3", "read"')"
verdict "with an errno for all others" refused "$(retain '"ptrace"' EPERM)"
verdict "a set of systemd's" refused "$(retain '"@systemd/mount"')"
verdict "a filter that only forbids" refused "$(isolator seccomp-remove-set '{ "set": [ "mount" ] }')"
verdict "the default by name" taken "$(retain '"@rkt/default-whitelist"')"
verdict "calls that the default allows under a test" taken "$(retain '"@rkt/default-whitelist", "clone", "socket", "ioctl"')"
matches "they stay under it" "$(rkt run --net=none "example.com/image$n" --exec=/bin/sh -- -c 'unshare -m true || echo refused' \
    </dev/null 2>&1)" refused
verdict "an OOM score below 0" refused "$(isolator oom-score-adj -1)"
verdict "and above" taken "$(isolator oom-score-adj 500)"
verdict "memory and processors" taken '{ "name": "resource/memory", "value": { "limit": "64M" } }' "$(isolator cpu-shares 512)"
