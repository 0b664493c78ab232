#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# takes: 90
# An app that tries to escape, as root with the rights that every app has, and again with more rights: it reaches
# nothing of the host, and its pod can always be stopped. tests/images/hostile has the attacks.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# As systemd has it on a machine that is none of namespaces: else nothing could propagate anyway.
mount --make-rshared /
work=$(mktemp -d)
before=$(snapshot)
fetch_images hostile
touch /host-marker /run/host-marker /var/lib/host-marker /var/lib/rkt/host-marker /var/lib/rkt/pods/run/host-marker \
    /var/log/journal/host-marker /run/systemd/host-marker

# ----- Images -----

# variant NAME APP-FIELDS [COMMAND]: fetches example.com/NAME, the hostile image with more in its manifest's app and what
# COMMAND does in its root.
variant() {
    local name=$1 fields=$2 dir=$work/$1 manifest
    shift 2
    mkdir "$dir"
    tar -xzf "$images/hostile.aci" -C "$dir"
    manifest=$(sed "s,example.com/hostile,example.com/$name," "$dir/manifest")
    printf '%s\n' "${manifest/'"user": "0"'/"$fields"}" >"$dir/manifest"
    (cd "$dir/rootfs" && "${@:-true}")
    tar -czf "$work/$name.aci" -C "$dir" manifest rootfs
    rkt --insecure-options=image fetch "$work/$name.aci" >/dev/null || give_up "fetches $name" "exit status $?"
}

# ----- Attacks -----

# run IMAGE OPTION... -- ATTACK...: a pod of one app, in front of us.
run() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    timeout -k 5 "$hung" rkt run --net=none --set-env=OWN_NETWORK=yes "${options[@]}" -- "$@" --- 2>&1 </dev/null
}

# held NAME OUTPUT ATTACK...: each is a fact, a skipped one where the machine lacks what it attacks.
held() {
    local name=$1 output=$2 attack line
    shift 2
    for attack; do
        line=$(grep -a -m 1 -o "$attack=.*" <<<"$output") || :
        if [[ $line == "$attack=untried "* ]]; then
            skip "$name: $attack" "${line#*=untried }"
            continue
        fi
        equals "$name: $attack" "${line:-$attack: no word of it: $(tail -n 1 <<<"$output")}" "$attack=held"
    done
}

# What each set of rights is tried with; two apps, so that one is there while the other starts.
attacks=(kernel-files init-proc init-root core-pattern sysrq cgroup-files directories runtime pod-files devices host-disks
    mount-calls namespace-calls namespaces bpf perf userfaultfd io-uring keyring trace-calls file-handles kernel-code
    machine i386-calls x32-calls unmask remount new-mounts propagation freeze-files chroot terminal vsock
    rights-at-once init-unseen memory-of-reaper files-of-reaper)
volume=("--volume=v,kind=host,source=$work/given")
mkdir -p "$work/given/target"
host_mounts=$(sort /proc/1/mountinfo)

