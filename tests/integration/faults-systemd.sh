#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# timeout: 1800
# Like faults.sh, with systemd, which makes the pod's scope and journal, and machined, which registers it: rkt run and
# rkt-register are killed at a sample of their calls (RKT_TEST_SEED chooses it, RKT_TEST_FAULTS=all takes all), and gc
# leaves no machine, scope, journal, or process.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

inject=$RKT_TEST_BUILD/tests/faults/inject
[[ -x $inject ]] || { skip "faults" "the tracer is not built for this processor" && trap - EXIT && exit 0; }
work=$(mktemp -d)
RANDOM=${RKT_TEST_SEED:=$RANDOM}
echo "RKT_TEST_SEED=$RKT_TEST_SEED"
command=(rkt run --net=none example.com/busybox --exec=/bin/true)
fetch_images busybox
"${command[@]}" >/dev/null 2>&1 # who is started on demand is there from now on
collect_garbage >/dev/null 2>&1
before=$(snapshot)
"$inject" --list="$work/calls" -- "${command[@]}" >/dev/null 2>&1
collect_garbage >/dev/null 2>&1

# choose: numbers of calls, half of them of rkt-register's.
choose() {
    if [[ ${RKT_TEST_FAULTS-} == all ]]; then
        cut -d' ' -f1 "$work/calls"
    else
        awk '$5 == "rkt-register" { print $1 }' "$work/calls" | shuf -n 5 --random-source=<(yes "$RKT_TEST_SEED")
        awk '$5 != "rkt-register" { print $1 }' "$work/calls" | shuf -n 5 --random-source=<(yes "$RKT_TEST_SEED")
    fi
}

rounds=0 failed=0 first=''
while read -r n; do
    kill=tree
    ((RANDOM % 3)) || kill=process
    "$inject" --list="$work/list" --at="$n" --kill="$kill" -- "${command[@]}" >"$work/out" 2>&1 || :
    problem=''
    ! rkt list --no-legend | grep -qE 'running|preparing' || problem="list: $(rkt list --no-legend)"
    collect_garbage >"$work/gc" 2>&1 || problem+=" gc: $(<"$work/gc")"
    # shellcheck disable=SC2016
    eventually 10 eval '[[ $(snapshot) == "$before" ]]' ||
        problem+=" left: $(diff <(printf '%s\n' "$before") <(snapshot) | grep '^[<>]' | paste -sd';')"
    rounds=$((rounds + 1))
    [[ $problem ]] || continue
    failed=$((failed + 1))
    printf 'PROBLEM --at=%s --kill=%s [%s]: %s\n' "$n" "$kill" "$(sed -n "${n}p" "$work/list")" "$problem"
    [[ $first ]] || first="--at=$n --kill=$kill:$problem"
    before=$(snapshot)
done < <(choose)
equals "rkt run, killed at $rounds of $(wc -l <"$work/calls") calls" "$failed failed: $first" "0 failed: "
succeeds "runs afterwards" "${command[@]}"
