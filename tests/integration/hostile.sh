#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# timeout: 600
# An app that wants out, as root with the rights that every app has, and again with more of them: nothing of the host
# may be within reach, and no pod may refuse to stop. tests/images/hostile has the attacks.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
before=$(snapshot)
fetch_images hostile
touch /host-marker /run/host-marker /var/lib/host-marker /var/lib/rkt/host-marker /var/lib/rkt/pods/run/host-marker \
    /var/log/journal/host-marker /run/systemd/host-marker

# ----- Images -----

# variant NAME APP-FIELDS [COMMAND]: fetches example.com/NAME, the hostile image with more in its manifest's app and what
# COMMAND does in its root.
variant() {
    local name=$1 fields=$2 dir=$work/$1 manifest
    shift 2
    mkdir "$dir"
    tar -xzf "$images/hostile.aci" -C "$dir"
    manifest=$(sed "s,example.com/hostile,example.com/$name," "$dir/manifest")
    printf '%s\n' "${manifest/'"user": "0"'/"$fields"}" >"$dir/manifest"
    (cd "$dir/rootfs" && "${@:-true}")
    tar -czf "$work/$name.aci" -C "$dir" manifest rootfs
    rkt --insecure-options=image fetch "$work/$name.aci" >/dev/null || give_up "fetches $name" "exit status $?"
}

# ----- Attacks -----

# run IMAGE OPTION... -- ATTACK...: a pod of one app, in front of us.
run() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    timeout 60 rkt run --net=none --set-env=OWN_NETWORK=yes "${options[@]}" -- "$@" --- 2>&1 </dev/null
}

# held NAME OUTPUT ATTACK...: each is a fact.
held() {
    local name=$1 output=$2 attack line
    shift 2
    for attack; do
        line=$(grep -a -m 1 -o "$attack=.*" <<<"$output") || :
        equals "$name: $attack" "${line:-$attack: no word of it: $(tail -n 1 <<<"$output")}" "$attack=held"
    done
}

one_shot=(kernel-files init-proc standard-input cgroup-files directories runtime memory-of-init rights-of-init devices
    calls namespaces other-doors terminal)
output=$(run example.com/hostile -- "${one_shot[@]}") || :
held "root" "$output" "${one_shot[@]}"

# With these a process may look into the pod's init and write its memory: that must be of no use.
sure=(kernel-files init-proc cgroup-files directories runtime rights-of-init devices calls namespaces other-doors terminal)
output=$(run example.com/hostile --caps-retain=CAP_SYS_PTRACE,CAP_SYS_ADMIN,CAP_MKNOD,CAP_DAC_OVERRIDE,CAP_DAC_READ_SEARCH \
    -- "${sure[@]}") || :
held "SYS_PTRACE and SYS_ADMIN" "$output" "${sure[@]}"
output=$(run example.com/hostile --user=33 --group=33 -- "${one_shot[@]}") || :
held "another user" "$output" "${one_shot[@]}"

# The handlers before and after an app are root, and the app's /dev is writable to root.
variant planter '"user": "0", "eventHandlers": [
    { "name": "pre-start", "exec": [ "/bin/hostile", "plant-null" ] },
    { "name": "post-stop", "exec": [ "/bin/hostile", "standard-input" ] } ]'
output=$(run example.com/planter -- standard-input) || :
held "a pre-start that planted it" "$output" plant-null
equals "a planted /dev/null: the app and its post-stop have the true one" \
    "$(grep -ao 'standard-input=.*' <<<"$output")" $'standard-input=held\nstandard-input=held'

rm -f /var/lib/rkt/pods/run/host-marker
collect_garbage >/dev/null
nothing_left "nothing is left" "$before"
