#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox probe
# Mistaken identities: processes that get a pod's number after its end, apps that close their pod's lock, and locks
# that members of group rkt try to hold.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${0%/*}/lib.sh"

work=$(mktemp -d)
pods=/var/lib/rkt/pods
image=example.com/busybox
fly=(--net=host --stage1-name=coreos.com/rkt/stage1-fly)
mount --make-rshared /
fetch_images busybox probe
member=(setpriv --reuid=65534 --regid=65534 "--groups=$(getent group rkt | cut -d: -f3)")

# with_pid PID COMMAND...: starts it as the process of that number, in the background.
with_pid() {
    # Without the lock that we may hold: who has that is taken for the pod's.
    eval '"$RKT_TEST_BUILD/tests/faults/at-pid" "$@" </dev/null 2>"$work/at-pid" '"${held:-9}<&- &"
    eventually 10 alive "$1" && return
    skip "who has the number $1" "$(<"$work/at-pid")"
    return 1
}

state() { rkt status "$1" | sed -n 's/^state=//p'; }
state_is_now() { [[ $(state "$1") == "$2" ]]; }
alive() { [[ -d /proc/$1 && $(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status") != Z ]]; }
ended() { ! alive "$1"; }

# ----- fly: the app has ended, a process of its keeps the lock -----

rkt run "${fly[@]}" --uuid-file-save="$work/u" $image --exec=/bin/sh -- -c 'sleep 600 & exit 0' >/dev/null 2>&1 </dev/null || :
u=$(<"$work/u") pid=$(<"$pods/run/$(<"$work/u")/pid")
equals "a pod runs on with what its app left behind" "$(state "$u")" running
left=$(pgrep -n -x -f 'sleep 600')
fails "which is not entered" 254 'has ended' rkt enter "$u" /bin/true
if with_pid "$pid" sleep 500; then
    fails "nor is who has the app's number" 254 'has ended' rkt enter "$u" /bin/true
    lacks "it is not shown as the pod's" "$(rkt status "$u")" 'pid='
    succeeds "stop" rkt stop "$u"
    soon "ends what was left behind" 10 ended "$left"
    succeeds "and not who has the number" alive "$pid"
    soon "the pod has ended" 10 state_is_now "$u" exited
    exec {held}<"$pods/run/$u"
    flock -x "$held"
    equals "a lock that somebody holds keeps it" "$(state "$u")" running
    succeeds "stop of such a pod" rkt stop --force "$u"
    succeeds "spares who has the number, too" alive "$pid"
    exec {held}<&-
    kill "$pid"
else
    rkt stop --force "$u" >/dev/null
    soon "stop ends what was left behind" 10 ended "$left"
fi
succeeds "it is removed" rkt rm "$u"

# ----- fly: the app lets go of the lock -----

mkdir "$work/v"
# shellcheck disable=SC2054 # the commas are a value's
probe=(--volume="v,kind=host,source=$work/v" example.com/probe --mount=volume=v,target=/v --exec=/bin/probe)
rm "$work/u"
rkt run "${fly[@]}" --uuid-file-save="$work/u" "${probe[@]}" -- let-go 600 >"$work/out" 2>&1 </dev/null &
eventually 20 test -s "$work/u"
u=$(<"$work/u")
soon "an app lets go of the lock" 20 flock --nonblock --exclusive "$pods/run/$u" true
equals "but is known to run" "$(state "$u")" running
fails "so it can't be removed" 254 'it is running' rkt rm "$u"
collect_garbage >/dev/null 2>&1
succeeds "nor does gc take it" test -d "$pods/run/$u"
matches "it is listed so" "$(rkt list --no-legend --full | grep "$u")" running
fails "it can't be exported" 254 'is running' rkt export "$u" "$work/x.aci"
touch "$work/v/go"
soon "it has what it wrote" 10 grep -q let-go=ok "$work/out"
succeeds "it is stopped" rkt stop "$u"
soon "and has ended" 10 state_is_now "$u" exited
succeeds "then it is removed" rkt rm "$u"

# ----- fly: a daemon, which lets go of everything -----

rkt run "${fly[@]}" --uuid-file-save="$work/u" "${probe[@]}" -- daemon 601 >/dev/null 2>&1 </dev/null
u=$(<"$work/u")
eventually 10 test -s "$work/v/daemon" || :
daemon=$(<"$work/v/daemon")
succeeds "nobody keeps its lock" flock --nonblock --exclusive "$pods/run/$u" true
equals "a pod runs on with its daemon" "$(state "$u")" running
fails "and stays" 254 'it is running' rkt rm "$u"
succeeds "stop" rkt stop "$u"
soon "ends the daemon" 10 ended "$daemon"
soon "then the pod has ended" 10 state_is_now "$u" exited
succeeds "and is removed" rkt rm "$u"

# ----- host: the number of an init that has ended -----

rkt run --net=none --uuid-file-save="$work/u" $image --exec=/bin/true >/dev/null 2>&1 </dev/null
u=$(<"$work/u") pid=$(<"$pods/run/$(<"$work/u")/pid")
equals "a pod that has ended" "$(state "$u")" exited
exec {held}<"$pods/run/$u"
flock -x "$held"
if with_pid "$pid" sleep 500; then
    fails "who has the number of its init is not entered" 254 'has ended' rkt enter "$u" /bin/true
    rkt stop "$u" >/dev/null 2>&1 || :
    rkt stop --force "$u" >/dev/null 2>&1 || :
    succeeds "nor stopped" alive "$pid"
    # As of a stage1 that notes only the number, some time ago.
    rm "$pods/run/$u/process"
    touch --date='10 seconds ago' "$pods/run/$u/pid"
    fails "nor entered where only the number was noted" 254 'has ended' rkt enter "$u" /bin/true
    lacks "nor shown" "$(rkt status "$u")" 'pid='
    rkt stop --force "$u" >/dev/null 2>&1 || :
    succeeds "nor stopped there" alive "$pid"
    kill "$pid"
fi
exec {held}<&-
rkt rm "$u" >/dev/null

# ----- Locks that members of group rkt would hold -----

prepared=$(rkt prepare --quiet $image --exec=/bin/true)
fails "a member can't lock a pod" 66 'Permission denied' "${member[@]}" flock -x "$pods/prepared/$prepared" true
fails "nor what keeps pods from being prepared" 66 'Permission denied' "${member[@]}" flock -x /var/lib/rkt/locks/prepareLock true
pod_file held <<'END'
[Pod]
Network=none
[App:a]
Image=example.com/busybox
Exec=/bin/sleep 1000
StopTimeout=1s
END
start held
running=$(<"/run/rkt/pods/rkt-held/uuid")
rkt run --net=none --uuid-file-save="$work/u" $image --exec=/bin/true >/dev/null 2>&1 </dev/null
exited=$(<"$work/u")
for uuid in "$prepared" "$running" "$exited"; do
    equals "a member is told what root is: $(state "$uuid")" "$("${member[@]}" rkt status "$uuid")" "$(rkt status "$uuid")"
done
equals "in lists, too" "$("${member[@]}" rkt list --no-legend --full)" "$(rkt list --no-legend --full)"
succeeds "and may read a manifest" "${member[@]}" rkt cat-manifest "$running"
fails "but not run a pod" 254 'unprivileged' "${member[@]}" rkt rm "$exited"
systemctl stop rkt-held
soon "a member sees that a pod has ended" 10 bash -c '[[ $("$@") == *exited* ]]' - "${member[@]}" rkt status "$running"
remove_pod_file held
rkt rm "$prepared" "$running" "$exited" >/dev/null

# ----- Files that name a pod -----

cd "$work"
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
u=$(rkt prepare --quiet $image --exec=/bin/true)
echo secret-line-1234567890 >/root/key
chmod 600 /root/key
chmod 1777 "$work"
"${nobody[@]}" ln -s /root/key "$work/theirs"
ln -s /root/key ours
printf %s "$u" >uuid
"${nobody[@]}" ln -s uuid to-uuid
ln -s uuid link
printf '%s\n' "${u:0:8}" >prefix
"${nobody[@]}" mkfifo fifo
for verb in stop rm status cat-manifest run-prepared "gc --mark-only"; do
    for file in theirs ours to-uuid fifo prefix /dev/zero; do
        said=$(timeout "$hung" rkt $verb --uuid-file="$file" 2>&1) && [[ $verb != gc* ]] && not_ok "$verb by $file" "it succeeds"
        lacks "$verb by $file says nothing of what it leads to" "$said" "secret|${u:0:8}"
    done
done
fails "by another's link" 1 "the UUID file \"to-uuid\" is another user's link" rkt status --uuid-file=to-uuid
fails "by a prefix" 254 'the UUID file "prefix" does not hold a whole UUID' rkt rm --uuid-file=prefix
equals "the pod is still there" "$(state "$u")" prepared
matches "one's own link is followed" "$(rkt status --uuid-file=link)" '^state=prepared'
"${nobody[@]}" bash -c 'p=$(cut -d" " -f5 /proc/self/stat); for i in $(seq $$ $(($$ + 100))); do for j in 0 1 2 3; do : >"$0/.#saved.$i-$j"; done; done' "$work"
succeeds "a name is saved though others were taken in advance" rkt prepare --quiet --uuid-file-save=saved $image --exec=/bin/true
rkt rm --uuid-file=saved >/dev/null
"${nobody[@]}" ln -s /etc/victim saved-link
succeeds "and in place of a link" rkt prepare --quiet --uuid-file-save=saved-link $image --exec=/bin/true
succeeds "which is not followed" test ! -e /etc/victim
rkt rm "$u" "$(<saved-link)" >/dev/null
cd /

# ----- The caller's environment -----

export CI_TOKEN=very-secret-token
for capability in CAP_SYS_PTRACE CAP_CHOWN; do
    seen=$(rkt run --net=none $image --caps-retain=$capability --exec=/bin/sh -- -c \
        'tr "\0" "\n" </proc/1/environ; tr "\0" " " </proc/1/cmdline; echo end' 2>&1 </dev/null)
    lacks "an app with $capability does not find the caller's secrets" "$seen" secret
    matches "though it looks" "$seen" end
done
systemd-run --quiet --wait --pipe --setenv=CI_TOKEN=very-secret-token --property=Type=notify --property=NotifyAccess=all \
    rkt run --net=none $image --caps-retain=CAP_SYS_PTRACE --exec=/bin/sh -- -c 'tr "\0" "\n" </proc/1/environ >/found; grep -c secret /found; grep PATH= /found' \
    >"$work/seen" 2>&1 </dev/null || :
lacks "nor does one of a service" "$(<"$work/seen")" secret-token

# ----- Names that come out alike -----

for name in web@ web-a-b web_a-b; do
    pod_file $name <<'END'
[Pod]
Network=none
JournalMaxUse=2Mi
[App:w]
Image=example.com/busybox
Exec=/bin/sh -c "echo LINE-OF-%n; exec sleep 1000"
StopTimeout=1s
END
done
machines() { machinectl list --no-legend --no-pager | awk '{ print $1 }' | grep ^rkt-web | LC_ALL=C sort | paste -sd' '; }
names=(web@a-b web@a_b web-a-b web_a-b)
for name in "${names[@]}"; do succeeds "$name starts" systemctl start "rkt-$name"; done
registered() { [[ $(machines) =~ ^rkt-web-a-b\ rkt-web-a-b-[0-9a-f]{6}\ rkt-web-a-b-[0-9a-f]{6}\ rkt-web-a-b-[0-9a-f]{6}$ ]]; }
soon "each is a machine of its own" 10 registered
for machine in $(machines); do
    soon "$machine has a log of its own" 10 bash -c '[[ $(journalctl --namespace='"$machine"' --output=cat --quiet | grep -c LINE-OF) == 1 ]]'
done
systemctl stop rkt-web@a_b
three_left() { (($(machines | wc -w) == 3)); }
soon "one that stops" 10 three_left
equals "takes no other with it" "$(systemctl is-active rkt-web@a-b rkt-web-a-b rkt-web_a-b | paste -sd' ')" "active active active"
systemctl stop "${names[@]/#/rkt-}"
for name in web@ web-a-b web_a-b; do remove_pod_file $name; done

# ----- Whose a journal is -----

lines_of() { journalctl --namespace="$1" --output=cat --quiet | grep -c -- "$2" || :; }
has_line() { (($(lines_of "$@") > 0)); }
run_named() { # NAME SCRIPT
    rkt run --net=none --machine-name="$1" --uuid-file-save="$work/u" $image --exec=/bin/sh -- -c "$2" </dev/null
}
pod_file web <<'END'
[Pod]
Network=none
[App:w]
Image=example.com/busybox
Exec=/bin/sh -c "while echo line-of-web; do sleep 1; done"
StopTimeout=1s
END
systemd-run --quiet --unit=other --property=LogNamespace=accounts sh -c 'while echo line-of-accounts; do sleep 1; done'
start web
soon "an administrator's journal" 20 has_line accounts line-of
soon "and a declared pod's" 20 has_line rkt-web line-of
mkdir -p "/var/log/journal/$(</etc/machine-id).ended"
: >"/var/log/journal/$(</etc/machine-id).ended/system.journal"
for name in accounts ended; do
    rm -f "$work/u"
    fails "a pod is not called $name, which is an administrator's journal" 254 "journal namespace $name is not rkt's" run_named $name 'echo FORGED'
    rkt rm --uuid-file="$work/u" >/dev/null
    succeeds "which outlives the attempt: $name" test -d "/var/log/journal/$(</etc/machine-id).$name"
done
fails "nor like a declared pod" 254 'there is a machine "rkt-web" already' run_named rkt-web 'echo FORGED'
rkt rm --uuid-file="$work/u" >/dev/null
systemctl stop rkt-web
fails "also when that is not running" 254 'journal namespace rkt-web belongs to rkt-web.service' run_named rkt-web 'echo FORGED'
rkt rm --uuid-file="$work/u" >/dev/null
collect_garbage >/dev/null 2>&1
for name in accounts rkt-web; do
    succeeds "the log of $name is there" has_line $name line-of
    equals "nothing was added to $name" "$(lines_of $name FORGED)" 0
done
succeeds "the administrator's journald runs" systemctl --quiet is-active systemd-journald@accounts
systemctl start rkt-web
soon "the declared pod logs on" 20 app_log web w
succeeds "another journal can be had" rkt run --net=none --journal=host --machine-name=accounts $image --exec=/bin/true </dev/null
systemctl stop other rkt-web
remove_pod_file web

# A name that is used again is the next pod's, with its log; the earlier one does not take that away.
run_named db 'echo first speaks' >/dev/null 2>&1
first=$(<"$work/u")
rm "$work/u"
run_named db 'echo second speaks; while [ ! -e /go ]; do sleep 0.1; done; echo second ends' >/dev/null 2>&1 &
second_run=$!
soon "a name is used again" 20 has_line db 'second speaks'
second=$(<"$work/u")
equals "the log goes on" "$(lines_of db 'first speaks')" 1
rkt rm "$first" >/dev/null
succeeds "and outlives the first pod" has_line db 'second speaks'
equals "it is the second's" "$(head -n 1 /var/log/journal/*.db/rkt-owner)" "$second"
fails "a third of that name is refused while it runs" 254 'there is a machine "db" already' run_named db 'echo third'
rkt rm --uuid-file="$work/u" >/dev/null
machinectl list --no-legend --no-pager | grep -q '^db ' || not_ok "the second is registered" "it is not"
busctl call org.freedesktop.machine1 /org/freedesktop/machine1 org.freedesktop.machine1.Manager UnregisterMachine s db
fails "also where machined does not know it" 254 "belongs to pod \"$second\", which runs" run_named db 'echo third'
rkt rm --uuid-file="$work/u" >/dev/null
rkt enter "$second" /bin/touch /go
await_end "$second_run"
soon "all of it is there" 10 has_line db 'second ends'
rkt rm "$second" >/dev/null
succeeds "its own end takes it away" bash -c '[[ ! $(echo /var/log/journal/*.db) =~ /[0-9a-f]{32}.db ]]'
run_both() { run_named both "echo $1; sleep 3" >"$work/both-$1" 2>&1 && echo ran || echo refused; }
equals "of two at once one runs" "$( (run_both a & run_both b & wait) | LC_ALL=C sort | paste -sd' ')" "ran refused"
for u in $(rkt list --full --no-legend | awk '/exited/ { print $1 }'); do rkt rm "$u" >/dev/null; done
succeeds "no journal of theirs is left" bash -c '[[ ! $(echo /var/log/journal/*.both) =~ /[0-9a-f]{32}.both ]]'

# A machine that is none of ours.
systemd-run --quiet --unit=foreign sleep 1000
foreign=$(unit_property foreign MainPID)
busctl call org.freedesktop.machine1 /org/freedesktop/machine1 org.freedesktop.machine1.Manager RegisterMachine sayssus \
    db-prod 16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 nspawn container "$foreign" /srv
fails "a pod is not called like another's machine" 254 'there is a machine "db-prod" already' run_named db-prod true
rkt rm --uuid-file="$work/u" >/dev/null
collect_garbage >/dev/null 2>&1
succeeds "which lives on" machinectl show db-prod
systemctl stop foreign

# ----- Pod files that others than root could write -----

pods_d=/etc/rkt/pods.d
declares() { # NAME: a pod that would be root's act
    printf '[Pod]\nNetwork=none\n[App:a]\nImage=example.com/evil\n[Service]\nExecStartPre=/bin/touch /BY-POD-FILE\n[Install]\nWantedBy=multi-user.target\n' >"$1"
}
rm -rf "$pods_d"
mkdir -p "$pods_d" /tmp/theirs
chown 65534 /tmp/theirs
for name in world group owner linked steps dropins dropin good by-admin; do declares "$pods_d/$name.pod"; done
chmod 666 "$pods_d/world.pod"
chgrp 65534 "$pods_d/group.pod"
chmod 664 "$pods_d/group.pod"
chgrp rkt-admin "$pods_d/by-admin.pod"
chmod 664 "$pods_d/by-admin.pod"
chown 65534 "$pods_d/owner.pod"
mv "$pods_d/linked.pod" /tmp/theirs
ln -s /tmp/theirs/linked.pod "$pods_d/linked.pod"
mkdir "$work/root-owned"
mv "$pods_d/steps.pod" "$work/root-owned"
ln -s "$work/root-owned" /tmp/theirs/step
ln -s /tmp/theirs/step/steps.pod "$pods_d/steps.pod"
mkdir -m 777 "$pods_d/dropins.pod.d"
mkdir "$pods_d/dropin.pod.d"
printf '[Pod]\nHostname=x\n' >"$pods_d/dropin.pod.d/theirs.conf"
chmod 646 "$pods_d/dropin.pod.d/theirs.conf"
mkdir /etc/rkt/more
declares /etc/rkt/more/ours.pod
ln -s ../more/ours.pod "$pods_d/ours.pod"
ln -s /dev/null "$pods_d/masked.pod"
systemctl daemon-reload
# refuses NAME WORDS
refuses() {
    systemctl start "rkt-$1" >/dev/null 2>&1 && not_ok "$1 is refused" "it starts" || :
    tells "$1 is refused, with words" "$2" journalctl --unit="rkt-$1" --output=cat --no-pager --quiet
    fails "check says so, too: $1" 1 "${2#*: }" rkt pod check "$pods_d/$1.pod"
}
refuses world "world.pod: can be written by others than root \(mode 0666\)"
refuses group "group.pod: can be written by others than root \(mode 0664\)"
refuses owner "owner.pod: belongs to user 65534, not to root"
refuses linked 'linked.pod: leads by "tmp", which can be written by others'
refuses steps 'steps.pod: leads by "(theirs|tmp)", which'
refuses dropins "dropins.pod.d: can be written by others than root \(mode [02]777\)"
refuses dropin "theirs.conf: can be written by others than root \(mode 0646\)"
for name in world group owner linked steps; do
    succeeds "nothing of $name is believed" test ! -e "/run/systemd/generator/multi-user.target.wants/rkt-$name.service"
done
for name in good ours by-admin; do
    matches "what root alone, or group rkt-admin, can write counts: $name" "$(systemctl cat rkt-$name)" 'run-prepared'
done
succeeds "a mask is one" test ! -e /run/systemd/generator/rkt-masked.service
succeeds "nothing was run" test ! -e /BY-POD-FILE
chmod 777 "$pods_d"
systemctl daemon-reload
refuses good "$pods_d: leads by .pods.d., which can be written by others than root \(mode [02]777\)"
chmod 755 "$pods_d"
chmod 777 /etc/rkt
systemctl daemon-reload
refuses good 'leads by "rkt", which can be written by others than root'
chmod 2775 /etc/rkt
chgrp rkt-admin /etc/rkt
systemctl daemon-reload
matches "then it counts again" "$(systemctl cat rkt-good)" 'run-prepared'
rm -rf "$pods_d" /etc/rkt/more /tmp/theirs
systemctl daemon-reload
