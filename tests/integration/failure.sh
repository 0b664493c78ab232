#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod whose app fails gets its status from that app, stops the others, and logs the app's last words in its unit's
# log. If a program cannot be run, the message names it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox

pod_file crash <<'END'
[Pod]
Network=none
Volume=shared,kind=empty
Mount=volume=shared,target=/shared
[App:good]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "echo asked; exit 0" TERM; touch /shared/good; while :; do sleep 0.1; done'
[App:bad]
Image=example.com/busybox
Exec=/bin/sh -c 'echo so far so good; echo the disk is on fire >&2; until [ -e /shared/good ]; do sleep 0.1; done; exit 7'
END
start crash
uuid=$(</run/rkt/pods/rkt-crash/uuid)
soon "the pod ends" 20 state_is crash 'failed|inactive'
equals "its status is the app's" "$(unit_property rkt-crash ExecMainStatus)" 7
matches "status tells both apps'" "$(rkt status "$uuid")" "app-good=0|app-bad=7"
soon "the other app was asked to end" 5 eval 'app_log_kept crash good | grep -q ^asked'
status=$(systemctl status --no-pager --lines=30 rkt-crash || :)
matches "systemctl status names the app" "$status" "app bad failed: exit status 7"
matches "and shows its last lines" "$status" "the disk is on fire"
lacks "not those of the app that did not fail" "$status" "stage1: asked"
errors=$(journalctl --unit=rkt-crash --priority=err --output=cat)
matches "they are errors" "$errors" "stage1: the disk is on fire"
systemctl reset-failed rkt-crash

# Not what an earlier run said, nor what it would have said if its journal had come.
pod_file again <<'END'
[Pod]
Network=none
Volume=state,kind=empty
[App:one]
Image=example.com/busybox
Exec=/bin/sh -c 'echo the first run; exit 3'
END
systemctl start rkt-again || :
soon "a pod fails" 20 state_is again 'failed|inactive'
sed -i "s/^Exec=.*/Exec=\/bin\/sh -c 'exit 4'/" /etc/rkt/pods.d/again.pod
systemctl daemon-reload
since=$(date +%s)
sleep 1.1
systemctl start rkt-again || :
soon "and again, silently" 20 eval '[[ $(unit_property rkt-again ExecMainStatus) == 4 ]]'
soon "its unit is done" 20 state_is again failed
lacks "what it said the first time is not quoted" \
    "$(journalctl --unit=rkt-again --since="@$((since + 1))" --output=cat)" 'the first run'
systemctl reset-failed rkt-again
remove_pod_file again

pod_file missing <<'END'
[Pod]
Network=none
[App:nothing]
Image=example.com/busybox
Exec=/no/such/program
END
systemctl start rkt-missing || :
soon "a program that is not there: the pod ends" 20 state_is missing 'failed|inactive'
soon "its log says which" 5 eval \
    'app_log_kept missing nothing | grep -qx "Error: Unable to open \"/no/such/program\": No such file or directory"'
matches "so does systemctl status" "$(systemctl status --no-pager --lines=30 rkt-missing || :)" \
    'Unable to open "/no/such/program": No such file or directory'
systemctl reset-failed rkt-missing

# What is kept of one app is not taken for another's.
rkt run --net=none --uuid-file-save=/run/uuid example.com/busybox --name=a --exec=/bin/sleep -- 2 --- \
    example.com/busybox --name=a-started --exec=/bin/true example.com/busybox --name=a-created --exec=/bin/true
uuid=$(</run/uuid)
equals "apps whose names continue another's: the files" \
    "$(cd "/var/lib/rkt/pods/run/$uuid/stage1/rootfs/rkt/status"; LC_ALL=C; echo *)" \
    "a a-created a-created.created a-created.started a-started a-started.created a-started.started a.created a.started"
times=$(rkt status --format=json-pretty "$uuid")
matches "and what is said of them" "$(rkt status "$uuid")" $'app-a=0\napp-a-started=0\napp-a-created=0'
equals "each with its times" "$(grep -c '"started_at": [1-9]' <<<"$times")" 4

status=0
rkt run --net=none --uuid-file-save=/run/uuid example.com/busybox --name=fails --exec=/bin/sh -- -c 'sleep 1; exit 3' --- \
    example.com/busybox --name=waits --exec=/bin/sleep -- 1000 || status=$?
equals "an app that was stopped because another failed did not fail itself" \
    "$status $(rkt status "$(</run/uuid)" | grep ^app- | paste -sd' ')" "3 app-fails=3 app-waits=0"

status=0
output=$(systemd-run --quiet --wait --pipe --property=Delegate=yes \
    rkt run --net=none example.com/busybox --exec=/bin/sh -- -c 'echo hello; exit 9' 2>&1) || status=$?
equals "rkt run gives back the app's status" "$status" 9
matches "and shows what it wrote" "$output" '\[ *[0-9]+\.[0-9]{6}\] busybox\[[0-9]+\]: hello'

