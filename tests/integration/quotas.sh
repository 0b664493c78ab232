#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# takes: 15
# Apps use up everything that the kernel counts for a user of the whole host: the host's root still gets its own
# share.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
before=$(snapshot)
fetch_images hostile
tar -xzf "$images/hostile.aci" -C "$work"
hostile=$work/rootfs/bin/hostile

has_shares() {
    [[ $("$hostile" shares) == shares=held ]]
}
# They are counted for a user of the whole kernel, on which others may be at work.
if ! eventually 30 has_shares; then
    skip "the host's root has its own" "somebody else has it all"
    exit 0
fi
for number in 1 2 3; do
    rkt run --net=none example.com/hostile --stop-timeout=1s -- hog --- >"$work/hog-$number" 2>&1 </dev/null &
done
for number in 1 2 3; do
    soon "pod $number takes all that it can get" 60 grep -q hog=full "$work/hog-$number"
done
cat "$work"/hog-*
soon "the host's root has it still" 60 has_shares
for number in 1 2 3; do
    at_most "terminals of pod $number" "$(sed -n 's/.*terminals \([0-9]*\).*/\1/p' "$work/hog-$number")" 256
done
mapfile -t uuids < <(rkt list --no-legend --full | awk '/running/ { print $1 }')
rkt stop "${uuids[@]}" >/dev/null
await_jobs

rkt run --net=none --uuid-file-save="$work/uuid" example.com/hostile --exec=/bin/sh -- -c 'echo started; exec sleep 1000' --- \
    >"$work/entered" 2>&1 </dev/null &
soon "an app to enter" 10 grep -q started "$work/entered"
equals "who enters it has no more than the app" "$(rkt enter "$(<"$work/uuid")" /bin/hostile quotas 2>&1 || :)" quotas=held
rkt stop "$(<"$work/uuid")" >/dev/null
await_jobs

collect_garbage >/dev/null
nothing_left "nothing is left" "$before"
