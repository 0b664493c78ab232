#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# takes: 60
# A pod stops when it is asked to, in the requested way, and only then: meanwhile thirty processes of an app that runs
# as root send their pid 1 every signal with a meaning, and root's queue of signals is full.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images hostile
work=$(mktemp -d)
rounds=${RKT_TEST_ROUNDS:-15} # of each pod; 50 on an idle machine

# Root's queue of signals is all the machine's, and there may be others on it: the pods' limit is full sooner.
# pod NAME JOURNAL [APP...]: the senders, and apps that end in good order.
pod() {
    local name=$1 journal=$2 app
    shift 2
    {
        printf '%s\n' '[Unit]' 'StartLimitIntervalSec=0' '[Pod]' 'Network=none' "Journal=$journal" '[App:senders]' \
            'Image=example.com/hostile' 'Exec=/bin/hostile senders' "StopTimeout=$((60 * slowness))"
        for app; do
            printf '%s\n' "[App:$app]" 'Image=example.com/hostile' "StopTimeout=$((60 * slowness))" \
                "Exec=/bin/sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.1; done'"
        done
        printf '%s\n' '[Service]' "TimeoutStopSec=$((120 * slowness))" LimitSIGPENDING=2000
    } | pod_file "$name"
}

# Thirty-one processes of the app beside its first.
all_send() {
    (($(wc -l <"/sys/fs/cgroup/machine.slice/rkt-$1.service/senders/cgroup.procs" 2>/dev/null || echo 0) >= 32))
}

# The ways to tell a pod to stop, and the status that its init then has; after INT its unit starts it again.
ways=(systemctl rkt poweroff kill TERM RTMIN+3 INT RTMIN+4 PWR HUP-TERM)
tell() {
    local name=$1 init=$2
    ((init > 0)) || return
    case $3 in
    systemctl) systemctl stop --no-block "rkt-$name" ;;
    rkt) rkt stop "$(</run/rkt/pods/rkt-"$name"/uuid)" >/dev/null ;;
    poweroff) machinectl poweroff "rkt-$name" ;;
    kill) systemctl kill --kill-whom=main "rkt-$name" ;;
    HUP-TERM) kill -HUP "$init" && kill -TERM "$init" ;;
    *) kill "-$3" "$init" ;;
    esac
}
status_of() {
    case $1 in
    poweroff | RTMIN+3 | RTMIN+4) echo 132 ;;
    *) echo 0 ;;
    esac
}

# has_obeyed NAME WAY RESTARTS
has_obeyed() {
    if [[ $2 == INT ]]; then
        state_is "$1" active && (($(unit_property "rkt-$1" NRestarts) == $3 + 1))
    else
        state_is "$1" "inactive|failed"
    fi
}

# lane NAME: tells that pod to stop, again and again; prints what was not as it should be.
lane() {
    local name=$1 round init way restarts
    for ((round = 0; round < rounds; round++)); do
        systemctl start "rkt-$name" || echo "$name, round $round: no start"
        eventually 60 all_send "$name" || echo "$name, round $round: they don't send"
        way=${ways[round % ${#ways[@]}]} restarts=$(unit_property "rkt-$name" NRestarts)
        init=$(unit_property "rkt-$name" MainPID)
        state_is "$name" active || echo "$name, round $round: it ended unasked"
        tell "$name" "$init" "$way" || echo "$name, round $round: $way failed"
        eventually 100 has_obeyed "$name" "$way" "$restarts" || echo "$name, round $round: $way is not heard"
        [[ $(unit_property "rkt-$name" ExecMainStatus) == "$(status_of "$way")" ]] ||
            echo "$name, round $round: after $way its status is $(unit_property "rkt-$name" ExecMainStatus)"
        echo "$way" >>"$work/$name.told"
    done
    systemctl stop "rkt-$name"
}

# What is loaded because of another unit keeps its status when it has ended.
systemd-run --quiet --unit=keeps --property=After="rkt-one.service rkt-two.service rkt-one-host.service rkt-two-host.service" \
    sleep infinity
pod one pod
pod two pod victim
pod one-host host
pod two-host host victim
for name in one two one-host two-host; do
    lane "$name" >"$work/$name" 2>&1 &
done
wait
for name in one two one-host two-host; do
    equals "pod $name: $(wc -l <"$work/$name.told") times told, each time heard, nothing else heard" "$(<"$work/$name")" ""
    equals "pod $name: the times" "$(wc -l <"$work/$name.told")" "$rounds"
done

# Nobody has told these to stop.
succeeds "they start" systemctl start rkt-one rkt-two
inits=$(unit_property rkt-one MainPID)-$(unit_property rkt-two MainPID)
eventually 60 all_send two
sleep 3
equals "they run on" "$(unit_property rkt-one MainPID)-$(unit_property rkt-two MainPID)" "$inits"
succeeds "reload is heard, too" systemctl kill --kill-whom=main --signal=HUP rkt-two
systemctl stop rkt-one rkt-two
equals "and they stop" "$(unit_property rkt-one Result) $(unit_property rkt-two Result)" "success success"

# In front of us, beside a shell.
for way in TERM INT HUP "rkt stop"; do
    rm -f "$work/output"
    prlimit --sigpending=2000 rkt run --net=none --uuid-file-save="$work/uuid" example.com/hostile -- senders --- >"$work/output" 2>&1 </dev/null &
    runner=$!
    soon "a pod in front of us, $way: they send" 60 grep -q senders=begun "$work/output"
    if [[ $way == "rkt stop" ]]; then rkt stop "$(<"$work/uuid")" >/dev/null; else kill "-$way" "$runner"; fi
    await_end "$runner"
    equals "a pod in front of us, $way: it is heard" "$status" 0
done

systemctl stop keeps
for name in one two one-host two-host; do
    remove_pod_file "$name"
done
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
