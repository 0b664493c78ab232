#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# Init apps, which run to their end before the others start, and pods that are jobs (Type=oneshot).

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images busybox
work=$(mktemp -d /srv/jobs-XXXXXX)
chmod 0755 "$work"
# pod NAME [LINE...]: two init apps, and two others that begin by saying so in the log; the lines go to [Service].
pod() {
    local name=$1
    shift
    {
        cat <<END
[Pod]
Network=none
Volume=work,kind=host,source=$work
Mount=volume=work,target=/work
[App:web]
Image=example.com/busybox
Exec=/bin/sh -c 'echo web >>/work/log; trap "echo stopped >>/work/log; exit 0" TERM; while :; do sleep 0.1; done'
[App:migrate]
Image=example.com/busybox
Init=yes
Exec=/bin/sh -c 'echo migrate >>/work/log; while [ -e /work/hold ]; do sleep 0.1; done; echo migrated >>/work/log; exit \$(cat /work/status)'
StopSignal=SIGKILL
[App:fill]
Image=example.com/busybox
Init=yes
Exec=/bin/sh -c 'echo fill >>/work/log; sleep 0.2; echo filled >>/work/log'
[App:cron]
Image=example.com/busybox
Exec=/bin/sh -c 'echo cron >>/work/log; trap "exit 0" TERM; while :; do sleep 0.1; done'
[Service]
END
        printf '%s\n' "$@"
    } | pod_file "$name"
}
log() {
    paste -sd' ' "$work/log" 2>/dev/null
}
logged() {
    [[ $(log) == "$1" ]]
}
begin() {
    rm -f "$work"/{log,hold}
    echo "${1:-0}" >"$work/status"
}

# ----- Order -----

begin
touch "$work/hold"
pod order
succeeds "check" rkt pod check /etc/rkt/pods.d/order.pod
systemctl start --no-block rkt-order
soon "the first init app runs" 20 logged migrate
uuid=$(</run/rkt/pods/rkt-order/uuid)
equals "the unit is not started meanwhile" "$(unit_property rkt-order ActiveState)" activating
says() {
    [[ $(unit_property rkt-order StatusText) == "$1" ]]
}
soon "the status says who waits" 20 says "web: waiting, migrate: running, fill: waiting, cron: waiting"
matches "rkt status" "$(rkt status "$uuid")" $'state=running'
rm "$work/hold"
soon "the unit is started" 30 state_is order active
soon "one after the other, then the others" 20 grep -qx web "$work/log"
soon "both of them" 20 grep -qx cron "$work/log"
matches "in the order of the file" "$(log)" '^migrate migrated fill filled (web cron|cron web)$'
soon "the status says who has ended" 20 says "web: running, migrate: exited, fill: exited, cron: running"
succeeds "an app that started later can be entered" rkt enter --app=web "$uuid" /bin/true
systemctl restart rkt-order
matches "a restart runs them again" "$(log)" '^migrate migrated fill filled (web cron|cron web) stopped migrate migrated fill filled'
systemctl stop rkt-order
equals "ends in order" "$(unit_property rkt-order Result)" success
matches "the status of an init app" "$(rkt status "$uuid")" 'app-migrate=0'

# ----- Failure -----

begin 3
pod fails
fails "an init app's failure is the pod's" 1 '' systemctl start rkt-fails
equals "with its status" "$(unit_property rkt-fails ExecMainStatus)" 3
equals "nothing else was started" "$(log)" "migrate migrated"
journalctl --sync
tells "and the log says which" 'app migrate failed: exit status 3' journalctl --quiet --unit=rkt-fails --output=cat --no-pager
begin 3
pod again Restart=on-failure RestartSec=100ms
systemctl start --no-block rkt-again
has_run_again() {
    (($(grep -c migrated "$work/log") >= 2))
}
soon "Restart= begins anew" 60 has_run_again
echo 0 >"$work/status"
soon "until it succeeds" 60 state_is again active
systemctl stop rkt-again

# ----- Stop, and a time-out, while one runs -----

for how in stop kill; do
    begin
    touch "$work/hold"
    pod "$how"
    systemctl start --no-block "rkt-$how"
    soon "$how: the init app runs" 20 logged migrate
    uuid=$(<"/run/rkt/pods/rkt-$how/uuid")
    if [[ $how == stop ]]; then
        succeeds "a stop while an init app runs" systemctl stop rkt-stop
    else
        kill -KILL "$(<"/var/lib/rkt/pods/run/$uuid/pid")"
        soon "the init killed meanwhile" 30 state_is kill failed
    fi
    equals "$how: starts nothing any more" "$(log)" migrate
    soon "$how: the pod is marked" 20 test -d "/var/lib/rkt/pods/exited-garbage/$uuid"
done
begin
touch "$work/hold"
pod late TimeoutStartSec=$((3 * slowness))
fails "TimeoutStartSec= counts for init apps" 1 '' systemctl start rkt-late
equals "and says so" "$(unit_property rkt-late Result)" timeout
lacks "nothing was started" "$(log)" 'fill|web|cron'

# ----- By hand -----