# with_rights NAME RIGHTS ATTACK...: as root with the rights that every app has and these, alone and as one of two.
with_rights() {
    local name=$1 options=("--mount=volume=v,target=/volume") output
    [[ ! $2 ]] || options+=("--caps-retain=$usual,$2")
    shift 2
    output=$(run "${volume[@]}" example.com/hostile "${options[@]}" -- "$@") || :
    held "$name" "$output" "$@"
    output=$(timeout -k 5 "$hung" rkt run --net=none --set-env=OWN_NETWORK=yes "${volume[@]}" \
        example.com/hostile --name=first "${options[@]}" -- "$@" --- \
        example.com/hostile --name=second "${options[@]}" -- "$@" --- 2>&1 </dev/null) || :
    held "$name, one of two" "$(grep -a ' first\[' <<<"$output")" "$@"
    held "$name, the other of two" "$(grep -a ' second\[' <<<"$output")" "$@"
}
usual=CAP_AUDIT_WRITE,CAP_CHOWN,CAP_DAC_OVERRIDE,CAP_FSETID,CAP_FOWNER,CAP_KILL,CAP_MKNOD,CAP_NET_RAW
usual+=,CAP_NET_BIND_SERVICE,CAP_SETUID,CAP_SETGID,CAP_SETPCAP,CAP_SETFCAP,CAP_SYS_CHROOT
with_rights "root" "" "${attacks[@]}" standard-input memory-of-init
# Who may look into what it sees as pid 1 must find nothing of use there, from its first instruction on.
with_rights "SYS_PTRACE" CAP_SYS_PTRACE "${attacks[@]}" memory-of-init
with_rights "SYS_ADMIN" CAP_SYS_ADMIN "${attacks[@]}" memory-of-init
with_rights "SYS_PTRACE, SYS_ADMIN and all files" CAP_SYS_PTRACE,CAP_SYS_ADMIN,CAP_DAC_READ_SEARCH "${attacks[@]}" memory-of-init
output=$(run "${volume[@]}" example.com/hostile --mount=volume=v,target=/volume --user=33 --group=33 -- \
    "${attacks[@]}" standard-input memory-of-init) || :
held "another user" "$output" "${attacks[@]}" standard-input memory-of-init
# What a machine lacks is no reason to leave out the attacks after it.
output=$(run example.com/hostile --set-env=NO_32_BIT_CALLS=yes -- i386-calls x32-calls namespaces) || :
equals "a machine without 32-bit calls" "$(grep -aoE '(i386-calls|x32-calls|namespaces)=.*' <<<"$output" | tr -d '\r')" \
    $'i386-calls=untried no 32-bit system calls here\nx32-calls=held\nnamespaces=held'
equals "no mount of theirs reached the host" "$(sort /proc/1/mountinfo)" "$host_mounts"

# What we mount for an app may not propagate either: a volume within another one.
rkt run --net=none "${volume[@]}" --volume=w,kind=empty example.com/hostile --mount=volume=v,target=/volume \
    --mount=volume=w,target=/volume/target --exec=/bin/sh -- -c 'echo nested; read -r word' --- >"$work/nested" 2>&1 < <(sleep 3) &
runner=$!
soon "a volume within a volume" 10 grep -q nested "$work/nested"
equals "is not mounted on the host" "$(sort /proc/1/mountinfo)" "$host_mounts"
await_end "$runner"

# Beside an app that takes its time to start, and one that is gone by then.
variant slow '"user": "0", "eventHandlers": [ { "name": "pre-start", "exec": [ "/bin/sh", "-c", "sleep 2" ] } ]'
output=$(timeout -k 5 "$hung" rkt run --net=none example.com/hostile --name=tracer --caps-retain=CAP_SYS_PTRACE -- rights-at-once --- \
    example.com/hostile --name=quick --exec=/bin/sh -- -c true --- \
    example.com/slow --exec=/bin/sh -- -c 'echo slow=started' --- 2>&1 </dev/null) || :
held "SYS_PTRACE beside apps that start late or end early" "$output" rights-at-once
matches "they start all the same" "$output" 'slow=started'

# The handlers before and after an app are root, and the app's /dev is writable to root.
variant planter '"user": "0", "eventHandlers": [
    { "name": "pre-start", "exec": [ "/bin/hostile", "plant-null" ] },
    { "name": "post-stop", "exec": [ "/bin/hostile", "standard-input" ] } ]'
output=$(run example.com/planter -- standard-input) || :
held "a pre-start that planted it" "$output" plant-null
equals "a planted /dev/null: the app and its post-stop have the true one" \
    "$(grep -ao 'standard-input=.*' <<<"$output")" $'standard-input=held\nstandard-input=held'

fails "CAP_SYS_PTRACE beside a post-stop handler is refused" 254 'has CAP_SYS_PTRACE and a pre-start handler' \
    rkt prepare example.com/planter --caps-retain=CAP_SYS_PTRACE
