#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# takes: 35
# --interactive: the one app of a pod has the caller's input and output, and a terminal of its own if the caller's is
# a terminal. Also a pod without --interactive in the foreground of a terminal.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
before=$(snapshot)
fetch_images busybox
image=example.com/busybox

# interactive SHELL-WORDS [OPTION...]: an app that is a shell.
interactive() {
    local words=$1
    shift
    timeout -k 5 "$hung" rkt run --net=none --quiet --interactive "$image" "$@" --exec=/bin/sh -- -c "$words" ---
}

# ----- Pipes -----

rkt run --net=none "$image" --exec=/bin/true >/dev/null 2>&1
equals "a pipe comes and goes" "$(echo hello | interactive 'tr a-z A-Z' 2>"$work/errors")" HELLO
equals "and nothing else" "$(cat "$work/errors")" ""
head -c 1000000 /dev/urandom >"$work/random"
equals "whatever the bytes" "$(interactive cat <"$work/random" | sha256sum)" "$(sha256sum <"$work/random")"
equals "errors are apart" "$(interactive 'echo out; echo errors >&2' </dev/null 2>/dev/null)" out
fails "the status is the app's" 9 '' interactive 'exit 9'
fails "a program that is not there is said" 203 'Unable to open "/nonexistent"' rkt run --net=none --interactive "$image" --exec=/nonexistent
equals "nothing of the host is open" "$(interactive 'ls -l /proc/self/fd' <"$work/random" 2>/dev/null >"$work/descriptors";
    sed -E '/ -> /!d; s/.* -> //; /^(pipe:|\/proc\/[0-9]*\/fd$)/d' "$work/descriptors")" ""
interactive 'while :; do echo y; done' </dev/null 2>/dev/null | head -n 1 >"$work/first" || :
equals "it ends when nobody reads any more" "$(cat "$work/first")" y
equals "another user's app" "$(echo x | interactive 'id -u; cat' --user=33 --group=33)" $'33\nx'
equals "false is the default" "$(echo x | rkt run --net=none --interactive=false "$image" --exec=/bin/cat 2>/dev/null)" ""

prepared=$(rkt prepare --quiet "$image" --exec=/bin/cat)
equals "rkt run-prepared --interactive" "$(echo hello | rkt run-prepared --net=none --interactive "$prepared")" hello

fails "one image only" 254 'run: --interactive: only one image may be given' \
    rkt run --net=none --interactive "$image" --name=a "$image" --name=b
prepared=$(rkt prepare --quiet "$image" --name=a "$image" --name=b)
fails "also of a prepared pod" 254 "run-prepared: --interactive is for a pod of one app; pod \"$prepared\" has 2" \
    rkt run-prepared --net=none --interactive "$prepared"
matches "which is still prepared" "$(rkt status "$prepared")" 'state=prepared'
fails "not as a service that is the pod" 1 '' systemd-run --quiet --unit=notified --property=Type=notify --property=Delegate=yes \
    rkt run --net=none --interactive "$image" --exec=/bin/cat
tells "which says why" 'a service of Type=notify has no terminal' journalctl -u notified --no-pager

# ----- A terminal -----

open_keyboard
run="rkt run --net=none --quiet --interactive $image --exec=/bin/sh -- -c"
equals "a terminal of the pod's own" "$(on_terminal "$run 'tty; test -t 1 && test -t 2 && echo all'")" $'/dev/pts/0\nall'
equals "of the same size" "$(on_terminal "$run 'stty size'")" "33 77"
equals "it controls the app" "$(on_terminal "$run 'echo yes >/dev/tty'")" yes
# shellcheck disable=SC2016
equals "the name of its kind is kept" "$(on_terminal "TERM=vt52 $run 'echo \$TERM'")" vt52
equals "it is the app's user's" "$(on_terminal "${run/ --exec/ --user=33 --group=33 --exec} 'echo yes >/dev/pts/0'")" yes
# shellcheck disable=SC2016
matches "it grows with ours" "$(on_terminal "$growing $run 'trap \"stty size; exit\" WINCH; while :; do sleep 0.5; done'")" '^44 9[0-9]$'
equals "nothing of ours is open there" "$(on_terminal "$run 'ls -l /proc/self/fd'" |
    sed -E '/ -> /!d; s/.* -> //; /^\/(dev\/pts\/0|proc\/[0-9]*\/fd)$/d')" ""
