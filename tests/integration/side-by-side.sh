#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox probe true
# Several images are fetched at the same time: their IDs are printed in the order in which they were named, a broken
# image does not affect the others, and a killed fetch leaves nothing incomplete. One program fetches all images that
# a pod lacks.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
chmod 755 "$work"
cas=/var/lib/rkt/cas
before=$(snapshot)
fetch=(rkt --insecure-options=image fetch --full)
busybox=$images/busybox.aci probe=$images/probe.aci true=$images/true.aci

declare -A key
for name in busybox probe true; do key[$name]=$("${fetch[@]}" --quiet "$images/$name.aci"); done
forget() {
    rkt image rm "${key[@]}" >/dev/null 2>&1
}
is_there() {
    [[ -e $cas/imageInfo/${key[$1]} ]]
}

# ----- By hand -----

forget
equals "their IDs come in the order of the command line" "$("${fetch[@]}" "$busybox" "$true" "$probe" 2>"$work/words")" \
    "${key[busybox]}"$'\n'"${key[true]}"$'\n'"${key[probe]}"
equals "and so do the words" "$(<"$work/words")" \
    "image: using image from file $busybox"$'\n'"image: using image from file $true"$'\n'"image: using image from file $probe"
equals "whatever that is" "$("${fetch[@]}" --quiet "$probe" "$busybox" "$probe")" \
    "${key[probe]}"$'\n'"${key[busybox]}"$'\n'"${key[probe]}"
output=$(rkt --debug --insecure-options=image fetch "$busybox" 2>&1)
matches "with --debug it says what the file's bytes are" "$output" \
    "\"$busybox\" has $(stat -c %s "$busybox") bytes, sha512 $(sha512sum <"$busybox" | cut -d' ' -f1)"
matches "and what the tar's are" "$output" "example.com/busybox, has [0-9]+ bytes, sha512 ${key[busybox]#sha512-}[0-9a-f]{64}"
equals "each has its tree" "$(cat $cas/tree/*/image | grep -oF -e "${key[busybox]}" -e "${key[true]}" -e "${key[probe]}" | sort -u | wc -l)" 3

forget
head -c 20000 "$busybox" >"$work/broken.aci"
printf 'no image' >"$work/text.aci"
status=0
"${fetch[@]}" --quiet "$true" "$work/broken.aci" "$probe" "$work/text.aci" "$busybox" >"$work/keys" 2>"$work/words" || status=$?
equals "one that is broken keeps no other one out" "$(<"$work/keys")" \
    "${key[true]}"$'\n'"${key[probe]}"$'\n'"${key[busybox]}"