fails "and beside a pre-start handler of its own" 254 'has CAP_SYS_PTRACE and a pre-start handler' \
    rkt prepare example.com/slow --caps-retain=CAP_SYS_PTRACE
fails "also in another app" 254 'app "tracer" has CAP_SYS_PTRACE and app "planter" a post-stop handler' \
    rkt prepare example.com/planter example.com/hostile --name=tracer --caps-retain=CAP_SYS_PTRACE
succeeds "unless that is allowed by name" rkt --insecure-options=capabilities prepare example.com/planter \
    --caps-retain=CAP_SYS_PTRACE

systemd-run --quiet --unit=host-abstract --socket-property=ListenStream=@rkt-host-abstract cat
held "the host's abstract sockets" "$(run example.com/hostile -- abstract)" abstract
# on_host_network ATTACK...
on_host_network() {
    timeout -k 5 "$hung" rkt run --net=host example.com/hostile -- "$@" --- 2>&1 </dev/null || :
}
if [[ $(on_host_network scope) == *scope=held* ]]; then
    held "those of the host's network" "$(on_host_network abstract)" abstract
    output=$(timeout -k 5 "$hung" rkt run --net=host example.com/hostile --name=first -- abstract --- \
        example.com/hostile --name=second --user=33 --group=33 -- abstract --- 2>&1 </dev/null) || :
    held "one of two apps" "$(grep -a ' first\[' <<<"$output")" abstract
    held "the other, another user" "$(grep -a ' second\[' <<<"$output")" abstract
    matches "but without a filter" "$(timeout -k 5 "$hung" rkt --insecure-options=seccomp run --net=host example.com/hostile -- abstract --- \
        2>&1 </dev/null)" 'abstract=BROKEN connected'
else
    skip "those of the host's network" "Landlock of this kernel can't keep a pod from them"
fi
for network in host none; do
    output=$(timeout -k 5 "$hung" rkt run --net=$network example.com/hostile --name=first -- listen-abstract --- \
        example.com/hostile --name=second -- reach-abstract --- 2>&1 </dev/null) || :
    held "apps of one pod, on network $network" "$(grep -a ' first\[' <<<"$output")" listen-abstract
    held "reach each other" "$(grep -a ' second\[' <<<"$output")" reach-abstract
done
rkt run --net=host --uuid-file-save="$work/uuid" example.com/hostile --exec=/bin/sh -- -c 'trap "exit 0" TERM; echo $$ >/pid; echo started; while :; do sleep 1; done' --- \
    >"$work/entered" 2>&1 </dev/null &
runner=$!
soon "a pod on the host's network to enter" 10 grep -q started "$work/entered"
[[ $(on_host_network scope) != *scope=held* ]] ||
    held "who enters it" "$(rkt enter "$(<"$work/uuid")" /bin/hostile abstract 2>&1 || :)" abstract
# shellcheck disable=SC2016
succeeds "can end its app" rkt enter "$(<"$work/uuid")" /bin/sh -c 'kill -TERM $(cat /pid)'
await_end "$runner"
equals "which ends" "$status" 0
systemctl stop host-abstract.socket host-abstract.service 2>/dev/null || :
systemctl reset-failed

# ----- Strange callers -----

