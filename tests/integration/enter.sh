#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox ambush
# takes: 20
# rkt enter: the command runs confined like a process of the app, except for its user, has nothing of the host, and
# its exit status is returned.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
before=$(snapshot)
fetch_images busybox ambush

# pod_of NAME OPTION...: a pod in a service of its own; sets uuid.
pod_of() {
    local name=$1
    shift
    systemd-run --quiet --unit="$name" --property=Type=notify --property=Delegate=yes --property=KillMode=mixed \
        rkt run --net=none --uuid-file-save="$work/$name" "$@" || {
        journalctl --no-pager --lines=20
        give_up "$name runs" "it did not start"
    }
    uuid=$(<"$work/$name")
}

enter() {
    timeout -k 5 "$hung" rkt enter "$@" </dev/null
}

# ----- One app -----

# shellcheck disable=SC2016
facts='for ns in mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$ns; done
grep -E "^(Cap|NoNewPrivs|Seccomp:|Groups|Uid)" /proc/self/status
cat /proc/self/cgroup /proc/self/mountinfo /proc/self/oom_score_adj /proc/self/limits; umask; pwd'
pod_of single --set-env=SHAPE=round example.com/busybox --environment=COLOUR=blue --oom-score-adj=77 \
    --working-dir=/ --exec=/bin/sh -- -c "($facts) >/facts; env | sort >/environment; exec sleep 1000" ---
single=$uuid
started() { enter "$single" test -s /environment; }
soon "a command runs" 10 started
equals "it is confined as the app is" "$(enter "$single" sh -c "$facts")" "$(enter "$single" cat /facts)"
equals "and has the app's environment" "$(HOST_SECRET=yes enter "$single" sh -c 'env | sort')" "$(enter "$single" cat /environment)"
equals "the app's host name" "$(enter "$single" hostname)" "rkt-$single"
matches "the pod's processes" "$(enter "$single" ps)" 'rkt-reaper|sleep 1000'
equals "by a prefix of the UUID" "$(enter "${single:0:8}" echo yes)" yes
equals "options behind it are the command's" "$(enter "$single" echo --app=x --help)" "--app=x --help"
equals "-- may stand between" "$(enter --app=busybox "$single" -- echo yes)" yes

matches "a shell completes its UUID" "$(rkt completion -- enter '')" "$single"

fails "the status is the command's" 7 '' enter "$single" sh -c 'exit 7'
# shellcheck disable=SC2016
fails "or 128 and its signal" 143 '' enter "$single" sh -c 'kill -TERM $$'
fails "1 when it can't be run" 1 'Error: Unable to open "/nonexistent": No such file or directory' enter "$single" /nonexistent
fails "it is looked for in PATH" 1 'Error: Unable to open "nonexistent": No such file or directory' enter "$single" nonexistent
fails "without one it is a shell" 1 'enter: no command specified, assuming "/bin/bash"' enter "$single"
fails "an unknown app" 254 'enter: the pod has no app "other"' enter --app=other "$single" true
fails "no pod" 254 'enter: .*no matches found for "00000000"' enter 00000000 true
fails "not for everyone" 254 'enter: cannot run as unprivileged user' \
    setpriv --reuid=65534 --regid=65534 --clear-groups rkt enter "$single" true
fails "another process is not the pod's init" 1 "process $$ is not the init of this pod" \
    bash -c "cd /var/lib/rkt/pods/run/$single && stage1/rootfs/enter --pid=$$ --appname=busybox -- /bin/true"

# ----- Its input and output -----

equals "a pipe comes and goes" "$(echo hello | rkt enter "$single" tr a-z A-Z)" HELLO
head -c 3000000 /dev/urandom >"$work/random"
equals "whatever the bytes" "$(rkt enter "$single" cat <"$work/random" | sha256sum)" "$(sha256sum <"$work/random")"
equals "its errors are apart" "$(enter "$single" sh -c 'echo out; echo errors >&2' 2>/dev/null)" out
enter "$single" sh -c 'ls -l /proc/self/fd' <"$work/random" >"$work/descriptors" 2>"$work/errors"
equals "nothing of the host is open" "$(sed -E '/ -> /!d; s/.* -> //; /^(pipe:|\/proc\/[0-9]*\/fd$)/d' "$work/descriptors")" ""
begin=$SECONDS
enter "$single" sh -c 'sleep 50 & echo left behind' >/dev/null
at_most_seconds "what it leaves behind holds nobody up" $((SECONDS - begin)) 5
rkt enter "$single" sh -c 'while :; do echo y; done' 2>/dev/null | head -n 1 >"$work/first" || :
equals "it ends when nobody reads any more" "$(cat "$work/first")" y

