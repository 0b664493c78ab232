#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: true busybox
# Limits the number of programs and system calls of a start, the memory of the processes that stay, and the system
# calls for a pod that has ended. It takes half a millisecond to load a program. So one more program must be a
# decision, not an accident, and so must one more group of pages (64 kB), a file in each pod, or a wait for all
# processors.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
before=$(snapshot)
fetch_images true busybox

# programs DIRECTORY: what was executed in the traces there, sorted; of ours, and the app's `true`.
programs() {
    sed -nE 's/^exec(ve|veat)\([^[]*\["([^"]*)".* = 0$/\2/p' "$1"/* | sed 's|.*/||' |
        grep -xE 'rkt|rkt-.*|run|stop|gc|true' | LC_ALL=C sort | paste -sd' '
}

# traced COMMAND...: prints the programs.
traced() {
    local traces
    traces=$(mktemp -d -p "$work")
    strace -ff -qq -e trace=execve,execveat -o "$traces/of" "$@" >/dev/null 2>&1 || :
    programs "$traces"
}

prepare() {
    rkt prepare --quiet example.com/true
}

# ----- Without systemd -----

without_systemd=(unshare --mount --propagation private bash -c 'mount -t tmpfs none /run/systemd && exec "$@"' -)
uuid=$(prepare) # the first also renders the stage1
equals "rkt run-prepared, without systemd" \
    "$(traced "${without_systemd[@]}" rkt run-prepared --net=none "$uuid")" "rkt run true"
equals "rkt run, without systemd" \
    "$(traced "${without_systemd[@]}" rkt run --net=none example.com/true)" "rkt run run true"

strace -f -qq -e trace=/clone,fork,vfork -o "$work/forks" rkt prepare --quiet example.com/true >/dev/null
equals "prepare has each manifest parsed once, by a child" "$(grep -cE ' = [0-9]+$' "$work/forks")" 2

# An unmount waits for all processors, and so does the last close of a mount that is attached nowhere: the lock's is.
mkdir "$work/start"
"${without_systemd[@]}" strace -ff -qq -o "$work/start/of" rkt run-prepared --net=none "$(prepare)" >/dev/null 2>&1 || :
# start_calls PATTERN: how many there were.
start_calls() {
    cat "$work"/start/of* | grep -cE "$1"
}
made=$(start_calls '^(open_tree|fsmount)\(.* = [0-9]') attached=$(start_calls '^move_mount\(.* = 0') n=$(start_calls '^[a-z]')
equals "mounts that no namespace takes away" $((made - attached)) 1
equals "unmounts" "$(start_calls '^umount2\(')" 2
((n < 1000)) && ok "run-prepared makes less than 1000 system calls" || not_ok "run-prepared makes less than 1000 system calls" "they are $n"

# ----- With it -----

equals "rkt run from a shell" "$(traced rkt run --net=none example.com/true)" "rkt rkt-register run run true"

pod_file short <<'END'
[Pod]
Network=none
[App:true]
Image=example.com/true
END
mkdir "$work/service"
strace -ff -qq -e trace=execve,execveat -o "$work/service/of" -p 1 &
tracer=$!
eventually 10 grep -q '^TracerPid:[[:space:]]*[1-9]' /proc/1/status
systemctl start --wait rkt-short
kill "$tracer"
wait "$tracer" 2>/dev/null || :
# A second rkt-register is rkt-gc's, for the machine; one that has ended before it could be registered is not taken away
# again, and since 258 machined forgets it when its leader has ended.
matches "a service" "$(programs "$work/service")" "^rkt rkt-gc rkt-prepare rkt-register( rkt-register)? run true$"

remove_pod_file short

# ----- What stays -----

pod_file stays <<'END'
[Pod]
Network=none
[App:true]
Image=example.com/true
Exec=/bin/true forever
END
systemctl start rkt-stays
init=$(systemctl show -P MainPID rkt-stays)
kilobytes() {
    awk '$1 == "Pss:" { print $2 }' "/proc/$1/smaps_rollup"
}
takes_at_most() {
    (($(kilobytes "$1") <= $2))
}
# pss NAME PID KILOBYTES: once it has forgotten what its start needed, a second after that.
pss() {
    soon "kB that the $1 takes: at most $3" 20 takes_at_most "$2" "$3"
    printf 'the %s takes %s kB\n' "$1" "$(kilobytes "$2")"
}
pss init "$init" 140
pss reaper "$(pgrep --parent "$init" --exact rkt-reaper)" 150
systemctl stop rkt-stays
remove_pod_file stays

# Carrying lines all the time needs no more.
pod_file talks <<'END'
[Pod]
Network=none
[App:talks]
Image=example.com/busybox
Exec=/bin/sh -c 'n=0; while :; do n=$((n + 1)); echo $n; sleep 0.01; done'
END
systemctl start rkt-talks
soon "an app talks" 30 log_has talks talks '^300$'
pss "init that carries lines" "$(unit_property rkt-talks MainPID)" 140
systemctl stop rkt-talks
remove_pod_file talks

# ----- Pods that have ended -----

# calls COMMAND...: how many it makes, but for memory.
calls() {
    strace -f -qq -e trace='!brk,mmap,munmap,mremap' -o "$work/calls" "$@" >/dev/null 2>&1
    wc -l <"$work/calls"
}

# ended COUNT
ended() {
    local i
    for ((i = 0; i < $1; i++)); do "${without_systemd[@]}" rkt run --net=none example.com/true >/dev/null 2>&1; done
}

collect_garbage
ended 2
two=$(calls rkt list) two_gone=$(calls rkt gc --grace-period=0s)
ended 4
four=$(calls rkt list) four_gone=$(calls rkt gc --grace-period=0s)
equals "system calls of rkt list for each pod" $(((four - two) / 2)) 8
each=$(((four_gone - two_gone) / 2))
((each <= 138)) && ok "rkt gc makes no more than 138 for each" || not_ok "rkt gc makes no more than 138 for each" "they are $each"
printf 'for each pod, rkt gc makes %s\n' "$each"
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