# from NAME COMMAND...: what COMMAND, put before rkt run, leaves to the app.
from() {
    local name=$1
    shift
    output=$(timeout -k 5 "$hung" "$@" rkt run --net=none example.com/hostile -- surroundings --- 2>&1) || output+=" status $?"
    held "$name" "$output" surroundings
}
# as NAME SHELL-WORDS: the same, behind words that a shell understands; what the pod says goes to a file.
as() {
    local status=0
    bash -c "$2; exec rkt run --net=none --uuid-file-save=$work/uuid example.com/hostile -- surroundings ---" \
        >"$work/output" 2>&1 || status=$?
    equals "$1: status" "$status" 0
    held "$1" "$(cat "$work/output"; app_log_kept "$(<"$work/uuid")" hostile)" surroundings
}
from "signals ignored" env --ignore-signal
from "SIGCHLD ignored" env --ignore-signal=CHLD
from "signals blocked" env --block-signal
from "an empty environment" env -i PATH="$PATH"
from "a foreign environment" env FOREIGN=yes LD_PRELOAD=/nonexistent RKT_LOCK_FD=1 NOTIFY_SOCKET=/nonexistent
from "nice, and few resources" nice -n 15 prlimit --nofile=64:64 --core=0 --nproc=200
as "a strange umask" 'umask 0777'
as "a directory that is gone" "mkdir $work/gone; cd $work/gone; rmdir $work/gone"
as "open descriptors" 'exec 3</ 9</etc/passwd 37</proc'
as "no standard input" 'exec <&-'
as "no standard output" 'exec >&-'
as "no standard error" 'exec 2>&-'
as "none of the three" 'exec <&- >&- 2>&-'

# ----- Images that lie in wait -----

number=0
for link in dev proc sys; do
    for target in /run ../../../../../../run run/../run; do
        name=linked-$((number += 1))
        # shellcheck disable=SC2016
        variant "$name" '"user": "0"' bash -c 'rm -rf "$1"; ln -s "$2" "$1"' - "$link" "$target"
        fails "/$link is a link to $target" 203 'is a symbolic link in the image' \
            timeout -k 5 "$hung" rkt run --net=none "example.com/$name"
    done
done
# shellcheck disable=SC2016
variant detour '"user": "0"' bash -c '
    mkdir -p etc run
    ln -sfn ../../../../../../../../planted-file etc/hostname
    ln -sfn /planted-hosts etc/hosts
    ln -sfn /planted-directory run/systemd
    ln -sfn ../../../../../../../planted-host run/host
    ln -sfn /proc/self/fd/5 etc/mtab
    ln -sfn /proc/1/root/planted-volume volume
    ln -sfn /proc/self/fd stand'
output=$(run example.com/detour -- surroundings directories) || :
held "mount targets are links" "$output" surroundings directories
equals "and nothing of them is on the host" "$(find / -xdev -maxdepth 1 -name 'planted*')" ""
fails "a volume's target leads out by a magic link" 203 'mount' timeout -k 5 "$hung" rkt run --net=none \
    --volume=v,kind=empty example.com/detour --mount=volume=v,target=/volume
for number in 3 4 5 6 7 8 9 10 11 12; do
    fails "working directory /proc/self/fd/$number" 203 'cannot enter the working directory' timeout -k 5 "$hung" rkt run \
        --net=none example.com/hostile --working-dir="/proc/self/fd/$number" -- directories ---
done
fails "the same by a link of the image" 203 'cannot enter the working directory' timeout -k 5 "$hung" rkt run \
    --net=none example.com/detour --working-dir=/stand/7 -- directories ---

# The kernel opens a script's interpreter while the process is still ours.
variant script '"user": "0"' bash -c 'printf "#!/proc/self/exe\n" >bin/script; chmod 755 bin/script'
fails "a script whose interpreter is the runtime" 254 . timeout -k 5 "$hung" rkt run --net=none example.com/script \
    --exec=/bin/script

rkt run --net=none example.com/hostile --exec=/bin/sh -- -c 'cp /bin/busybox /root-shell; chmod 4755 /root-shell' ---
planted=$(find /var/lib/rkt/pods -name root-shell -perm -4000 -print -quit)
matches "an app makes a set-uid program" "$planted" root-shell
fails "which group rkt can't run" 126 'Permission denied' setpriv --reuid=65534 --regid=65534 \
    --groups="$(getent group rkt | cut -d: -f3)" bash -c "$planted id"

# ----- The pod's init -----

# pod NAME EXEC [SERVICE-LINE...]: a declared pod of one app.
pod() {
    local name=$1 exec=$2
    shift 2
    printf '%s\n' '[Unit]' 'StartLimitIntervalSec=0' '[Pod]' 'Network=none' '[App:hostile]' 'Image=example.com/hostile' \
        "Exec=$exec" StopTimeout=2s '[Service]' 'TimeoutStopSec=30' "$@" | pod_file "$name"
}