matches "what writes to /dev/console is printed as a log" "$(on_terminal "$run 'echo yes >/dev/console; sleep 1'")" '\] busybox\[[0-9]+\]: yes'

restores "after an app" "$run 'stty raw -echo'"
restores "after no app" "${run%%--exec*} --exec=/nonexistent"
restores "after a signal" "(sleep 2; until pkill -TERM -f '^run --net.* --interactive'; do sleep 0.5; done) & $run 'sleep 100'"

# typed KEYS SHELL-WORDS: what an app makes of keys.
typed() {
    types "$1" "$run 'echo ready; $2'"
}
# shellcheck disable=SC2016
typed 'hello\r' 'read -r word; echo "got $word"; exit 4'
equals "what is typed reaches the app" "$status ${output##*$'\n'}" "4 got hello"
typed '\003' 'sleep 60; echo interrupted'
equals "^C is for the app's foreground" "$status" 130
typed '\003' 'trap "echo heard; exit 6" INT; while :; do sleep 0.1; done'
equals "which may hear it" "$status" 6
typed '\032' 'set -m; sleep 30; echo stopped $?; exit 8'
matches "^Z too: there is job control" "$status $output" '^8 .*stopped 1[0-9]+$'
typed '\004' 'cat; exit 3'
equals "^D ends the input" "$status" 3
typed '\035\035\035' 'trap "" TERM; sleep 60'
equals "^] three times kills the pod" "$status" 137
equals "which has exited" "$(rkt list --no-legend | grep -c running || :)" 0
matches "systemd-run --pty has a terminal, too" "$(on_terminal "systemd-run --quiet --pty --wait $run tty")" '/dev/pts/0'

# ----- A pod that has no terminal of its own -----

plain="rkt run --net=none $image --exec=/bin/sh -- -c"
types '\035\035\035' "$plain 'trap \"\" TERM; echo ready; sleep 60'"
equals "^] three times kills a plain pod, too" "$status" 137
types '\035\035x\035' "$plain 'echo ready; sleep 3; exit 5'"
equals "but not with another key between" "$status" 5
types '\003' "$plain 'trap \"echo asked; exit 6\" TERM; echo ready; while :; do sleep 0.1; done'"
matches "^C asks it to stop" "$status $output" '^0 .*asked'
restores "after a plain pod" "$plain 'sleep 1'"
types '\035\035\035' "stty -g >$work/modes; $plain 'echo ready; sleep 60'; stty -g >$work/modes-after"
equals "and after ^]" "$(<"$work/modes-after")" "$(<"$work/modes")"
types '' "stty -g >$work/modes; (sleep 2; until pkill -KILL -f '^run --net=none --local'; do sleep 0.5; done) &
    $plain 'echo ready; sleep 60'; echo \$?; stty eol undef; stty -g >$work/modes-after"
matches "rkt can be killed" "$output" '137$'
equals "who kills rkt finds the terminal in order" "$(<"$work/modes-after")" "$(<"$work/modes")"
types 'hello\r' "$plain 'echo ready; sleep 3' | cat; read -r word; echo got \$word"
matches "behind us in a pipe others read the keys" "$output" 'got hello$'
types 'hello\r' "set -m; $plain 'echo ready; sleep 3' & read -r word; echo got \$word; wait \$!"
matches "in the background we neither take the keys" "$status $output" '^0 .*got hello'
types '\032%\035\035\035' "set -m; $plain 'echo ready; sleep 60'; echo again; fg; exit \$?"
equals "after ^Z and fg ^] is heard" "$status" 137
types '\032%hello\r' "set -m; $plain 'echo ready; sleep 4'; bg; echo again; read -r word; echo got \$word; wait; echo ended"
matches "and not after ^Z and bg" "$output" $'got hello\n(.*\n)*ended$'
succeeds "no input is no obstacle" timeout "$hung" rkt run --net=none "$image" --exec=/bin/true </dev/null

systemctl reset-failed
collect_garbage >/dev/null
nothing_left "nothing is left" "$before"
