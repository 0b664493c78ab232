#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gc, rm and stop on pods that consist only of their directories: each state, everything that a pod may leave outside
# of its directory, and files that must not be touched.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
libexec=/usr/lib/rkt
machine_id=$(</etc/machine-id)
work=$(mktemp -d)

systemd-sysusers rkt.conf
systemd-tmpfiles --create rkt.conf

# make_pod DIRECTORY: prints the UUID.
make_pod() {
    local uuid
    uuid=$(</proc/sys/kernel/random/uuid)
    mkdir -p "$pods/$1/$uuid/stage1/rootfs"
    echo '{}' >"$pods/$1/$uuid/pod"
    echo "$uuid"
}

# hold UUID COMMAND...: a pod's init, as far as gc and stop can see: it holds the lock, its pid is known.
hold() {
    local uuid=$1
    shift
    flock --no-fork --exclusive "$pods/run/$uuid" "$@" &
    holder=$!
    echo "$holder" >"$pods/run/$uuid/pid"
    eventually 5 locked "$uuid"
}

# Sets status to what the holder ended with.
await() {
    status=0
    wait "$holder" || status=$?
}

locked() {
    ! flock --nonblock "$pods/run/$1" true
}

is_in() {
    [[ -d $pods/$1/$2 ]]
}

# entrypoint UUID NAME: the stage1's, from standard input.
entrypoint() {
    local pod=$pods/run/$1
    printf '{"acKind":"ImageManifest","annotations":[{"name":"coreos.com/rkt/stage1/%s","value":"/%s"}]}' "$2" "$2" \
        >"$pod/stage1/manifest"
    cat >"$pod/stage1/rootfs/$2"
    chmod +x "$pod/stage1/rootfs/$2"
}

# ----- Who may, and what of -----

fails "gc as an ordinary user" 254 'gc: cannot run as unprivileged user' setpriv --reuid=nobody --clear-groups rkt gc
fails "rm as an ordinary user" 254 'rm: cannot run as unprivileged user' setpriv --reuid=nobody --clear-groups rkt rm x
succeeds "gc with no data directory" rkt --dir="$work/none" gc
fails "a bad duration" 254 'grace-period: not a duration' rkt gc --grace-period=soon
fails "an unknown flag" 254 'did you mean --mark-only' rkt gc --mark-onyl

# ----- Mark -----

exited=$(make_pod run)
running=$(make_pod run)
hold "$running" sleep 1000
aborted=$(make_pod prepare)
embryo=$(make_pod embryo)
prepared=$(make_pod prepared)
hollow=$(make_pod prepared)
: >"$pods/prepared/$hollow/plan"

equals "what marking says" "$(rkt gc --mark-only 2>&1 >/dev/null | sort)" \
    "$(printf 'gc: moving pod "%s" to garbage\n' "$exited" "$aborted" "$embryo" "$hollow" | sort)"
succeeds "an exited pod is marked" is_in exited-garbage "$exited"
succeeds "a running one is not" is_in run "$running"
succeeds "an aborted one is garbage" is_in garbage "$aborted"
succeeds "so is an embryo" is_in garbage "$embryo"
succeeds "a prepared one waits" is_in prepared "$prepared"
succeeds "one that a power cut left without its bytes is garbage" is_in garbage "$hollow"

# ----- Sweep -----

equals "what sweeping says" "$(rkt gc 2>"$work/err" | sort)" \
    "$(printf 'Garbage collecting pod "%s"\n' "$aborted" "$embryo" "$hollow" | sort)"
equals "within the grace period" "$(<"$work/err")" \
    "gc: pod \"$exited\" not removed: still within grace period (30m0s)"
succeeds "it stays" is_in exited-garbage "$exited"
succeeds "gc without a grace period" collect_garbage
equals "only the running pod is left" "$(find "$pods" -mindepth 2 -maxdepth 2 -printf '%f')" "$running"