# stops NAME POD: in the time that an app has, by the pod's own init.
stops() {
    local name=$1 begin=$SECONDS
    timeout -k 5 "$hung" systemctl stop "rkt-$2" || :
    at_most_seconds "$name: it stops" $((SECONDS - begin)) 12
    lacks "$name: systemd did not have to kill it" "$(unit_property "rkt-$2" Result)" 'timeout|watchdog'
}

pod signals "/bin/sh -c '/bin/hostile signals; exec sleep 1000'"
start signals
pid=$(unit_property rkt-signals MainPID)
soon "an app sends the init every signal" 10 log_has signals hostile signals=held
sleep 1
equals "and it runs on" "$(unit_property rkt-signals MainPID) $(unit_property rkt-signals ActiveState)" "$pid active"
# Of the host's files none; the pod's own directory and cgroups are mounts that end there.
lacks "the init holds nothing of the host" "$(readlink /proc/"$pid"/fd/* | grep -v 'socket:\|pipe:\|anon_inode:\|mnt:\|^/dev/null$')" \
    '^/(var|run|etc|usr|sys|home|proc)/'
fails "the init's program can't be changed, by nobody" 1 'Read-only file system' touch --no-create "/proc/$pid/exe"
# An app with SYS_PTRACE can write that; who enters it must not have more rights for it.
uuid=$(cat /run/rkt/pods/rkt-signals/uuid)
confined=$(rkt enter "$uuid" /bin/sh -c 'grep -E "^(Seccomp|CapBnd):" /proc/self/status' 2>&1) || :
matches "enter is confined" "$confined" 'Seccomp:.2'
printf ' no-capabilities no-seccomp' >>"/var/lib/rkt/pods/run/$uuid/stage1/rootfs/rkt/status/hostile.started"
matches "forged words in an app's status open no door" \
    "$(rkt enter "$uuid" /bin/sh -c 'cat /proc/self/status' 2>&1 || :)" 'cannot read how app "hostile" was started'
status=/var/lib/rkt/pods/run/$uuid/stage1/rootfs/rkt/status
echo 77 >/run/host-number
ln -sf /run/host-number "$status/hostile"
lacks "nor does a link there lead to a file of the host" "$(rkt status --format=json "$uuid")" 'exit_code'
ln -sf /run/host-number "$status/hostile.started"
matches "which is no door either" "$(rkt enter "$uuid" /bin/true 2>&1 || :)" 'cannot read how app .*symbolic links'
rm -f "$status/hostile" /run/host-number
stops "an app that sends signals" signals

# Its processes have had more of a processor than a start takes, or wait for it to end. Whoever floods us waits for us, and so
# has little.
is_busy() {
    local app=/sys/fs/cgroup/machine.slice/rkt-$1.service/hostile
    (($(sed -n 's/^usage_usec //p' "$app/cpu.stat") > 30000 || $(wc -l <"$app/cgroup.procs") > 100))
}
for flood in console-flood orphan-flood crowd; do
    pod "$flood" "/bin/hostile $flood"
    start "$flood"
    soon "$flood: it is at it" 20 is_busy "$flood"
    stops "$flood" "$flood"
    systemctl reset-failed "rkt-$flood"
    remove_pod_file "$flood"
done
# The journal has a limit for the pod, and the host's own takes no notice.
pod journal-flood "/bin/hostile journal-flood"
journald=$(pgrep -o -x systemd-journal)
start journal-flood
soon "journal-flood: it is at it" 20 is_busy journal-flood
echo still-here | systemd-cat --identifier=beside
soon "journal-flood: the host's journal takes a message" 5 eval \
    'grep -q still-here <<<"$(journalctl --identifier=beside --output=cat --no-pager)"'
