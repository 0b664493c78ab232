#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox hostile
# takes: 60
# Each app has a limit of lines in a time, for all ways into the journal. An app that exceeds it does not cost the
# others their lines, neither through a limit of journald nor through space.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox hostile

# pod JOURNAL WORDS-OF-NOISY [LINE-OF-POD...]: one app that says much, and one that speaks after it.
pod() {
    pod_file limit <<END
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
Journal=$1
$(printf '%s\n' "${@:3}")
[App:noisy]
Image=example.com/busybox
Exec=/bin/sh -c '$2; touch /dev/shm/flooded; until [ -e /dev/shm/again ]; do sleep 0.1; done; echo later; exec sleep 1000'
StopTimeout=1s
[App:quiet]
Image=example.com/busybox
Exec=/bin/sh -c 'until [ -e /dev/shm/flooded ]; do sleep 0.1; done; i=0; while [ \$i -lt 500 ]; do i=\$((i+1)); echo quiet \$i; done; echo said; exec sleep 1000'
StopTimeout=1s
END
    start limit
    invocation=$(unit_property rkt-limit InvocationID)
}

# said JOURNAL APP: what it has said in the pod that was started last.
said() {
    local namespace=()
    [[ $1 == host ]] || namespace=(--namespace=rkt-limit)
    journalctl "${namespace[@]}" "_SYSTEMD_INVOCATION_ID=$invocation" --identifier="$2" --output=cat --no-pager --quiet
}
has_said() {
    grep -qx -- "$3" <<<"$(said "$1" "$2")"
}
count_said() {
    said "$1" "$2" | grep -cx -- "$3" || :
}
forget() {
    systemctl stop rkt-limit
}

# ----- With the limit that all have -----

for journal in pod host; do
    for way in pipe syslog; do
        case $way in
        pipe) words='yes a noisy line | head -n 150000' ;;
        syslog) words='yes a noisy line | head -n 60000 | logger -t noise' ;;
        esac
        pod "$journal" "$words"
        soon "$way, Journal=$journal: the other app is heard after a flood" 60 has_said "$journal" quiet said
        equals "$way, Journal=$journal: with all that it said" "$(count_said "$journal" quiet 'quiet [0-9]*')" 500
        systemctl stop rkt-limit
        tells "$way, Journal=$journal: it is said how many lines are not there" 'rkt: suppressed [0-9]+ lines of app noisy: more than 10000 in 30 s' \
            said "$journal" noisy
        forget
    done
done

# ----- With one of the pod's own -----

limits=(LogRateLimitBurst=1000 LogRateLimitIntervalSec=1h)
for journal in pod host; do
    pod "$journal" 'yes a noisy line | head -n 3000; yes by syslog | head -n 500 | logger -t noise' "${limits[@]}"
    soon "Journal=$journal: the other app is heard" 60 has_said "$journal" quiet said
    systemctl stop rkt-limit
    tells "Journal=$journal: what was suppressed is told at the end" 'rkt: suppressed 2[0-9]{3} lines of app noisy: more than 1000 in 3600 s' \
        said "$journal" noisy
    equals "Journal=$journal: the ways share the burst" "$(count_said "$journal" noisy '\(a noisy line\|noise: by syslog\)')" 1000
    forget
done

pod pod 'yes by syslog | head -n 500 | logger -t noise; until [ -e /dev/shm/heard ]; do sleep 0.1; done; yes a noisy line | head -n 3000' \
    "${limits[@]}"
soon "syslog(3) first: its lines" 30 eval '(($(count_said pod noisy "noise: by syslog") == 500))'
rkt enter --app=noisy "$(</run/rkt/pods/rkt-limit/uuid)" /bin/sh -c 'touch /dev/shm/heard'
soon "syslog(3) first: the other app is heard" 60 has_said pod quiet said
soon "and the rest of the burst" 30 eval '(($(count_said pod noisy "a noisy line") == 500))'
forget

pod pod 'yes a noisy line | head -n 3000' LogRateLimitBurst=1000 LogRateLimitIntervalSec=5s
tells "what was suppressed is told while the pod runs" 'rkt: suppressed [0-9]+ lines of app noisy: more than 1000 in 5 s' said pod noisy
rkt enter --app=noisy "$(</run/rkt/pods/rkt-limit/uuid)" /bin/sh -c 'touch /dev/shm/again'
soon "and then it is heard again" 30 has_said pod noisy later
forget

pod pod 'yes a noisy line | head -n 15000' LogRateLimitBurst=0
soon "without a limit all is said" 60 eval '(($(count_said pod noisy "a noisy line") == 15000))'
forget

# Without a newline it counts by its size.
pod pod 'yes x | head -c 4000000 | tr -dc x; echo' "${limits[@]}"
soon "one endless line: the other app is heard" 60 has_said pod quiet said
soon "and some of that line" 30 eval '(($(said pod noisy | grep -v rkt: | tr -dc x | wc -c) == 1000 * 1024))'
systemctl stop rkt-limit
tells "which is told" $'(^|\n)rkt: suppressed 1 lines of app noisy' said pod noisy
forget

# By the native protocol, too.
pod_file limit <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:noisy]
Image=example.com/hostile
Exec=/bin/hostile journal-flood
JournalNative=yes
StopTimeout=1s
[App:quiet]
Image=example.com/busybox
Exec=/bin/sh -c 'i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo quiet $i; sleep 0.1; done; echo said; exec sleep 1000'
StopTimeout=1s
END
start limit
invocation=$(unit_property rkt-limit InvocationID)
soon "all ways at once: the other app is heard" 120 has_said pod quiet said
equals "all ways at once: with all that it said" "$(count_said pod quiet 'quiet [0-9]*')" 100
forget

# ----- In front of us -----

# shellcheck disable=SC2016 # for the app's shell
rkt run --net=none --uuid-file-save=/run/uuid --log-rate-limit-burst=1000 --log-rate-limit-interval=1h \
    example.com/busybox --name=noisy --exec=/bin/sh -- -c 'yes a noisy line | head -n 5000; touch /dev/shm/flooded' --- \
    example.com/busybox --name=quiet --exec=/bin/sh -- \
    -c 'until [ -e /dev/shm/flooded ]; do sleep 0.1; done; i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo quiet $i; done' \
    >/run/printed 2>&1 </dev/null || :
uuid=$(</run/uuid)
in_front() {
    journalctl --namespace="rkt-$uuid" --identifier="$1" --output=cat --no-pager --quiet
}
equals "in front of us: all is printed" "$(grep -c 'a noisy line' /run/printed) $(grep -c 'quiet [0-9]' /run/printed)" "5000 500"
soon "in front of us: the journal has the burst" 30 eval '(($(in_front noisy | grep -cx "a noisy line") == 1000))'
soon "and all of the other app" 30 eval '(($(in_front quiet | grep -c quiet) == 500))'
tells "and how many are missing" 'rkt: suppressed 4000 lines of app noisy: more than 1000 in 3600 s' in_front noisy
fails "no number of lines" 254 'log-rate-limit-burst=many: must be a number of lines' \
    rkt run --net=none --log-rate-limit-burst=many example.com/busybox
fails "no time" 254 'log-rate-limit-interval=soon: must be a time of at most a day' \
    rkt run --net=none --log-rate-limit-interval=soon example.com/busybox
rm -f /run/printed /run/uuid
remove_pod_file limit
collect_garbage >/dev/null 2>&1
