#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod that a unit runs beside its main process (ExecStartPre= and similar) is waited for, its failure counts, and
# its end does not affect the unit's own pod. In a unit that an administrator wrote by hand, the main process still
# passes its place to the pod.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images busybox
run='/usr/bin/rkt run --net=none example.com/busybox --name=busybox --exec=/bin/sh -- -c'

# declare_pod NAME LINE...: a pod whose [Service] has these lines.
declare_pod() {
    {
        cat <<'END'
[Pod]
Network=none
[App:busybox]
Image=example.com/busybox
Exec=/bin/sh -c 'echo app starts; trap "exit 0" TERM; while :; do sleep 0.1; done'
[Service]
END
        printf '%s\n' "${@:2}"
    } | pod_file "$1"
}

declare_pod failing "ExecStartPre=$run 'echo before; exit 7'"
fails "a pod in ExecStartPre= that fails is a start that fails" 1 '' systemctl start rkt-failing
equals "with its status" "$(unit_property rkt-failing Result)" exit-code
matches "systemd has it as that of ExecStartPre=" "$(systemctl show -p ExecStartPre rkt-failing)" 'status=7'
lacks "nothing of the main pod was started" "$(rkt list)" 'running'

declare_pod later "ExecStartPre=$run 'sleep 1; exit 8'"
fails "so is one that fails later" 1 '' systemctl start rkt-later
matches "with its status, too" "$(systemctl show -p ExecStartPre rkt-later)" 'status=8'

declare_pod right "ExecStartPre=$run 'sleep 1; exit 0'" "ExecStartPost=$run 'exit 0'" \
    "ExecStopPost=/bin/sh -c 'echo ended > /run/ended'"
succeeds "a pod in ExecStartPre= and one in ExecStartPost= that end well" systemctl start rkt-right
matches "the unit's own pod is its main process" "$(rkt status "$(</run/rkt/pods/rkt-right/uuid)")" \
    "pid=$(unit_property rkt-right MainPID)"
equals "which is its machine's leader" "$(leader rkt-right)" "$(unit_property rkt-right MainPID)"
succeeds "a reload leaves it so" systemctl daemon-reload
equals "and it runs" "$(unit_property rkt-right ActiveState)" active
succeeds "it stops" systemctl stop rkt-right
equals "well" "$(unit_property rkt-right Result) $(</run/ended)" "success ended"

# ----- By hand -----

mkdir -p /run/systemd/system
for type in notify simple oneshot; do
    cat >/run/systemd/system/by-hand-$type.service <<END
[Service]
Type=$type
NotifyAccess=all
Delegate=yes
ExecStartPre=$run 'exit 0'
ExecStart=$run 'sleep 3; exit 0'
END
done
systemctl daemon-reload
systemctl start by-hand-notify
equals "Type=notify: the init is the main process" "$(cat /proc/"$(unit_property by-hand-notify MainPID)"/comm)" rkt-init
systemctl start by-hand-simple
is_init() {
    [[ $(cat /proc/"$(unit_property by-hand-simple MainPID)"/comm) == rkt-init ]]
}
soon "Type=simple: it becomes it" 20 is_init
succeeds "Type=oneshot: the start waits for it" systemctl start by-hand-oneshot

cat >/run/systemd/system/by-hand-before.service <<END
[Service]
Type=notify
NotifyAccess=all
Delegate=yes
ExecStartPre=$run 'exit 9'
ExecStart=$run 'sleep 3; exit 0'
END
systemctl daemon-reload
fails "a failure before its main process counts" 1 '' systemctl start by-hand-before
matches "with its status here, too" "$(systemctl show -p ExecStartPre by-hand-before)" 'status=9'
