#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: probe
# takes: 45
# The protocol between an app and its unit: how the app is stopped and reloaded, its watchdog, its state, and
# extensions of its timeout.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # the scripts are for the apps' shells
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images probe
notifies=Annotation=appc.io/executor/supports-systemd-notify=true
work=$(mktemp -d)

# ----- Stopping -----

limit=$((10 * slowness)) # which ExecStopPost= has to keep, too
pod_file polite <<END
[Pod]
Network=none
[App:polite]
Image=example.com/probe
StopSignal=USR1
StopTimeout=$((60 * slowness))
Exec=/bin/sh -c 'trap "echo term" TERM; trap "echo asked; sleep $((limit + 2)); exit 0" USR1; echo up; while :; do sleep 0.1; done'
[App:plain]
Image=example.com/probe
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[Service]
TimeoutStopSec=$limit
END
start polite
soon "the app runs" 10 log_has polite polite up
began=$SECONDS
succeeds "StopSignal= reaches the app, TimeoutStopSec= does not cut its StopTimeout= short" systemctl stop rkt-polite
equals "it ended by itself" "$(unit_property rkt-polite Result) $(unit_property rkt-polite ExecMainStatus)" "success 0"
matches "and took its time" "$((SECONDS - began))" '^([4-9]|[1-9][0-9]+)$'
soon "by its own signal" 20 eval 'grep -q asked <<<"$(app_log_kept polite polite)"'
lacks "and no other" "$(app_log_kept polite polite)" 'term'

pod_file deaf <<'END'
[Pod]
Network=none
[App:deaf]
Image=example.com/probe
StopTimeout=1s
Exec=/bin/probe stubborn 1000
END
start deaf
uuid=$(</run/rkt/pods/rkt-deaf/uuid)
soon "the deaf app runs" 10 log_has deaf deaf stubborn=ok
began=$SECONDS
systemctl stop rkt-deaf || :
at_most_seconds "who does not hear is killed when its StopTimeout= is over" $((SECONDS - began)) 6
equals "and the unit says so" "$(unit_property rkt-deaf ExecMainStatus)" 137
matches "so does the pod's status" "$(rkt status "$uuid")" "app-deaf=137"
systemctl reset-failed rkt-deaf

matches "rkt run has the flags" "$(rkt cat-manifest "$(rkt prepare --quiet example.com/probe --stop-signal=INT --stop-timeout=3 \
    --reload-signal=HUP --watchdog=true)" | tr -d ' \n')" \
    'reload-signal","value":"HUP".*stop-signal","value":"INT".*stop-timeout","value":"3".*watchdog","value":"true"'
fails "a signal that is none" 254 '"FOO" is not a signal' rkt prepare example.com/probe --stop-signal=FOO

# ----- States and reloading -----

pod_file reload <<END
[Pod]
Network=none
[App:says]
Image=example.com/probe
$notifies
Exec=/bin/sh -c 'trap "exit 0" TERM; trap "probe notify RELOADING=1; sleep 3; probe notify READY=1; echo reloaded" HUP; probe notify STATUS=serving; probe notify READY=1; while :; do sleep 0.1; done'
[App:other]
Image=example.com/probe
ReloadSignal=USR1
Exec=/bin/sh -c 'trap "exit 0" TERM; trap "echo reloaded" USR1; while :; do sleep 0.1; done'
[App:mute]
Image=example.com/probe
$notifies
Exec=/bin/sh -c 'trap "exit 0" TERM; trap "echo reloaded" HUP; probe notify READY=1; while :; do sleep 0.1; done'
[Service]
ExecReload=/usr/bin/test -e $work/valid
ReloadSignal=SIGHUP
END
start reload
equals "the status is all apps' states" "$(unit_property rkt-reload StatusText)" "says: ready (serving), other: running, mute: ready"
fails "what ExecReload= refuses does not reach the apps" 1 '' systemctl reload rkt-reload
equals "the pod stays" "$(unit_property rkt-reload ActiveState)" active
touch "$work/valid"
began=${EPOCHREALTIME/./}
systemctl reload --no-block rkt-reload
soon "while an app reloads, the unit does" 10 state_is reload reloading
soon "and says which" 10 eval '[[ $(unit_property rkt-reload StatusText) == "says: reloading (serving), other: running, mute: ready" ]]'
soon "until it is done" 20 state_is reload active
matches "not earlier" "$((${EPOCHREALTIME/./} - began))" '^([3-9]|[1-9][0-9])[0-9]{6}$'
for app in says other mute; do
    soon "$app has reloaded" 10 log_has reload "$app" reloaded