# Both come by pipes of their own.
bad=0
for i in {1..20}; do
    output=$(rkt run --net=none example.com/busybox --exec=/bin/sh -- -c 'echo first; echo last >&2; printf unended; exit 9' \
        --- example.com/busybox --name=other --exec=/bin/sleep -- 1000 2>&1) || :
    [[ $(grep -v '^image: ' <<<"$output" | sed 's/^.*: //' | head -n 3 | sort | paste -sd' ') == "first last unended" ]] || {
        printf '%s: %s\n' "$i" "$output"
        ((++bad))
    }
done
equals "what an app said last comes before that it failed" "$bad" 0

# What comes after an app that left a process behind, in a cgroup of its own and without one.
manifest=$(mktemp)
rkt cat-manifest "$(rkt prepare --quiet example.com/busybox --exec=/bin/sh -- -c 'sleep 1000 & echo main')" |
    sed 's|"exec"|"eventHandlers":[{"name":"post-stop","exec":["/bin/sh","-c","echo after; pidof sleep"]}],"exec"|' \
        >"$manifest"
for delegate in yes no; do
    output=$(systemd-run --quiet --wait --pipe --property=Delegate=$delegate rkt run --net=none --pod-manifest="$manifest" |
        sed 's/^.*: //')
    equals "a post-stop handler, Delegate=$delegate" "${output%%$'\n'[0-9]*}" $'main\nafter'
done
lacks "the app's processes are gone by then where it has a cgroup" \
    "$(systemd-run --quiet --wait --pipe --property=Delegate=yes rkt run --net=none --pod-manifest="$manifest")" ': [0-9]+$'

# Handlers and programs that end at once, one after the other in the same mounts.
rkt cat-manifest "$(rkt prepare --quiet example.com/busybox --exec=/bin/true)" |
    sed 's|"exec"|"eventHandlers":[{"name":"pre-start","exec":["/bin/true"]},{"name":"post-stop","exec":["/bin/true"]}],"exec"|' >"$manifest"
said=''
for ((round = 0; round < 40; round++)); do
    said+=$(rkt run --net=none --pod-manifest="$manifest" 2>&1 </dev/null | grep -v 'using image from' || :)
done
equals "handlers that end at once" "$said" ''
rm "$manifest"

# An app may be called what the pod calls something of its own.
pod_file names <<'END'
[Pod]
Network=none
[App:init]
Image=example.com/busybox
Exec=/bin/sh -c 'exit 0'
[App:other]
Image=example.com/busybox
Exec=/bin/sh -c 'sleep 2; exit 0'
END
start names
soon "an app named init ends alone" 20 state_is names 'failed|inactive'
equals "and so does the other one" "$(unit_property rkt-names Result)" success
remove_pod_file names

remove_pod_file crash
remove_pod_file missing
collect_garbage
nothing_left "nothing is left" "$before"

# ----- Why a start fails is an error of the journal -----

# errors_of NAME: what the unit's log has as errors.
errors_of() {
    journalctl --unit="rkt-$1" --priority=err --output=cat
}

pod_file wrong <<'END'
[Pod]
Foo=bar
[App]
Image=example.com/busybox
END
pod_file unknown <<'END'
[Pod]
Network=none
[App]
Image=example.com/nope
END
pod_file local <<'END'
[Pod]
Network=none
PullPolicy=never
[App]
Image=example.com/nope
END
pod_file volume <<'END'
[Pod]
Network=none
Volume=data,kind=host,source=/srv/not-there
[App]
Image=example.com/busybox
Mount=volume=data,target=/data
END
for name in wrong unknown local volume; do
    fails "rkt-$name does not start" 1 '' systemctl start "rkt-$name"
done
soon "a file's error is one" 10 eval 'errors_of wrong | grep -q Foo'
soon "so is that an image can't be fetched" 10 eval 'errors_of unknown | grep -q "example.com/nope"'
lacks "without the digits of a level" "$(journalctl --unit=rkt-unknown --output=cat)" '<[0-9]>'
soon "or is not there" 10 eval 'errors_of local | grep -q "example.com/nope"'
soon "and what stage1 finds" 10 eval 'errors_of volume | grep -q stage1'
lacks "what has another standard error says no level" "$(JOURNAL_STREAM=1:1 rkt status 00000000 2>&1 || :)" '<[0-9]>'
for name in wrong unknown local volume; do
    remove_pod_file "$name"
done

# ----- An app that a signal ends -----

pod_file refused <<'END'
[Pod]
Network=none
[App:caller]
Image=example.com/busybox
Exec=/bin/busybox reboot -f
END
pod_file aborted <<'END'
[Pod]
Network=none
[App:aborter]
Image=example.com/busybox
Exec=/bin/sh -c 'kill -ABRT $$; sleep 5'
END
systemctl start rkt-refused rkt-aborted || :
soon "an app that a refused system call ends: its unit" 20 state_is refused failed
soon "says so" 10 eval 'errors_of refused | grep -q "app caller failed: SIGSYS: its filter refuses reboot"'
soon "another signal is named" 10 eval 'errors_of aborted | grep -q "app aborter failed: signal 6 (SIGABRT)"'
equals "the status stays a shell's" "$(unit_property rkt-refused ExecMainStatus)" 159
systemctl reset-failed rkt-refused rkt-aborted
for name in refused aborted; do
    remove_pod_file "$name"
done