equals "but is told" "$status $(grep -cE '^fetch: cannot fetch "[^"]*/(broken|text).aci": ' "$work/words") $(wc -l <"$work/words")" "254 2 2"
equals "and leaves nothing" "$(ls $cas/tmp)" ""
fails "one that can't be opened lets none in" 254 'cannot open|cannot fetch "/nowhere.aci"' "${fetch[@]}" "$true" /nowhere.aci

mkfifo "$work/open"
exec {open}<>"$work/open"
RKT_ANSWER_FD=1 "${fetch[@]}" "$busybox" "$true" "$probe" >"$work/out" 2>/dev/null <&"$open"
equals "how far it is, is told of them all" "$(sed -n 's/^total=//p' "$work/out" | sort -u)" \
    "$(stat -c %s "$busybox" "$true" "$probe" | awk '{ n += $1 } END { print n }')"
equals "and the IDs come last" "$(tail -n 3 "$work/out")" "image=${key[busybox]}"$'\n'"image=${key[true]}"$'\n'"image=${key[probe]}"

open_keyboard
matches "which a terminal has a line for" "$(on_terminal "${fetch[*]} $busybox $true $probe")" \
    'reading 3 images: [0-9]+ of [0-9]+ MB'$'\n'"${key[busybox]}"$'\n'"${key[true]}"$'\n'"${key[probe]}"

# ----- Side by side -----

# slowly IMAGE COMMAND...: needs seconds for each time that it reads from the image.
slowly() {
    local image=$1
    shift
    exec strace -D -f -qq -o /dev/null -P "$image" -e trace=read -e inject=read:delay_enter=5000000 "$@"
}

forget
slowly "$busybox" "${fetch[@]}" "$busybox" "$true" >/dev/null 2>&1 &
fetcher=$!
if (($(nproc) > 1)); then
    soon "one comes in while another is read" 20 is_there true
    is_there busybox && not_ok "which is not there by then" "it is" || ok "which is not there by then"
else
    skip "one comes in while another is read" "there is one processor"
    eventually 20 eval '[[ $(ls $cas/tmp) ]]' || :
fi
kill -KILL "$fetcher"
soon "killed, nobody goes on" 10 eval '! pgrep -x "rkt-fetch|rkt-cage" >/dev/null'
is_there busybox && not_ok "what was being read is not there" "it is" || ok "what was being read is not there"
succeeds "image gc" rkt image gc
equals "takes what is left of it" "$(ls $cas/tmp)" ""
equals "and all come in" "$("${fetch[@]}" --quiet "$true" "$busybox")" "${key[true]}"$'\n'"${key[busybox]}"

# ----- Of a pod -----

rkt rm "$(rkt prepare --quiet example.com/busybox)" >/dev/null # from now on the stage1 is there
program=$(systemd-path system-library-private)/rkt/rkt-fetch
[[ -x $program ]] || program=/usr/lib/rkt/rkt-fetch
cp "$program" "$work/rkt-fetch"
cat >"$work/counting" <<END
#!/bin/sh
echo "\$*" >>"$work/calls"
exec strace -D -f -qq -o /dev/null -P "$busybox" -e trace=read -e inject=read:delay_enter=300000 "$work/rkt-fetch" "\$@"
END
chmod 755 "$work/counting"
mount --bind "$work/counting" "$program"
# called: how often, and for what.
called() {
    printf '%s:' "$(wc -l <"$work/calls")"
    grep -oE '[a-z]+\.aci' "$work/calls" | paste -sd' '
    rm "$work/calls"
}
# images_of: APP=IMAGE of each app of the pods that there are.
images_of() {
    rkt list --no-legend --full | awk -F'\t+' '{ for (i = 2; i < NF; i++) if ($i ~ /example.com/) { sub(/:.*/, "", $i); print $(i - 1) "=" $i } }' | sort | paste -sd' '
}

forget
uuid=$(rkt --insecure-options=image prepare --quiet "$true" --name=first "$busybox" --name=second "$true" --name=third)
equals "rkt prepare has them fetched by one call, each once" "$(called)" "1:true.aci busybox.aci"
equals "and each app has its own" "$(images_of)" \
    "first=example.com/true second=example.com/busybox third=example.com/true"
rkt rm "$uuid" >/dev/null
rkt image rm "${key[true]}" >/dev/null
uuid=$(rkt --insecure-options=image prepare --quiet example.com/busybox "$true")
equals "what is there is not fetched" "$(called)" "1:true.aci"
rkt rm "$uuid" >/dev/null

pod_file several <<END
[Pod]
Network=none
InsecureOptions=image
[App:one]
Image=$probe
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[App:two]
Image=$busybox
Exec=/bin/sleep 100000
[App:three]
Image=$true
Exec=/bin/true forever
END
forget
systemctl start --no-block rkt-several
soon "the unit says how far it is with them" 20 eval '[[ $(unit_property rkt-several StatusText) =~ ^fetching\ 3\ images:\ [0-9]+\ of\ [0-9]+\ MB$ ]]'
soon "it starts" 60 state_is several active
equals "after one call" "$(called)" "1:probe.aci busybox.aci true.aci"
equals "with each app's own image" "$(images_of)" "one=example.com/probe three=example.com/true two=example.com/busybox"
systemctl stop rkt-several
sed -i "s|^Image=$true|Image=$work/broken.aci|" /etc/rkt/pods.d/several.pod
systemctl daemon-reload
fails "one that can't be had fails the start" 1 'failed' systemctl start rkt-several
matches "which systemctl status gives the reason for" "$(systemctl status --no-pager rkt-several)" \
    $'Status: "could not fetch 3 images"\n.*rkt-prepare\\[[0-9]+\\]: prepare: cannot fetch "[^"]*/broken.aci": '
systemctl reset-failed rkt-several

umount "$program"
remove_pod_file several
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