# shellcheck disable=SC2016
rkt enter "$single" sh -c 'trap "echo heard; exit 5" TERM; echo ready; while :; do sleep 0.1; done' >"$work/signal" </dev/null &
entering=$!
soon "a command waits for a signal" 10 grep -q ready "$work/signal"
kill -TERM "$entering"
await_end "$entering"
equals "signals are handed on" "$status $(tail -n 1 "$work/signal")" "5 heard"

# ----- A terminal -----

open_keyboard
matches "a terminal of the pod's own" "$(on_terminal "rkt enter $single tty")" '^/dev/pts/[0-9]+$'
equals "of the same size" "$(on_terminal "rkt enter $single stty size")" "33 77"
equals "it controls the command" "$(on_terminal "rkt enter $single sh -c 'echo yes >/dev/tty'")" yes
equals "the name of its kind is kept" "$(on_terminal "TERM=vt52 rkt enter $single sh -c 'echo \$TERM'")" vt52
# shellcheck disable=SC2016
matches "it grows with ours" "$(on_terminal "$growing rkt enter $single sh -c 'trap \"stty size; exit\" WINCH; while :; do sleep 0.5; done'")" \
    '^44 9[0-9]$'
lacks "nothing of ours is open there" "$(on_terminal "rkt enter $single ls -l /proc/self/fd" |
    sed -E '/ -> /!d; s/.* -> //; /^\/(dev\/pts\/[0-9]*|proc\/[0-9]*\/fd)$/d')" .
equals "what is no terminal stays a pipe" "$(on_terminal "rkt enter $single sh -c 'test -t 0 && ! test -t 1 && echo yes' | cat")" yes
restores "after a command" "rkt enter $single stty raw -echo"
restores "after no command" "rkt enter $single /nonexistent"
restores "after a signal" "(sleep 1; until pkill -TERM -f '^enter --pid'; do sleep 0.5; done) & rkt enter $single sleep 100"
# sleeping SECONDS
sleeping() {
    printf "rkt enter %s sh -c 'echo ready; exec sleep %s'" "$single" "$1"
}
types '\003' "$(sleeping 60)"
equals "^C is for the command" "$status" 130
types '\035\035\035' "$(sleeping 60)"
equals "^] three times ends it" "$status" 137
types '\035\035x\035' "$(sleeping 2)"
equals "with others between it does not" "$status" 0

# ----- Pods of other kinds -----

pod_of several example.com/busybox --name=redis --exec=/bin/sleep -- 1000 --- \
    example.com/busybox --name=etcd --exec=/bin/sh -- -c 'echo etcd >/name; exec sleep 1000' ---
fails "of several apps one must be chosen" 254 \
    'enter: pod contains multiple apps:.	redis.	etcd.enter: unable to determine app name: specify app using "rkt enter --app= ..."' \
    bash -c "rkt enter $uuid true 2>&1 | tr '\n' '.'; exit \${PIPESTATUS[0]}"
soon "--app= does it" 10 rkt enter --app=etcd "$uuid" test -e /name
fails "each has its own root" 1 '' rkt enter --app=redis "$uuid" test -e /name
matches "and its own cgroup" "$(enter --app=redis "$uuid" cat /proc/self/cgroup)" '/redis$'
rkt enter --app=redis "$uuid" sleep 1000 </dev/null >/dev/null 2>&1 &
entering=$!
eventually 10 bash -c "[[ \$(rkt enter --app=redis $uuid ps) == *'sleep 1000'*'sleep 1000'* ]]"
systemctl stop several
await_end "$entering"
equals "what has entered ends with the pod" "$status" 137
fails "an exited pod" 254 "enter: pod \"$uuid\" isn't currently running" enter "$uuid" true
fails "a prepared pod" 254 "isn't currently running" enter "$(rkt prepare --quiet example.com/busybox)" true

pod_of partly example.com/busybox --name=gone --exec=/bin/sh -- -c 'echo left >/left' --- \
    example.com/busybox --name=strict --seccomp mode=remove,errno=EPERM,clone --exec=/bin/sleep -- 1000 --- \
    example.com/busybox --name=deadly --seccomp mode=remove,clone --exec=/bin/sleep -- 1000 ---
soon "an app that has exited, while its pod runs" 10 rkt enter --app=gone "$uuid" cat /left
fails "not an app that may not clone" 1 "the app's system call filter does not let a process be made: Operation not permitted" \
    enter --app=strict "$uuid" true
fails "nor one that is killed for it" 1 "the app's system call filter does not let a process be made in it" \
    enter --app=deadly "$uuid" true
systemctl stop partly

systemd-run --quiet --unit=shared --property=Type=notify rkt run --net=host --uuid-file-save="$work/shared" \
    example.com/busybox --user=33 --group=33 --seccomp mode=remove,errno=EPERM,chmod --exec=/bin/sleep -- 1000 ---
