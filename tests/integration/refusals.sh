#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: refused
# A process is ended for a refused system call: the pod's log, `systemctl status` and `rkt status` name the call,
# whichever process of the app made it and however.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images refused

# declare_pod NAME WAY [LINE...]
declare_pod() {
    pod_file "$1" < <(printf '%s\n' '[Pod]' Network=none '[App:caller]' Image=example.com/refused "Exec=/bin/refused $2" "${@:3}")
}

# shellcheck disable=SC2317 # called by tells and soon
errors_of() {
    journalctl --unit="rkt-$1" --priority=err --output=cat --no-pager
}

# ends NAME WAY CALL [LINE...]: the app's main process does.
ends() {
    local name=$1 way=$2 call=$3 uuid
    declare_pod "$name" "$way" "${@:4}"
    systemctl start "rkt-$name" || :
    soon "$way: its pod ends" 20 state_is "$name" failed
    tells "$way: the log names the call and the way out" \
        "app caller: process [0-9]+ \(refused\) ends with SIGSYS: its filter refuses ${call//[()]/.}; to allow it: Seccomp=.*${call%% *}" \
        errors_of "$name"
    tells "$way: and why the pod failed" "app caller failed: SIGSYS: its filter refuses ${call//[()]/.}" errors_of "$name"
    equals "$way: the status is SIGSYS's" "$(unit_property "rkt-$name" ExecMainStatus)" 159
    uuid=$(rkt list --full --no-legend | awk -F'\t+' '$2 == "caller" && /exited/ { print $1 }' | tail -n 1)
    matches "$way: rkt status says so, too" "$(rkt status "$uuid")" "app-caller=159"$'\n'"refused-caller=${call//[()]/.}"
    lacks "$way: the call was not made, nor failed" "$(app_log_kept "$name" caller)" 'it went on'
    systemctl reset-failed "rkt-$name"
    remove_pod_file "$name"
    rkt rm "$uuid" >/dev/null
}

ends main main reboot
ends thread thread acct
if [[ $(uname -m) == x86_64 ]]; then
    ends bits 32-bit 'reboot (32-bit)'
else
    skip "a call of 32 bits" "this processor has none"
fi
for way in ignored caught blocked interrupted; do ends "$way" "$way" reboot; done
ends list main reboot Seccomp=mode=remove,reboot

# ----- Of an app that goes on -----

declare_pod child child
start child
tells "a child: its parent hears of SIGSYS" 'the child ended by 31' app_log child caller
tells "the log names the call" 'app caller: process [0-9]+ .refused. ends with SIGSYS: its filter refuses swapoff' errors_of child
tells "so does systemctl status" 'Status: "caller: running .refused: swapoff.' systemctl status --no-pager rkt-child
matches "and rkt status" "$(rkt status "$(</run/rkt/pods/rkt-child/uuid)")" 'refused-caller=swapoff'
matches "in its JSON, too" "$(rkt status --format=json "$(</run/rkt/pods/rkt-child/uuid)")" '"refused":"swapoff"'
fails "a command that enters ends, too" 159 'the command ended with SIGSYS; the kernel.s log may name the system call' \
    rkt enter "$(</run/rkt/pods/rkt-child/uuid)" /bin/refused main
succeeds "the pod stops" systemctl stop rkt-child
equals "it did not fail" "$(unit_property rkt-child Result)" success
remove_pod_file child

declare_pod many many
start many
tells "many children: each ends by SIGSYS" '200 children of 200' app_log many caller
soon "each call is said once" 20 eval '[[ $(errors_of many | grep -c "ends with SIGSYS") == 2 ]]'
matches "and both are in the status" "$(rkt status "$(</run/rkt/pods/rkt-many/uuid)")" 'refused-caller=(reboot, swapoff|swapoff, reboot)'
kilobytes() {
    awk '$1 == "Pss:" { print $2 }' "/proc/$(unit_property rkt-many MainPID)/smaps_rollup"
}
# shellcheck disable=SC2016
soon "the init forgets what it needed for that: at most 250 kB" 20 eval '(($(kilobytes) <= 250))'
printf 'the init takes %s kB\n' "$(kilobytes)"
succeeds "the pod stops" systemctl stop rkt-many
remove_pod_file many

# ----- A handler's process that outlives it -----

work=$(mktemp -d)
tar -xzf "$images/refused.aci" -C "$work"
sed -i 's,example.com/refused,example.com/left,; s,"user": "0",&\, "eventHandlers": [ { "name": "pre-start"\, "exec": [ "/bin/refused"\, "leave" ] } ],' \
    "$work/manifest"
tar -czf "$work/left.aci" -C "$work" manifest rootfs
succeeds "fetches an app with a handler" rkt --insecure-options=image fetch "$work/left.aci"
rm -r "$work"
pod_file left < <(printf '%s\n' '[Pod]' Network=none '[App:caller]' Image=example.com/left 'Exec=/bin/refused begin')
start left
tells "it ends by its refused call after the program has begun" 'the child ended by 31' app_log left caller
matches "and no listener of its own can have that made" "$(app_log left caller)" 'a listener of its own: Device or resource busy'
lacks "the call was not made, nor failed" "$(app_log left caller)" 'it went on'
tells "the log names the call" 'process [0-9]+ .refused. ends with SIGSYS: its filter refuses reboot' errors_of left
succeeds "the pod stops" systemctl stop rkt-left
remove_pod_file left

# ----- Where nobody is told -----

output=$(rkt run --net=none example.com/refused --seccomp mode=remove,errno=EPERM,reboot -- main --- 2>&1) || :
matches "an errno that the list names is no death" "$output" 'it went on: Operation not permitted'
status=0
output=$(rkt run --net=none example.com/refused --seccomp mode=remove,reboot,@systemd/network-io -- main --- 2>&1) || status=$?
equals "a filter without sendmsg(2) kills, too" "$status" 159
matches "and the way to the call's name is said" "$output" 'app refused failed: SIGSYS: .*journalctl -k'
