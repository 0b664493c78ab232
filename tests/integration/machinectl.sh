#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# Each verb of machinectl with a pod, as in Documentation/machinectl.md, and the alternatives.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox

pod_file web <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=host
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c "trap 'echo heard it' USR1; trap 'exit 0' TERM; echo up; while :; do sleep 0.2; done"
END
start web
soon "the app is up" 20 log_has web app up

# ----- Verbs that look -----

matches "list" "$(machinectl list --no-legend)" '^rkt-web +container +rkt '
matches "status" "$(machinectl status --no-pager rkt-web)" 'Leader: [0-9]+ \(rkt-init\).*Unit: rkt-web.service'
# From 258 on it shows the cgroup of the leader instead of the unit's.
status=$(machinectl status --no-pager rkt-web)
if [[ $status == *Subgroup:* ]]; then
    matches "status shows the leader's cgroup" "$status" 'Subgroup: rkt.init'
    matches "and the supervisor" "$status" 'Superv.: [0-9]+ \(rkt-reaper\)'
else
    matches "status shows the apps" "$status" 'app.*/bin/sh'
fi
equals "show" "$(machinectl show rkt-web --property=Service --property=Class --property=Unit --value | paste -sd' ')" \
    "rkt rkt-web.service container"

# What lib/sd/runtime.c reads without a call, where nobody promised its form.
of_machine() {
    sed -n "s/^$1=//p" /run/systemd/machines/rkt-web
}
equals "machined's file names the same" "$(of_machine ID | tr -d -) $(of_machine SERVICE) $(of_machine LEADER)" \
    "$(machinectl show rkt-web --property=Id --value) rkt $(machinectl show rkt-web --property=Leader --value)"
# From 258 on a unit may have several machines, each with a part of it (Subgroup), and no link.
equals "its link by the unit leads to it" "$(readlink /run/systemd/machines/unit:rkt-web.service || echo none)" \
    "$([[ $status == *Subgroup:* ]] && echo none || echo rkt-web)"
equals "and it has no other machines than are listed" \
    "$(find /run/systemd/machines -mindepth 1 -not -name '*:*' -not -name '.*' -printf '%f\n' | sort)" \
    "$(machinectl list --no-legend | awk '$1 != ".host" { print $1 }' | sort)"
equals "PID 1's link of an active unit" "$(readlink /run/systemd/units/invocation:rkt-web.service)" \
    "$(unit_property rkt-web InvocationID)"

ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups)
matches "anyone may look" "$("${ordinary[@]}" machinectl list --no-legend)" '^rkt-web '
matches "anyone may look closer" "$("${ordinary[@]}" machinectl status --no-pager rkt-web)" 'Unit: rkt-web.service'
fails "and do no more" 1 '' "${ordinary[@]}" machinectl terminate rkt-web

# ----- Verbs that stop -----

# The other way to say who: 252 knows no other, 257 knows it, too.
succeeds "kill of the leader" machinectl kill --kill-who=leader --signal=USR1 rkt-web
equals "harms nobody" "$(unit_property rkt-web ActiveState)" active
before=$(leader rkt-web)
succeeds "reboot" machinectl reboot rkt-web
# A machine that is going has no leader: 0.
soon "is a new pod of the same unit" 20 eval 'new=$(leader rkt-web) && ((new > 0 && new != before))'
equals "counted as a restart" "$(unit_property rkt-web NRestarts)" 1

# stops VERB RESULT: of the unit, to be started again.
stops() {
    state_is web active || start web
    succeeds "$1" machinectl "${@:3}" rkt-web
    soon "$1: the unit is stopped" 20 state_is web 'inactive|failed'
    equals "$1: the unit's result" "$(unit_property rkt-web Result)" "$2"
}
stops poweroff success poweroff
stops stop success stop
stops terminate success terminate
stops kill success kill
stops "kill --signal=KILL" signal kill --signal=KILL
systemctl reset-failed rkt-web
start web

# ----- Verbs that need an init system or an image of the machine -----

for verb in shell login; do
    fails "$verb" 1 '' timeout "$hung" machinectl "$verb" rkt-web
done
fails "systemctl -M" 1 '' systemctl -M rkt-web status
echo content >/run/file
fails "copy-to the pod's root" 1 'Read-only file system' machinectl copy-to rkt-web /run/file /run/file
succeeds "copy-from there" machinectl copy-from rkt-web /var/log/journal /run/copy
fails "bind" 1 '' machinectl bind rkt-web /run /run/host-run
for verb in start enable disable; do
    fails "$verb" 1 'does not exist' machinectl "$verb" rkt-web
done
equals "none of them harms the pod" "$(unit_property rkt-web ActiveState)" active
equals "a pod is not an image of machined's" "$(machinectl list-images --no-legend | grep -c rkt || :)" 0

# ----- What to use instead -----

pid=$(head -n 1 /sys/fs/cgroup/machine.slice/rkt-web.service/app/cgroup.procs)
succeeds "no app sees the pod's root" test ! -e "/proc/$pid/root/var/log/journal"
equals "nsenter instead of shell" "$(nsenter --target "$pid" --all --root --wd /bin/sh -c 'cat /proc/1/comm; ls /bin/busybox')" \
    $'rkt-reaper\n/bin/busybox'
succeeds "cp instead of copy-to" cp /run/file "/proc/$pid/root/tmp/file"
equals "the app sees it" "$(nsenter --target "$pid" --mount --root /bin/sh -c 'cat /tmp/file')" content
succeeds "and copy-from" cp "/proc/$pid/root/bin/busybox" /run/busybox
tells "journalctl -M" up journalctl --machine=rkt-web --identifier=app --output=cat --quiet
systemctl stop rkt-web