uuid=$(<"$work/shared")
equals "a unit without Delegate=, another user: enter is root" "$(enter "$uuid" id -u)" 0
matches "in the unit's cgroup" "$(enter "$uuid" cat /proc/self/cgroup)" '0::/system.slice/shared.service$'
fails "under the app's own filter" 1 'Operation not permitted' enter "$uuid" chmod 600 /etc/passwd
rkt --insecure-options=all-run run --net=none --uuid-file-save="$work/open" example.com/busybox --exec=/bin/sleep -- 1000 --- \
    >/dev/null 2>&1 </dev/null &
# shellcheck disable=SC2016
soon "a pod in front of us" 20 eval 'enter "$(<"$work/open")" true'
equals "and one that is confined less" "$(enter "$(<"$work/open")" grep -E '^Seccomp:' /proc/self/status)" $'Seccomp:\t0'
rkt stop "$(<"$work/open")" >/dev/null
await_jobs

# ----- While it attacks -----

digest() {
    find /var/lib/rkt/cas/tree "/var/lib/rkt/pods/run/$uuid/stage1" -path '*rootfs/enter' -exec sha256sum {} + | cut -d' ' -f1 | sort -u
}
# ambushed NAME OPTION...
ambushed() {
    local name=$1 i met
    shift
    pod_of "ambush-$((number += 1))" "$@" --seccomp mode=retain,@rkt/default-whitelist,ptrace --exec=/bin/sh -- -c 'ambush 60 >/result 2>&1; exec sleep 1000' ---
    eventually 10 enter "$uuid" grep -q waiting /result
    digest=$(digest)
    for ((i = 0; i < 80; i++)); do HOST_SECRET=yes enter "$uuid" /bin/true || :; done
    enter "$uuid" touch /enough
    soon "$name: it gives up" 10 enter "$uuid" grep -q met= /result
    met=$(enter "$uuid" sed -n 's/^met=\([0-9]*\) hidden=\([0-9]*\).*/\1+\2/p' /result)
    if ((met > 0)); then ok "$name: it met us ($met)"; else not_ok "$name: it met us" "never"; fi
    equals "$name: nothing was won" "$(enter "$uuid" grep ambush= /result | sort | uniq -c | sed 's/^ *//')" "1 ambush=held"
    equals "$name: the program is the same" "$(digest)" "$digest"
    systemctl stop "ambush-$number"
}
number=0
ambushed "an app as root" example.com/ambush
ambushed "with SYS_PTRACE" example.com/ambush --caps-retain=CAP_SYS_PTRACE,CAP_DAC_OVERRIDE,CAP_DAC_READ_SEARCH,CAP_KILL
# A shell that is the runtime: whoever enters runs it again, in the app, with no right more.
# shellcheck disable=SC2016
pod_of changed example.com/ambush --exec=/bin/busybox -- sh -c '
    rm /bin/sh; printf "#!/proc/self/exe\n" >/bin/sh; chmod 755 /bin/sh
    rm /bin/ls; ln -s /proc/self/exe /bin/ls
    rm -rf /bin/cat; ln -s /proc/1/exe /bin/cat
    (while :; do for exe in /proc/[0-9]*/exe; do echo x 2>/dev/null >>$exe; done; done) 2>/dev/null & exec /bin/busybox sleep 1000' ---
digest=$(digest)
sleep 1
for _ in {1..20}; do
    for program in /bin/sh /bin/ls /bin/cat; do
        if enter "$uuid" "$program" >/dev/null 2>&1; then not_ok "$program is the runtime" "it ran"; fi
    done
done
equals "programs that are the runtime: it is the same" "$(digest)" "$digest"
equals "and it is still good" "$(enter "$uuid" /bin/busybox echo yes)" yes
systemctl stop changed

# Whatever stands at /dev/pts, a terminal is made only in a devpts.
pod_of doors example.com/ambush --caps-retain=CAP_SYS_ADMIN,CAP_DAC_OVERRIDE,CAP_CHOWN --seccomp mode=retain,@appc.io/all \
    --exec=/bin/sh -- -c 'mount -t tmpfs none /dev/pts && mkfifo /dev/pts/ptmx; exec sleep 1000' ---
eventually 10 enter "$uuid" test -e /dev/pts/ptmx
matches "a FIFO in place of the terminals" "$(on_terminal "rkt enter $uuid true")" "cannot make a terminal in the app's /dev/pts"
systemctl stop doors
# shellcheck disable=SC2016
pod_of stood example.com/ambush --exec=/bin/sh -- -c 'cd /proc/self/fd; rm -rf /tmp; ln -s /proc/self/fd/7 /tmp; exec sleep 1000' ---
equals "the directory it begins in is the app's root" "$(enter "$uuid" sh -c '[ . -ef / ] && [ . -ef /proc/1/root ] || pwd')" /
systemctl stop stood single shared

systemctl reset-failed
collect_garbage >/dev/null
nothing_left "nothing is left" "$before"