# What a pod may have left: mounts, one in another and with a blank in its name, and files nobody may delete.
left=$(make_pod run)
mkdir -p "$pods/run/$left/a b"
mount -t tmpfs tmpfs "$pods/run/$left/a b"
mkdir "$pods/run/$left/a b/c"
mount -t tmpfs tmpfs "$pods/run/$left/a b/c"
exec {open}>"$pods/run/$left/a b/c/open"
touch "$pods/run/$left/immutable"
chattr +i "$pods/run/$left/immutable" 2>/dev/null || skip "an immutable file in it" "chattr does not work on this machine"
# shellcheck disable=SC2016
entrypoint "$left" gc <<'END'
#!/bin/sh
echo "$PWD $*" >/tmp/gc-entrypoint
exit 3
END
# One that cannot be removed must not stop it.
stuck=$(make_pod garbage)
mount --bind -o ro "$pods/garbage/$stuck" "$pods/garbage/$stuck"
other=$(make_pod garbage)
fails "a pod that cannot be removed" 254 "gc: cannot remove pod \"$stuck\"" collect_garbage
fails "and says so again" 254 "$stuck" collect_garbage
succeeds "stays" is_in garbage "$stuck"
fails "another is gone" 1 '' is_in garbage "$other"
fails "one with mounts is gone" 1 '' is_in exited-garbage "$left"
lacks "and its mounts" "$(</proc/self/mountinfo)" "$left"
matches "the stage1's gc ran in the pod's directory" "$(</tmp/gc-entrypoint)" "^$pods/exited-garbage/$left .*$left\$"
exec {open}>&-
umount "$pods/garbage/$stuck"
collect_garbage >/dev/null

# ----- Pods as no pod should be -----

# spoiled WHAT: makes an exited pod, and has WHAT, working in its directory, spoil it.
spoiled() {
    local uuid
    uuid=$(make_pod run)
    (cd "$pods/run/$uuid" && "$@")
}
without_manifest() { rm pod; }
huge_manifest() { truncate -s 2G pod; }
bad_manifest() { head -c 100000 /dev/urandom >pod; }
waiting_manifest() { rm pod && mkfifo pod; }
huge_plan() { truncate -s 2G plan; }
directory_plan() { mkdir plan; }
huge_stage1() { truncate -s 2G stage1/manifest; }
bad_stage1() { echo '{"annotations": 5}' >stage1/manifest; }
waiting_stage1() { mkfifo stage1/manifest; }
looping_unit() { ln -s unit unit; }
waiting_cgroup() { mkfifo subcgroup; }
foreign_cgroup() { echo /system.slice >subcgroup; }
no_apps() { touch appsinfo; }
strange_names() { touch $'\xff\n' $'a\tb' -- -rf; mkdir -m 0 closed; }
deep() {
    local i
    for ((i = 0; i < 300; i++)); do
        mkdir -p 0123456789/0123456789
        cd 0123456789/0123456789
    done
}
immutable() {
    mkdir -p upper/directory
    touch upper/directory/file upper/log
    chattr +i upper/directory/file upper/directory
    chattr +a upper/log upper
    chattr +i .
}
no_program() { printf '{"annotations":[{"name":"coreos.com/rkt/stage1/gc","value":"/nowhere"}]}' >stage1/manifest; }
no_permission() { no_program && echo 'exit 0' >stage1/rootfs/nowhere; }
spoils=(without_manifest huge_manifest bad_manifest waiting_manifest huge_plan directory_plan huge_stage1 bad_stage1
    waiting_stage1 looping_unit waiting_cgroup foreign_cgroup no_apps strange_names deep no_program no_permission)
if chattr +i "$work" 2>/dev/null && chattr -i "$work"; then
    spoils+=(immutable)
else
    skip "a pod with immutable files" "chattr does not work on this machine"
