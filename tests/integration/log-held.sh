#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox hostile
# takes: 40
# splice(2) and sendfile(2) hold the lock of the pipe to which they write as long as their source is silent. An app
# that does this with its log keeps neither the pod from stopping nor another app's lines from the journal.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox hostile
work=$(mktemp -d)

# declare_pod WAY USER JOURNAL
declare_pod() {
    pod_file held <<END
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
Journal=$3
[App:good]
Image=example.com/busybox
Exec=/bin/sh -c 'trap "echo last-$1-$2-$3; exit 0" TERM; until [ -e /dev/shm/held ]; do sleep 0.1; done; echo after-$1-$2-$3; while :; do sleep 0.1; done'
StopTimeout=$((60 * slowness))s
[App:evil]
Image=example.com/hostile
User=$2
Exec=/bin/hostile hold-log-$1
StopTimeout=1s
END
}

# said JOURNAL LINE
said() {
    local namespace=()
    [[ $1 == host ]] || namespace=(--namespace=rkt-held)
    journalctl "${namespace[@]}" --output=cat --no-pager --quiet --identifier=good | grep -qx -- "$2"
}

for what in 'splice 33 pod' 'sendfile 33 host' 'splice 0 host' 'sendfile 0 pod' 'anew 33 pod' 'terminal 0 pod'; do
    read -r way user journal <<<"$what"
    declare_pod "$way" "$user" "$journal"
    start held
    soon "$what: another app's lines are in the journal" 30 said "$journal" "after-$way-$user-$journal"
    began=$SECONDS
    systemctl stop rkt-held
    at_most_seconds "$what: the stop" "$((SECONDS - began))" 20
    lacks "$what: it was no time-out" "$(unit_property rkt-held Result)" timeout
    soon "$what: the other app's last line, too" 20 said "$journal" "last-$way-$user-$journal"
done
systemctl reset-failed rkt-held 2>/dev/null || :
remove_pod_file held

is_at_it() {
    [[ -e /proc/$(pgrep --newest --exact hostile)/root/dev/shm/held ]]
}
# ends NAME PID: or what holds the pipe is killed, with which all goes on.
ends() {
    local began=$SECONDS
    eventually "$hung" has_ended "$2" || :
    if has_ended "$2"; then
        at_most_seconds "$1: the end" "$((SECONDS - began))" 20
    else
        not_ok "$1: the end" "it hangs: $(ps -o stat=,wchan= -p "$2")"
        pkill -KILL -x hostile || :
    fi
    await_end "$2"
}

# In front of us, by another user, too: the second signal kills the pod.
for what in 'splice 0' 'sendfile 33' 'anew 0'; do
    read -r way user <<<"$what"
    rkt run --net=none example.com/hostile --user="$user" -- "hold-log-$way" >"$work/output" 2>&1 </dev/null &
    runner=$!
    soon "in front of us, $what: it holds its pipe" 30 is_at_it
    kill -TERM "$runner"
    kill -INT "$runner"
    ends "in front of us, $what" "$runner"
done

# The same of a pod that has our input and output, which are no terminal.
for what in 'log-splice' 'log-anew' 'input'; do
    yes | rkt run --net=none --interactive example.com/hostile -- "hold-$what" > >(cat >"$work/output") 2>&1 &
    runner=$!
    soon "interactive, $what: it holds its pipe" 30 is_at_it
    kill -TERM "$runner"
    kill -INT "$runner"
    ends "interactive, $what" "$runner"
done
rkt run --net=none --interactive --uuid-file-save="$work/uuid" example.com/hostile --stop-timeout=1s -- hold-log-splice \
    </dev/null > >(cat >"$work/output") 2>&1 &
runner=$!
soon "rkt stop: it holds its pipe" 30 is_at_it
succeeds "rkt stop" timeout -k 5 "$hung" rkt stop "$(<"$work/uuid")"
ends "rkt stop" "$runner"
sed -i '/^image: using image /d' "$work/output"
equals "what it had said is there" "$(tr -d 'x\n' <"$work/output" | wc -c) $(wc -l <"$work/output")" "0 256"

# And of what entered one.
pod_file entered <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:app]
Image=example.com/hostile
Exec=/bin/sleep 10000
END
start entered
uuid=$(</run/rkt/pods/rkt-entered/uuid)
init=$(unit_property rkt-entered MainPID)
leave() {
    rm -f "/proc/$init/root/dev/shm/held" 2>/dev/null || :
    rkt enter "$uuid" rm -f /dev/shm/held
}
for what in log-splice log-sendfile log-anew input; do
    leave
    yes | rkt enter "$uuid" hostile "hold-$what" > >(cat >"$work/output") 2>&1 &
    runner=$!
    soon "entered, $what: it holds its pipe" 30 is_at_it
    kill -INT "$runner"
    ends "entered, $what" "$runner"
done
leave
systemd-run --quiet --unit=behind --property=TimeoutStopSec=$((20 * slowness)) \
    sh -c "rkt enter $uuid hostile hold-log-behind | cat >$work/output; exec sleep 1000"
has_moved() {
    [[ $(pgrep --full '^sleep 1000$') ]] && ps -e -o stat=,comm=,cgroup= | grep -q '^D.*rkt-carry.*rkt-entered'
}
soon "what holds it outlives its command: who hangs is the pod's" 30 has_moved
equals "and not the caller's" "$(ps -e -o comm=,cgroup= | grep '^rkt-.*behind' || :)" ""
systemctl stop behind
equals "who called can be stopped" "$(unit_property behind Result)" success
systemctl stop rkt-entered
equals "and so can the pod" "$(unit_property rkt-entered Result)" success
remove_pod_file entered

# An init that is killed does not wait for what its app holds.
for way in splice anew; do
    pod_file orphaned <<END
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:app]
Image=example.com/hostile
Exec=/bin/hostile hold-log-$way
END
    start orphaned
    soon "$way: it holds its pipe" 30 is_at_it
    init=$(unit_property rkt-orphaned MainPID)
    kill -KILL "$init"
    soon "$way: a killed init ends" "$hung" has_ended "$init"
    soon "$way: and its unit" 20 state_is orphaned failed
    pkill -KILL -x hostile || :
    systemctl reset-failed rkt-orphaned
    remove_pod_file orphaned
done

rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