equals "journal-flood: its journald is the same" "$(pgrep -o -x systemd-journal)" "$journald"
at_most "journal-flood: MiB of the pod's journal" \
    "$(du -sm /var/log/journal/*.rkt-journal-flood | cut -f1)" 72
stops journal-flood journal-flood
systemctl reset-failed rkt-journal-flood
remove_pod_file journal-flood
pod notify-flood "/bin/hostile notify-flood"
sed -i 's,^Exec=,Annotation=appc.io/executor/supports-systemd-notify=true\n&,' /etc/rkt/pods.d/notify-flood.pod
systemctl daemon-reload
start notify-flood
soon "notify-flood: it is at it" 20 is_busy notify-flood
stops notify-flood notify-flood
systemctl reset-failed rkt-notify-flood
remove_pod_file notify-flood
remove_pod_file signals

# Ready is what each app says of itself.
pod forged "/bin/hostile notify-flood"
sed -i 's,^Exec=,Annotation=appc.io/executor/supports-systemd-notify=true\n&,' /etc/rkt/pods.d/forged.pod
printf '%s\n' '[App:silent]' Image=example.com/hostile Annotation=appc.io/executor/supports-systemd-notify=true \
    "Exec=/bin/sh -c 'exec sleep 1000'" StopTimeout=2s >>/etc/rkt/pods.d/forged.pod
systemctl daemon-reload
systemctl start --no-block rkt-forged
says() {
    [[ $(unit_property rkt-forged StatusText) == "$1" ]]
}
soon "an app says READY" 20 says "hostile: ready (x), silent: starting"
equals "an app's READY is not another's" "$(unit_property rkt-forged ActiveState)" activating
stops "a pod that is not ready" forged
remove_pod_file forged
systemctl reset-failed

# Whoever has the init tell systemd another main process has that one killed when the unit is stopped. The init hears
# such an app all the same.
sleep 31338 &
victim=$!
pod puppet "/bin/hostile notify-ready puppet-init"
sed -i "s,^Exec=,Annotation=appc.io/executor/supports-systemd-notify=true\nReloadSignal=URG\nCapsRetain=CAP_SYS_PTRACE\nEnvironment=WORDS=MAINPID=$victim\n&," /etc/rkt/pods.d/puppet.pod
systemctl daemon-reload
start puppet
soon "a pod with SYS_PTRACE tries to take its init over" 10 log_has puppet hostile 'puppet-init=not tried'
pid=$(cat "/var/lib/rkt/pods/run/$(</run/rkt/pods/rkt-puppet/uuid)/pid")
sleep 0.5
equals "and its init is the main process still" "$(unit_property rkt-puppet MainPID)" "$pid"
matches "which tells of its readiness" "$(unit_property rkt-puppet StatusText)" 'hostile: ready'
succeeds "and has it reload" systemctl reload rkt-puppet
equals "with no right but to signal" "$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$pid/status")" 0000000000000020
systemctl stop rkt-puppet
succeeds "so a process of the host lives on" kill $victim
remove_pod_file puppet
systemctl reset-failed

variant waiting '"user": "0", "eventHandlers": [ { "name": "pre-start", "exec": [ "/bin/sh", "-c", "trap : TERM; sleep 1000; sleep 1000" ] } ]'
pod early "/bin/sh -c 'echo started; exec sleep 1000'"
sed -i 's,example.com/hostile,example.com/waiting,' /etc/rkt/pods.d/early.pod
systemctl daemon-reload
systemctl start --no-block rkt-early
soon "a pre-start runs" 20 eval 'grep -qx sleep <<<"$(ps -o comm= -p "$(paste -sd, /sys/fs/cgroup/machine.slice/rkt-early.service/hostile/cgroup.procs)")"'
stops "a pod whose pre-start is running" early
lacks "its app was never started" "$(app_log_kept early hostile)" started
remove_pod_file early
systemctl reset-failed

