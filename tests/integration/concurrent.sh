#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# Twenty commands at once on one store, repeatedly for RKT_TEST_SECONDS: each succeeds, or fails with a message that
# its user understands (the pod is gone by now), and soon. A pod runs only once, however many commands run it at the
# same time.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

duration=$((${RKT_TEST_SECONDS:-12} * slowness))
work=$(mktemp -d)
fetch_images busybox
succeeds "the image works" rkt run --net=none example.com/busybox --exec=/bin/true
collect_garbage
before=$(snapshot)

# ----- Workers -----

# What somebody may hear whose pod another one ran, stopped, or removed.
vanished='no matches found|has just been (run|removed) by somebody else|is not prepared: it is|is not running: it is'
vanished+='|cannot be removed: it is|the pod.s init (has ended|ended before it could start)|cannot make the pod.s scope'

# any_pod STATE: one of the list, or nothing.
any_pod() {
    rkt list --no-legend --full | awk -v state="$1" -F'\t+' '$0 ~ state { print $1 }' | shuf -n 1
}

# on_pod STATE COMMAND...
on_pod() {
    local uuid
    uuid=$(any_pod "$1")
    shift
    [[ ! $uuid ]] || rkt "$@" "$uuid"
}

run_short() { rkt run --net=none example.com/busybox --exec=/bin/true; }
run_longer() { rkt run --net=none example.com/busybox --exec=/bin/sleep -- 0.3; }
prepare_and_run() { rkt run-prepared --net=none "$(rkt prepare --quiet example.com/busybox --exec=/bin/true)"; }
prepare_only() { rkt prepare --quiet example.com/busybox --exec=/bin/true; }
run_any() { on_pod prepared run-prepared --net=none; }
list() { rkt list; }
list_json() { rkt list --format=json; }
image_list() { rkt image list; }
status() { on_pod . status; }
stop() { on_pod running stop; }
kill_pod() { on_pod running stop --force; }
remove() { on_pod . rm; }
gc() { rkt gc --grace-period=0s; }
mark() { rkt gc --mark-only; }
image_gc() { rkt image gc; }

# A line of WHAT STATUSES for each worker; 143 and 137 are what a pod has that was stopped.
workers='run_short 0|137|143
run_short 0|137|143
run_longer 0|137|143
run_longer 0|137|143
prepare_and_run 0|137|143
prepare_and_run 0|137|143
prepare_only 0
run_any 0|137|143
list 0
list 0
list_json 0
image_list 0
status 0
status 0
stop 0
kill_pod 0
remove 0
gc 0
mark 0
image_gc 0'

# worker NUMBER WHAT STATUSES: in $work/NUMBER.bad what was unexpected, in $work/NUMBER.times each one's milliseconds.
worker() {
    local number=$1 what=$2 statuses=$3 end=$((SECONDS + duration)) got begin
    trap - ERR EXIT
    while ((SECONDS < end)); do
        begin=${EPOCHREALTIME/./}
        got=0
        (set +e; "$what") >"$work/$number.out" 2>"$work/$number.err" || got=$?
        echo "$what $(((${EPOCHREALTIME/./} - begin) / 1000))" >>"$work/$number.times"
        if [[ ! $got =~ ^($statuses)$ ]] && ! grep -qE "$vanished" "$work/$number.err"; then
            echo "$what: exit status $got: $(paste -sd'|' "$work/$number.err")" >>"$work/$number.bad"
        fi
    done
}

number=0
while read -r what statuses; do
    number=$((number + 1))
    worker "$number" "$what" "$statuses" &
done <<<"$workers"
equals "twenty commands" "$number" 20
wait

cat "$work"/*.times >"$work/times"
awk '{ n[$1]++; t[$1] += $2; if ($2 > m[$1]) m[$1] = $2 }
    END { for (w in n) printf "%s: %d times, %d ms on the average, %d at most\n", w, n[w], t[w] / n[w], m[w] }' "$work/times"
cat "$work"/*.bad >"$work/bad" 2>/dev/null || :
cut -c1-300 "$work/bad" | sort | uniq -c | sort -rn | head -n 40
equals "none of $(wc -l <"$work/times") fails unexpectedly" "$(wc -l <"$work/bad")" 0
# gc takes as long as there are pods to remove; none of the others waits for it.
at_most "milliseconds of the longest but gc" "$(awk '$1 != "gc" && $2 > m { m = $2 } END { print m + 0 }' "$work/times")" \
    $((10000 * (slowness + $(load))))
soon "no lock is held any longer" 10 eval '! grep -q FLOCK /proc/locks'
succeeds "gc afterwards" collect_garbage
nothing_left "nothing of them is left" "$before"
succeeds "the image still works" rkt run --net=none example.com/busybox --exec=/bin/true

# ----- Two want the same pod -----

won='' lost='' words=''
for ((i = 0; i < 15; i++)); do
    uuid=$(rkt prepare --quiet example.com/busybox --exec=/bin/true)
    for one in a b; do
        (got=0; rkt run-prepared --net=none "$uuid" >"$work/$one" 2>&1 || got=$?; echo "$got" >"$work/$one.status") &
    done
    wait
    for one in a b; do
        if [[ $(<"$work/$one.status") == 0 ]]; then won+=w; else lost+="$(<"$work/$one.status") " words+=$(<"$work/$one")$'\n'; fi
    done
done
equals "of two that run one pod one wins" "$won" wwwwwwwwwwwwwww
equals "the other fails" "$(tr ' ' '\n' <<<"$lost" | sort -u | xargs)" 254
equals "and says why" "$(grep -vcE "^run-prepared: pod \"[^\"]*\" (has just been run by somebody else|is not prepared: it is)|^$" <<<"$words" || :)" 0
collect_garbage >/dev/null