rkt run --net=none --volume=shared,kind=empty --mount=volume=shared,target=/shared \
    example.com/busybox --name=second --exec=/bin/sh -- -c 'ls /shared' --- \
    example.com/busybox --name=first --init --exec=/bin/touch -- /shared/made >"$work/out" 2>&1 || :
matches "rkt run --init" "$(<"$work/out")" 'second\[[0-9]+\]: made'
fails "each an init app" 254 'one has to be without' rkt prepare example.com/busybox --init --exec=/bin/true
fails "an init app that may trace" 254 'CAP_SYS_PTRACE and runs before others start' \
    rkt prepare example.com/busybox --name=a --init --caps-retain=CAP_SYS_PTRACE --exec=/bin/true \
    example.com/busybox --name=b --exec=/bin/true
matches "rkt pod generate" "$(rkt pod generate example.com/busybox --name=a --init --exec=/bin/true example.com/busybox --name=b)" Init=true

# ----- Jobs -----

# job NAME SCRIPT LINE...
job() {
    local name=$1 script=$2
    shift 2
    {
        printf '[Pod]\nNetwork=none\nVolume=work,kind=host,source=%s\nMount=volume=work,target=/work\n' "$work"
        printf "[App:it]\nImage=example.com/busybox\nExec=/bin/sh -c '%s'\n[Service]\nType=oneshot\n" "$script"
        printf '%s\n' "$@"
    } | pod_file "$name"
    systemd-analyze verify "/run/systemd/generator/rkt-$name.service" >"$work/verify" 2>&1 || :
    lacks "$name: what systemd says of the unit" "$(<"$work/verify")" "rkt-$name"
}
begin
job once 'sleep 0.3; echo done >>/work/log'
succeeds "a job is started when it has ended" systemctl start rkt-once
equals "then it is done" "$(log)" "done"
equals "and the unit is not active" "$(unit_property rkt-once ActiveState) $(unit_property rkt-once Result)" "inactive success"
begin
job remains 'echo done >>/work/log' RemainAfterExit=yes
succeeds "one that remains" systemctl start rkt-remains
uuid=$(</run/rkt/pods/rkt-remains/uuid)
equals "is active" "$(unit_property rkt-remains ActiveState) $(unit_property rkt-remains SubState)" "active exited"
has_exited() {
    [[ $(rkt status "$uuid") == *state=exited*app-it=0* ]]
}
soon "its pod has ended, and can be asked for its status" 20 has_exited
succeeds "a start does nothing" systemctl start rkt-remains
equals "it ran once" "$(log)" "done"
succeeds "a stop" systemctl stop rkt-remains
equals "ends it" "$(unit_property rkt-remains ActiveState)" inactive
succeeds "and its pod is marked" test -d "/var/lib/rkt/pods/exited-garbage/$uuid"
succeeds "and it can run again" systemctl start rkt-remains
equals "twice, then" "$(log)" "done done"
systemctl stop rkt-remains
job bad 'exit 7' RemainAfterExit=yes
fails "a job that fails" 1 '' systemctl start rkt-bad
equals "fails the unit, with its status" "$(unit_property rkt-bad ActiveState) $(unit_property rkt-bad ExecMainStatus)" "failed 7"
begin
touch "$work/hold"
job long 'echo begun >>/work/log; trap "echo asked >>/work/log; exit 0" TERM; while :; do sleep 0.1; done' Restart=on-failure
systemctl start --no-block rkt-long
soon "a job that is stopped" 20 logged begun
succeeds "can be" systemctl stop rkt-long
equals "and is asked to end" "$(log)" "begun asked"

# What waits for a job must not take it for done.
for what in "reboot 133" "poweroff 132"; do
    read -r verb number <<<"$what"
    begin
    job "$verb" 'echo begun >>/work/log; trap "exit 0" TERM; while :; do sleep 0.1; done' RemainAfterExit=yes
    systemctl start "rkt-$verb" >"$work/out" 2>&1 &
    starting=$!
    soon "a job, $verb: it runs" 20 logged begun
    soon "a job, $verb: it is a machine" 20 machinectl show "rkt-$verb"
    machinectl "$verb" "rkt-$verb"
    await_end "$starting"
    equals "a job, $verb: it has not succeeded" "$status $(unit_property "rkt-$verb" ActiveState) $(unit_property "rkt-$verb" ExecMainStatus)" "1 failed $number"
done
begin
job both 'echo begun >>/work/log; trap "exit 0" TERM; while :; do sleep 0.1; done' Restart=on-failure RestartSec=100ms
systemctl start --no-block rkt-both
soon "a job that may be restarted" 20 logged begun
soon "is a machine" 20 machinectl show rkt-both
machinectl reboot rkt-both
soon "reboot runs it again" 60 logged "begun begun"
soon "as a machine again" 20 machinectl show rkt-both
machinectl poweroff rkt-both
soon "poweroff does not" 60 state_is both failed
equals "which is the end" "$(log)" "begun begun"
rm -rf "$work"
rm -f /etc/rkt/pods.d/*
systemctl daemon-reload