# A target in a volume that another pod swaps for a link meanwhile: some starts fail, none mounts anywhere else.
mkdir -p "$work/shared" /run/host-target
rkt run --net=none --volume=v,kind=host,source="$work/shared" example.com/hostile --mount=volume=v,target=/volume -- swap-target --- \
    >/dev/null 2>&1 </dev/null &
swapper=$!
eventually 10 test -L "$work/shared/link"
mounts=$(sort /proc/1/mountinfo)
for _ in {1..25}; do
    timeout -k 5 "$hung" rkt run --net=none --volume=v,kind=host,source="$work/shared" --volume=w,kind=empty example.com/hostile \
        --mount=volume=v,target=/volume --mount=volume=w,target=/volume/target --exec=/bin/sh -- -c 'echo x >/volume/target/planted' --- >/dev/null 2>&1 || :
done
kill "$swapper"
await_end "$swapper"
equals "mount targets swapped while starting: the host's mounts" "$(sort /proc/1/mountinfo)" "$mounts"
equals "mount targets swapped while starting: the link's target" "$(ls /run/host-target)" ""

# The status by which a pod asks its unit to stay down; SIGILL gives the same.
pod crash "/bin/sh -c 'sleep 1; exit 132'" Restart=on-failure RestartSec=100ms
start crash
# shellcheck disable=SC2016
soon "an app that ends as by SIGILL is started again" 15 eval '(($(unit_property rkt-crash NRestarts) > 0))'
systemctl stop rkt-crash
remove_pod_file crash
systemctl reset-failed

# Nobody reads what rkt run prints: it may not wait for that when it is asked to stop, nor may the pod.
mkfifo "$work/unread"
exec {unread}<>"$work/unread"
# Another page has no room.
is_full() {
    [[ -s $work/uuid ]] && ! dd if=/dev/zero of="$work/unread" bs=4096 count=1 conv=notrunc oflag=nonblock 2>/dev/null
}
# unread: a pod that writes without end, as a child of ours in $runner.
unread() {
    rm -f "$work/uuid"
    rkt run --net=none --uuid-file-save="$work/uuid" example.com/hostile --stop-timeout=2s -- console-flood --- >"$work/unread" 2>&1 &
    runner=$!
    soon "a console that nobody reads is full" 20 is_full
    begin=$SECONDS
}
unread
timeout -k 5 "$hung" rkt stop "$(<"$work/uuid")" >/dev/null 2>&1 || :
soon "an unread console: the pod's init ends" 20 has_ended "$(cat "/var/lib/rkt/pods/run/$(<"$work/uuid")/pid")"
at_most_seconds "an unread console: it stops" $((SECONDS - begin)) 20
kill -TERM "$runner"
soon "an unread console: rkt run hears SIGTERM" 5 has_ended "$runner"
await_end "$runner"
unread
kill -TERM "$runner"
soon "an unread console: SIGTERM stops the pod, and rkt run ends" 20 has_ended "$runner"
lacks "an unread console: no descriptor of ours is non-blocking now" "$(cat "/proc/$$/fdinfo/$unread")" 'flags:[[:space:]]*0[0-7]*[4-7][0-7]{3}$'
await_end "$runner"
exec {unread}>&-
rkt run --net=none example.com/hostile --exec=/bin/sh -- -c 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done' --- |
    { sleep 2; cat; } >"$work/lines"
equals "a slow reader gets every line" "$(grep -c '\] hostile\[[0-9]*\]: line [0-9]*.\?$' "$work/lines")" 20000

succeeds "an app that is called init" timeout -k 5 "$hung" rkt run --net=none example.com/hostile --name=init -- surroundings ---
output=$(timeout -k 5 "$hung" rkt run --net=none example.com/hostile --exec=/bin/sh -- -c 'sleep 31337 & exit 0' --- 2>&1) || :
lacks "what an app leaves behind ends with it" "$(ps -e -o args=)" 'sleep 31337'

rm -f /var/lib/rkt/pods/run/host-marker
collect_garbage >/dev/null
nothing_left "nothing is left" "$before"
