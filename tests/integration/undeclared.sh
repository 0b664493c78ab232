#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod whose file is removed, masked or damaged while it runs, or whose unit is masked: it keeps running with its
# limits, ends properly, is marked, and is not started again.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images busybox
names=(removed masked spoiled killed hidden hidden-too shade@one tmpl@one tmpl@two)
declared() {
    pod_file "$1" <<'END'
[Pod]
Network=none
[App:it]
Image=example.com/busybox
StopSignal=SIGUSR1
Exec=/bin/sh -c 'trap "echo asked; sleep 1; echo ended; exit 0" USR1; trap "echo terminated; exit 1" TERM; echo begun; while :; do sleep 0.1; done'
[Service]
MemoryMax=123M
TimeoutStopSec=77
Restart=always
RestartSec=0
ExecStopPost=/bin/sh -c 'echo "$SERVICE_RESULT" >/run/after-%N'
END
}
for name in removed masked spoiled killed hidden hidden-too shade@ tmpl@; do declared "$name"; done
printf '[Unit]\nFailureAction=reboot\nStartLimitAction=reboot\n' >>/etc/rkt/pods.d/removed.pod
systemctl daemon-reload
uuids=()
for name in "${names[@]}"; do
    systemctl start "rkt-$name"
    uuids+=("$(<"/run/rkt/pods/rkt-$name/uuid")")
done
# The one that says so itself.
journal_of() {
    basename "$(dirname "$(grep -lx "rkt-$1.service" /var/log/journal/*.*/rkt-owner /run/log/journal/*.*/rkt-owner 2>/dev/null)")" | sed 's/^[^.]*\.//'
}
log_has_all() {
    journalctl --quiet --namespace="$1" --output=cat | grep -qx "$2"
}
for name in "${names[@]}"; do
    soon "$name runs" 5 log_has_all "$(journal_of "$name")" begun
done

rm /etc/rkt/pods.d/{removed,killed,tmpl@}.pod
ln -sf /dev/null /etc/rkt/pods.d/masked.pod
echo Nonsense=1 >>/etc/rkt/pods.d/spoiled.pod
systemctl --quiet mask --runtime rkt-hidden rkt-shade@one
systemctl --quiet mask rkt-hidden-too
for round in once twice; do
    systemctl daemon-reload
    for name in "${names[@]}"; do
        equals "$name, reloaded $round: its unit is there" "$(unit_property "rkt-$name" LoadState)" loaded
    done
done
for i in "${!names[@]}"; do
    name=${names[i]}
    equals "$name: it runs" "$(unit_property "rkt-$name" ActiveState)" active
    equals "$name: how it ends" "$(unit_property "rkt-$name" KillMode) $(unit_property "rkt-$name" TimeoutStopUSec)" "mixed 1min 17s"
    equals "$name: its limit" "$(unit_property "rkt-$name" MemoryMax)" $((123 << 20))
done
equals "the host does not pay for a start that is refused" \
    "$(unit_property rkt-removed FailureAction) $(unit_property rkt-removed StartLimitAction)" "none none"
list=$(rkt pod list --no-legend | tr -s '\t' ' ')
for name in removed killed tmpl@one tmpl@two; do
    matches "rkt pod list: $name" "$list" "$name rkt-$name.service active [0-9a-f]{8} .*its pod file is gone, but it runs"
done
matches "rkt pod list: masked" "$list" "masked rkt-masked.service active [0-9a-f]{8} .*masked.pod: masked, but the pod runs"
for name in hidden hidden-too shade@one; do
    matches "rkt pod list: $name" "$list" "$name rkt-$name.service active [0-9a-f]{8} .*its unit is masked, but the pod runs"
done
matches "as JSON" "$(rkt pod list --format=json)" '"kind":"undeclared"'

collect_garbage
for i in "${!names[@]}"; do
    succeeds "${names[i]}: rkt gc leaves it while it runs" test -d "/var/lib/rkt/pods/run/${uuids[i]}"
done

for i in "${!names[@]}"; do
    name=${names[i]}
    if [[ $name == killed ]]; then
        kill -KILL "$(unit_property rkt-killed MainPID)"
        eventually 20 state_is killed failed
    else
        succeeds "$name: stop" systemctl stop "rkt-$name"
        soon "$name: its log has its end" 20 log_has_all "$(journal_of "$name")" ended
        lines=$(journalctl --quiet --namespace="$(journal_of "$name")" --output=cat)
        equals "$name: by its signal, and no other" "$(grep -x -e asked -e ended -e terminated <<<"$lines" | paste -sd' ')" "asked ended"
    fi
    eventually 20 test -e "/run/after-rkt-$name" || :
    succeeds "$name: ExecStopPost= runs" test -e "/run/after-rkt-$name"
    succeeds "$name: the pod is marked" test -d "/var/lib/rkt/pods/exited-garbage/${uuids[i]}"
    fails "$name: nothing stays in /run" 1 '' test -e "/run/rkt/pods/rkt-$name"
done
fails "it is not started again" 1 'Job for rkt-removed.service failed' systemctl start rkt-removed
journalctl --sync
tells "and the unit says why" 'its pod file is gone, is masked or has an error' journalctl --unit=rkt-removed --output=cat --no-pager
systemctl daemon-reload
equals "after the end nothing is declared" "$(unit_property rkt-removed LoadState)" not-found
equals "nor the killed one" "$(unit_property rkt-killed NRestarts)" 0
for name in hidden hidden-too shade@one; do
    equals "$name: after the end the mask counts" "$(unit_property "rkt-$name" LoadState)" masked
done
lacks "rkt pod list" "$(rkt pod list --no-legend)" 'undeclared|removed'
systemctl --quiet unmask rkt-hidden-too
systemctl --quiet unmask --runtime rkt-hidden rkt-shade@one
rm -f /etc/rkt/pods.d/*
systemctl daemon-reload
collect_garbage
equals "rkt gc has collected them all" "$(find /var/lib/rkt/pods -mindepth 2 -maxdepth 2)" ""

# What gc notes of a journal without a file is forgotten when the pod is back, not only when gc next comes by.
journal=$(dirname "$(grep -lx rkt-removed.service /var/log/journal/*.*/rkt-owner /run/log/journal/*.*/rkt-owner 2>/dev/null)")
succeeds "gc notes that a journal's pod has no file" test -e "$journal/rkt-undeclared"
declared removed
systemctl reset-failed rkt-removed 2>/dev/null || :
systemctl start rkt-removed
soon "a pod that starts has one" 20 test ! -e "$journal/rkt-undeclared"
systemctl stop rkt-removed
remove_pod_file removed
