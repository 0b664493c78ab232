#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox haproxy hostile
# Every app has /dev/log, and its messages are in the journal under the app's name. No app can reach a socket of
# journald. Apps that ask for the native protocol get it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox haproxy hostile

# field NAME=VALUE FIELD [JOURNALCTL-OPTION...]: of the last entry with that.
field() {
    journalctl --output=json --no-pager --quiet --lines=1 "${@:3}" "$1" | sed -nE "s/.*\"$2\":\"([^\"]*)\".*/\1/p"
}
# said TEXT [JOURNALCTL-OPTION...]
said() {
    journalctl --output=cat --no-pager --quiet "${@:2}" | grep -qF -- "$1"
}

# ----- The pod's journal, two apps -----

# pod NAME LINE: two apps; LINE is the pod's.
pod() {
    pod_file "$1" <<END
[Pod]
Network=none
$2
[App:web]
Image=example.com/busybox
Exec=/bin/sh -c 'logger -t cron -p daemon.warning "hello \$0"; [ -S /dev/log ] && echo a socket; exec sleep 1000'
StopTimeout=1s
[App:other]
Image=example.com/busybox
User=33
Group=33
Exec=/bin/sh -c 'logger -p user.emerg "emergency \$0"; exec sleep 1000'
StopTimeout=1s
END
    sed -i "s/\\\$0/of $1/" "/etc/rkt/pods.d/$1.pod"
    systemctl daemon-reload
}
pod log ''
start log
soon "syslog(3) of an app" 30 said 'cron: hello of log' --namespace=rkt-log --identifier=web
equals "keeps its priority" "$(field SYSLOG_IDENTIFIER=web PRIORITY --namespace=rkt-log SYSLOG_FACILITY=3)" 4
soon "it is a socket" 10 log_has log web 'a socket'
soon "another user of another app" 10 said 'emergency of log' --namespace=rkt-log --identifier=other
lacks "is not the other app" "$(journalctl --namespace=rkt-log --quiet --output=cat --no-pager --identifier=web)" "emergency"
soon "journalctl -M finds it" 10 said 'cron: hello of log' --machine=rkt-log --identifier=web
systemctl stop rkt-log

# The journal of the pod stands still, and is there again: nobody waits for long.
start log
journald=$(unit_property systemd-journald@rkt-log MainPID)
uuid=$(cat /run/rkt/pods/rkt-log/uuid)
kill -STOP "$journald"
# shellcheck disable=SC2016
succeeds "an app says much while its journal stands still" timeout "$hung" rkt enter --app=web "$uuid" /bin/sh -c \
    'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "line $i"; done | logger -t flood'
kill -CONT "$journald"
succeeds "and after that" rkt enter --app=web "$uuid" /bin/sh -c 'logger -t after "it goes on"'
soon "its journal goes on" 30 said 'after: it goes on' --namespace=rkt-log --identifier=web
# is_small: once it is at rest.
is_small() {
    (($(awk '/^Pss:/ { print $2 }' "/proc/$(unit_property rkt-log MainPID)/smaps_rollup") <= 300))
}
soon "the init takes at most 300 kB (PSS) after all that" 10 is_small
systemctl restart systemd-journald@rkt-log
soon "a new journald" 30 eval 'rkt enter --app=web "$uuid" /bin/sh -c "logger -t again anew"; said "again: anew" --namespace=rkt-log'
systemctl stop rkt-log
remove_pod_file log

# ----- The host's journal -----

pod host Journal=host
start host
soon "with Journal=host" 30 said 'cron: hello of host' --identifier=web
soon "the other app's, too" 10 said 'emergency of host' --identifier=other
equals "an emergency reaches no terminal" "$(field SYSLOG_IDENTIFIER=other PRIORITY)" 1
systemctl stop rkt-host
remove_pod_file host
rkt run --net=none example.com/busybox --name=front --exec=/bin/sh -- -c 'logger -t cron in front; exec sleep 1000' --- >/dev/null 2>&1 \
    </dev/null &
runner=$!
soon "of a pod in front of us" 30 said 'cron: in front' --namespace='*' --identifier=front
kill $runner
await_end "$runner"

# ----- A server -----

pod_file proxy <<'END'
[Pod]
Network=none
[App:haproxy]
Image=example.com/haproxy
StopTimeout=2s
[App:client]
Image=example.com/busybox
Exec=/bin/sh -c 'until wget -q -O - http://127.0.0.1:8080/; do sleep 0.2; done; exec sleep 1000'
StopTimeout=1s
END
start proxy
soon "haproxy serves" 30 log_has proxy client 'hello from haproxy'
soon "and logs by syslog(3)" 30 said ' web web/<NOSRV> ' --namespace=rkt-proxy --identifier=haproxy
systemctl stop rkt-proxy
remove_pod_file proxy

# ----- journald is out of reach -----

# native LINE: a pod of an app that forges entries, with LINE for it.
native() {
    printf '%s\n' '[Pod]' Network=none '[App:hostile]' Image=example.com/hostile StopTimeout=1s "$1" \
        "Exec=/bin/sh -c '/bin/hostile journald descriptors forge-entries; echo forged; exec sleep 1000'" | pod_file native
    start native
    soon "entries are forged" 30 log_has native hostile 'forged$'
}
native ''
tells "no socket of journald in an app" 'journald=held' app_log native hostile
tells "nor one for the native protocol" 'forge-entries=No such file' app_log native hostile
systemctl stop rkt-native
for user in 0 33; do
    native "$(printf 'JournalNative=yes\nUser=%s' "$user")"
    tells "JournalNative=yes, user $user: still none of journald's" 'journald=held' app_log native hostile
    soon "JournalNative=yes, user $user: an entry comes" 30 said 'forged entry' --namespace=rkt-native --identifier=hostile HARMLESS=yes
    equals "JournalNative=yes, user $user: under no other name" \
        "$(journalctl --namespace=rkt-native --quiet --output=cat --no-pager --identifier=sshd)" ''
    lacks "JournalNative=yes, user $user: without what root is believed" \
        "$(journalctl --namespace=rkt-native --quiet --output=export --no-pager HARMLESS=yes | tr -d "\0")" \
        $'\n(OBJECT_|COREDUMP_|UNIT=|_UID=77|_SYSTEMD_UNIT=ssh)'
    systemctl stop rkt-native
done
printf '%s\n' '[Pod]' Network=none Journal=host '[App:hostile]' Image=example.com/hostile JournalNative=yes | pod_file native
fails "a pod file is told where its entries go" 1 "JournalNative=: its entries go to the pod's own journal only" rkt pod check /etc/rkt/pods.d/native.pod
fails "not to the host's journal" 254 "native protocol, which is for the pod's own journal" \
    systemd-run --quiet --pipe --wait --property=Delegate=yes \
    rkt run --net=none --journal=host example.com/hostile --journal-native
remove_pod_file native
matches "the flag is an annotation" "$(rkt cat-manifest "$(rkt prepare example.com/busybox --journal-native=true)" | tr -d ' \n')" \
    'stage2/journal-native","value":"true"'
systemctl reset-failed