done
began=${EPOCHREALTIME/./}
succeeds "systemctl reload" systemctl reload rkt-reload
matches "waits for it" "$((${EPOCHREALTIME/./} - began))" '^([3-9]|[1-9][0-9])[0-9]{6}$'
soon "the app says so" 10 eval '(($(app_log reload says | grep -c reloaded) == 2))'
equals "the apps run on" "$(unit_property rkt-reload ActiveState) $(unit_property rkt-reload NRestarts)" "active 0"
succeeds "it stops" systemctl stop rkt-reload

# ----- Time -----

pod_file late <<END
[Pod]
Network=none
[App:late]
Image=example.com/probe
$notifies
Exec=/bin/sh -c 'trap "exit 0" TERM; probe notify EXTEND_TIMEOUT_USEC=$((60 * slowness))000000; sleep $((18 * slowness)); probe notify READY=1; while :; do sleep 0.1; done'
[Service]
TimeoutStartSec=$((15 * slowness))
END
succeeds "an app may ask for more time to start" systemctl start rkt-late
systemctl stop rkt-late

# ----- Watchdog -----

# ping NAME: says WATCHDOG=1 every half second while the file NAME is there.
ping() {
    printf '%s' "echo pid=\$\$ WATCHDOG_PID=\$WATCHDOG_PID WATCHDOG_USEC=\$WATCHDOG_USEC; trap \"exit 0\" TERM; while :; do" \
        " [ ! -e /work/$1 ] || probe notify WATCHDOG=1 >/dev/null; sleep 0.5; done"
}
pod_file watched <<END
[Pod]
Network=none
Volume=work,kind=host,source=$work
Mount=volume=work,target=/work
[App:one]
Image=example.com/probe
Watchdog=yes
Exec=/bin/sh -c '$(ping one)'
[App:two]
Image=example.com/probe
Watchdog=yes
Exec=/bin/sh -c '$(ping two)'
[App:free]
Image=example.com/probe
Exec=/bin/sh -c '$(ping free)'
[Service]
WatchdogSec=$((3 * slowness))
TimeoutAbortSec=20
END
chmod 755 "$work"
touch "$work/one" "$work/two"
start watched
soon "an app knows how often it has to say that it is alive" 10 log_has watched one "WATCHDOG_USEC=$((3 * slowness))000000"
equals "and that it is the one who has to" "$(app_log watched one | sed -n 's/.*WATCHDOG_PID=\([0-9]*\) .*/\1/p')" \
    "$(app_log watched one | sed -n 's/.*\bpid=\([0-9]*\) .*/\1/p')"
soon "one that did not ask knows nothing of it" 10 log_has watched free 'WATCHDOG_PID= WATCHDOG_USEC=$'
sleep $((7 * slowness))
equals "as long as all say so, the pod runs" "$(unit_property rkt-watched ActiveState) $(unit_property rkt-watched NRestarts)" "active 0"
uuid=$(</run/rkt/pods/rkt-watched/uuid)
rm "$work/two"
soon "when one of them falls silent, the unit fails" 30 state_is watched failed
equals "by its watchdog" "$(unit_property rkt-watched Result)" watchdog
matches "the silent one was aborted, the others were asked to end" "$(rkt status "$uuid" | grep ^app- | paste -sd' ')" \
    '^app-free=0 app-one=0 app-two=134$|^app-one=0 app-two=134 app-free=0$'
tells "the unit's log says which it was" 'app two did not answer the watchdog' journalctl --no-pager --unit=rkt-watched --output=cat
systemctl reset-failed rkt-watched

pod_file unasked <<END
[Pod]
Network=none
[App:one]
Image=example.com/probe
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[Service]
WatchdogSec=$((2 * slowness))
END
start unasked
sleep $((5 * slowness))
equals "where no app asked for it, the pod's init answers" "$(unit_property rkt-unasked ActiveState)" active
systemctl stop rkt-unasked

# ----- Exit statuses -----

pod_file again <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:again]
Image=example.com/probe
Exec=/bin/sh -c 'sleep 2; exit 7'
[Service]
SuccessExitStatus=7
RestartForceExitStatus=7
RestartSec=200ms
END
equals "an administrator's exit statuses stand beside ours" "$(unit_property rkt-again RestartForceExitStatus) / $(
    unit_property rkt-again SuccessExitStatus)" "7 133 / 7 132 133"
start again
soon "an app's own brings the pod back, though Restart= is not there" 20 eval '(($(unit_property rkt-again NRestarts) >= 2))'
# Not while it is prepared: systemd takes an ExecStartPre= that SIGTERM ends for a failure.
eventually 20 state_is again active
systemctl stop rkt-again

for name in polite deaf reload late watched unasked again; do
    remove_pod_file "$name"
done
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