fi
for spoil in "${spoils[@]}"; do spoiled "$spoil"; done
lost=$(make_pod prepared)
rm "$pods/prepared/$lost/pod"
# A cgroup where somebody is left, in one below it.
populated=$(make_pod run)
cgroup=$(sed -n 's/^0:://p' /proc/self/cgroup)/rkt-$populated
echo "$cgroup" >"$pods/run/$populated/subcgroup"
mkdir -p "/sys/fs/cgroup$cgroup/rkt.init" "/sys/fs/cgroup$cgroup/app"
sleep 1000 &
left_behind=$!
echo "$left_behind" >"/sys/fs/cgroup$cgroup/app/cgroup.procs"

ended_pods() {
    find "$pods/run" -mindepth 1 -maxdepth 1 -not -name "$running" -printf x | wc -c
}

equals "list has them all" "$(rkt list --no-legend --full | grep -c exited)" $((${#spoils[@]} + 1))
succeeds "so has list as JSON" rkt list --format=json
fails "image gc says whose images it does not know" 254 'cannot list the apps of pod' rkt image gc
tracer=$RKT_TEST_BUILD/tests/faults/inject
if [[ -x $tracer ]]; then
    rkt gc --mark-only 2>/dev/null
    equals "mark moves all" "$(ended_pods)" 0
    mv "$pods"/exited-garbage/* "$pods/run/"
    "$tracer" --any --list="$work/calls" -- /usr/lib/rkt/rkt-gc --mark-only 2>/dev/null
    open_fails=$(awk -v path="run/$populated" '$3 == path { print $1; exit }' "$work/calls")
    mv "$pods"/exited-garbage/* "$pods/run/"
    fails "a pod that can't be opened" 254 "cannot open pod \"$populated\": Input/output error" \
        "$tracer" --any --at="$open_fails" --error=EIO -- /usr/lib/rkt/rkt-gc --mark-only
    equals "keeps no other from being marked" "$(ended_pods)" 1
else
    skip "a pod that can't be opened" "the tracer is not built for this processor"
fi
succeeds "gc removes them all" collect_garbage
equals "only the running pod is left again" "$(find "$pods" -mindepth 2 -maxdepth 2 -printf '%f')" "$running"
fails "who was left in the cgroup is gone" 1 '' kill -0 "$left_behind"
fails "and the cgroup" 1 '' test -e "/sys/fs/cgroup$cgroup"
succeeds "a foreign cgroup is not" test -e /sys/fs/cgroup/system.slice

# Two at once: each pod once.
for ((i = 0; i < 20; i++)); do make_pod run >/dev/null; done
(collect_garbage & collect_garbage & wait) >"$work/twice" 2>&1
equals "two at once collect each pod once" "$(grep -c Garbage "$work/twice")" 20
equals "and nothing fails" "$(grep -c cannot "$work/twice" || :)" 0

# ----- A unit that has stopped -----

for content in "" "no-uuid" "$(</proc/sys/kernel/random/uuid)" "$running"; do
    printf '%s' "$content" >"$work/uuid"
    succeeds "--uuid-file with '${content/$running/a running pod}'" "$libexec/rkt-gc" --mark-only --uuid-file="$work/uuid"
done
succeeds "--uuid-file that is missing" "$libexec/rkt-gc" --mark-only --uuid-file="$work/missing"
fails "--uuid-file without --mark-only" 254 'needs --mark-only' "$libexec/rkt-gc" --uuid-file="$work/uuid"
one=$(make_pod run)
two=$(make_pod run)
printf %s "$one" >"$work/uuid"
succeeds "--uuid-file with a pod that exited" "$libexec/rkt-gc" --mark-only --uuid-file="$work/uuid"
succeeds "marks it" is_in exited-garbage "$one"
succeeds "and no other" is_in run "$two"

# ----- Journals and machines -----

# A namespace as rkt-register leaves it. $1 name, $2 owner.
make_namespace() {
    "$libexec/rkt-register" --uuid="$one" --machine-name=x --journal-namespace="$1" </dev/null >/dev/null 2>&1 || :
    printf %s "$2" >"/var/log/journal/$machine_id.$1/rkt-owner"
}
has_journal() {
    [[ -d /var/log/journal/$machine_id.$1 ]]
}

make_namespace "rkt-$one" "$one"
# Noted as a declared pod's by the pod, if not by its journal.
web=$(make_pod run)
ln -s rkt-web2.service "$pods/run/$web/unit"
make_namespace rkt-web2 "$web"
make_namespace rkt-web rkt-web.service
make_namespace rkt-tmpl-a rkt-tmpl@a.service
make_namespace rkt-own x
rm "/var/log/journal/$machine_id.rkt-own/rkt-owner"
mkdir -p /etc/rkt/pods.d
touch /etc/rkt/pods.d/web.pod /etc/rkt/pods.d/tmpl@.pod
unshare --fork --pid sleep 1000 &
wait_child() { leader=$(pgrep -P "$1"); }
eventually 5 wait_child $! && wait_child $!
(echo "leader=$leader" && sleep 0.2) | "$libexec/rkt-register" --uuid="$two" --machine-name="rkt-$two" 2>/dev/null |
    grep -qx machine= || not_ok "a machine for the test" "not registered"
kill -KILL "$leader"
succeeds "the dead machine lingers" machinectl show "rkt-$two"
succeeds "gc with journals and machines" collect_garbage
fails "an undeclared pod's journal is gone" 1 '' has_journal "rkt-$one"
fails "its settings too" 1 '' test -e "/run/systemd/journald@rkt-$one.conf.d"
succeeds "a declared pod's journal stays" has_journal rkt-web
succeeds "so does that of an instance" has_journal rkt-tmpl-a
succeeds "and one that only the pod knows of" has_journal rkt-web2
fails "the dead machine is gone" 1 '' machinectl show "rkt-$two"
rm /etc/rkt/pods.d/web.pod /etc/rkt/pods.d/tmpl@.pod
collect_garbage >/dev/null
collect_garbage >/dev/null
succeeds "a journal that is written to stays" has_journal rkt-web
systemctl stop systemd-journald@rkt-{web,tmpl-a,own}.service

# Away for a moment, in one way or another; gc comes by, once and again.
absence=/var/log/journal/$machine_id.rkt-web/rkt-undeclared
back() {
    touch /etc/rkt/pods.d/web.pod /etc/rkt/pods.d/tmpl@.pod
    collect_garbage >/dev/null 2>&1
    fails "$1: that it was away is forgotten" 1 '' test -e "$absence"
    rm /etc/rkt/pods.d/web.pod /etc/rkt/pods.d/tmpl@.pod
}
stays() {
    succeeds "$1: the journal stays" has_journal rkt-web
    succeeds "$1: that of an instance, too" has_journal rkt-tmpl-a
}
back "started again"
matches "the first time it is only said" "$(collect_garbage 2>&1)" 'rkt-web.service is not declared any more'
stays "gone for the first time"
for note in /var/log/journal/*.*/rkt-undeclared; do
    echo 00000000-0000-0000-0000-000000000000 >"$note"
    touch --date='2 days ago' "$note"
done
collect_garbage >/dev/null 2>&1
stays "seen gone in an earlier boot"
succeeds "but for how long is remembered" test "$(($(date +%s) - $(stat -c %Y "$absence")))" -ge 86400
back "another boot"
collect_garbage >/dev/null 2>&1
rkt gc --grace-period=1h >/dev/null 2>&1
stays "gone for less than the grace period"
back "after that"
for way in link-to-nowhere loop; do
    target=/nowhere/web.pod
    [[ $way != loop ]] || target=web.pod
    ln -s "$target" /etc/rkt/pods.d/web.pod
    touch /etc/rkt/pods.d/tmpl@.pod
    collect_garbage >/dev/null 2>&1
    collect_garbage >/dev/null 2>&1
    stays "$way"
    rm /etc/rkt/pods.d/*.pod
done
for way in file loop link-to-nowhere; do
    rmdir /etc/rkt/pods.d
    case $way in
    file) touch /etc/rkt/pods.d ;;
    loop) ln -s pods.d /etc/rkt/pods.d ;;
    *) ln -s /nowhere /etc/rkt/pods.d ;;
    esac
    collect_garbage >/dev/null 2>&1
    matches "pods.d is a $way: gc says so" "$(collect_garbage 2>&1)" 'the journals of declared pods stay'
    stays "pods.d is a $way"
    rm /etc/rkt/pods.d
    mkdir /etc/rkt/pods.d
done
collect_garbage >/dev/null 2>&1
collect_garbage >/dev/null 2>&1
fails "it goes after the pod's file" 1 '' has_journal rkt-web
fails "so does that of an instance" 1 '' has_journal rkt-tmpl-a
succeeds "an administrator's own is never touched" has_journal rkt-own

# ----- stop -----

kill "$holder"
await
equals "stop of a pod that exited" "$(rkt stop "$running")" "pod \"$running\" is already stopped"
fails "stop of one that never ran" 254 'is not running: it is prepared' rkt stop "$(make_pod prepared)"
fails "stop of an unknown one" 254 'no matches found for "12"' rkt stop 12
fails "stop of nothing" 254 'must provide' rkt stop
echo bad >"$work/uuid"
fails "stop by a bad file" 1 'does not hold a whole UUID' rkt stop --uuid-file="$work/uuid"
fails "stop by a missing file" 1 'cannot read' rkt stop --uuid-file="$work/missing"

pod=$(make_pod run)
hold "$pod" sleep 1000
equals "stop prints the UUID" "$(rkt stop "${pod:0:8}")" "\"$pod\""
await
equals "by SIGTERM" "$status" 143
pod=$(make_pod run)
hold "$pod" sleep 1000
printf %s "$pod" >"$work/uuid"
equals "stop --force by a file" "$(rkt stop --force --uuid-file="$work/uuid")" "\"$pod\""
await
equals "by SIGKILL" "$status" 137
pod=$(make_pod run)
hold "$pod" sleep 1000
# shellcheck disable=SC2016
entrypoint "$pod" stop <<'END'
#!/bin/sh
echo "$*" >/tmp/stop-entrypoint
kill -INT "$(cat pid)"
END
succeeds "stop by the stage1" rkt stop --force "$pod"
equals "with its arguments" "$(</tmp/stop-entrypoint)" "--force $pod"

# declared FORCE: a unit that would start its pod again.
declared() {
    local uuid name=$1
    shift
    uuid=$(make_pod run)
    ln -s "rkt-$name.service" "$pods/run/$uuid/unit"
    systemd-run --quiet --unit="rkt-$name" --property=Restart=always --property=RestartSec=0 \
        bash -c "echo \$\$\$\$ >$pods/run/$uuid/pid; exec flock --no-fork $pods/run/$uuid sleep 1000"
    eventually 5 locked "$uuid"
    equals "stop $* of a declared pod" "$(rkt stop "$@" "$uuid" 2>&1)" "\"$uuid\""
    soon "stops its unit $*" 5 state_is "$name" 'inactive|failed'
    fails "and the pod $*" 1 '' locked "$uuid"
    equals "which is not started again $*" "$(unit_property "rkt-$name" NRestarts)" 0
}
declared gentle
declared harsh --force

# Who looks at pods does so on a terminal.
pod=$(make_pod run)
words='a\u001b[2J\u009b2J\nb'
printf '{"apps": [{"name": "%s", "image": {"name": "%s", "id": "%s"}}]}' "$words" "$words" "$words" >"$pods/run/$pod/pod"
printf '[{"netName": "%s", "ip": "%s"}]' "$words" "$words" >"$pods/run/$pod/net-info.json"
mkdir -p "$pods/run/$pod/stage1/rootfs/rkt/status"
echo 7 >"$pods/run/$pod/stage1/rootfs/rkt/status/a?[2J??2J?b"
shown=$(rkt list --full; rkt status "$pod"; rkt export "$pod" "$work/x.aci" 2>&1 || :)
json=$(rkt list --format=json; rkt status --format=json "$pod"; rkt cat-manifest "$pod")
fails "no control character of a manifest reaches a terminal" 1 '' env LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f]|\xc2[\x80-\x9f]' <<<"$shown"
fails "nor an escape in JSON" 1 '' env LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f]' <<<"$json"
matches "its names are shown" "$shown" 'app-a\?\[2J\?\?2J\?b=7'

# ----- rm -----

pod=$(make_pod run)
hold "$pod" sleep 1000
next=$(make_pod prepared)
fails "rm of a running pod and another" 254 "rm: pod \"$pod\" cannot be removed: it is running" rkt rm "$pod" "$next"
fails "removes the other" 1 '' is_in prepared "$next"
kill "$holder"
await
printf %s "$pod" >"$work/uuid"
equals "rm prints the UUID" "$(rkt rm --uuid-file="$work/uuid")" "\"$pod\""
fails "it is gone" 1 '' is_in exited-garbage "$pod"
fails "rm of an unknown pod" 254 'rm: no matches found' rkt rm "$pod"

# ----- The service -----

collect_garbage >/dev/null 2>&1
pod=$(make_pod garbage)
mkdir "$pods/garbage/$pod/mnt"
mount -t tmpfs tmpfs "$pods/garbage/$pod/mnt"
make_namespace "rkt-$pod" "$pod"
unfinished=/var/lib/rkt/cas/tmp/import-killed
touch "$unfinished"
ended=$(make_pod run)
entrypoint "$ended" gc <<'END'
#!/bin/sh
echo "$*" >/run/gc-in-service
END
mkdir -p /run/systemd/system/rkt-gc.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/lib/rkt/rkt-gc --grace-period=0s\n' >/run/systemd/system/rkt-gc.service.d/now.conf
systemctl daemon-reload
systemctl start rkt-gc.service || journalctl --no-pager --unit=rkt-gc
equals "rkt-gc.service" "$(unit_property rkt-gc Result)" success
equals "has a stage1's gc run" "$(</run/gc-in-service)" "$ended"
fails "sweeps the store" 1 '' test -e "$unfinished"
fails "removes a pod" 1 '' is_in garbage "$pod"
lacks "its mount, also outside of the service" "$(</proc/self/mountinfo)" "$pod"
fails "and its journal" 1 '' has_journal "rkt-$pod"
succeeds "rkt-gc.timer" systemctl start rkt-gc.timer
planned=$(systemctl show --property=NextElapseUSecMonotonic --property=LastTriggerUSec rkt-gc.timer)
systemctl daemon-reload
equals "a reload does not start gc" "$(systemctl show --property=NextElapseUSecMonotonic --property=LastTriggerUSec rkt-gc.timer)" "$planned"
lacks "at no time" "$(systemctl show --property=TimersMonotonic rkt-gc.timer)" OnActiveUSec
succeeds "the preset enables it" systemctl preset rkt-gc.timer
equals "at boot" "$(systemctl is-enabled rkt-gc.timer)" enabled
# shellcheck disable=SC2016
succeeds "the units have no mistakes" bash -c '[[ ! $(systemd-analyze verify --man=no rkt-gc.service rkt-gc.timer 2>&1 | grep rkt-) ]]'
exposure=$(systemd-analyze security rkt-gc.service --no-pager | sed -n 's/.*exposure level for rkt-gc.service: \([0-9.]*\).*/\1/p')
at_most "exposure in tenths" "${exposure/./}" 50
equals "modes" "$(stat -c '%a %U:%G %n' /etc/rkt $pods "$pods/run" /var/lib/rkt /var/lib/rkt/cas /var/lib/rkt/cas/tree)" \
    "$(printf '%s\n' "2775 root:rkt-admin /etc/rkt" "2750 root:rkt $pods" "2750 root:rkt $pods/run" \
        "2750 root:rkt /var/lib/rkt" "3770 root:rkt /var/lib/rkt/cas" "2700 root:rkt /var/lib/rkt/cas/tree")"
succeeds "tmpfiles and the programs agree" systemd-tmpfiles --create rkt.conf
