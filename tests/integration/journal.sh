#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod's journal: its size, who can read it, and how long it exists.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox
work=$(mktemp -d)

machine_id=$(</etc/machine-id)
rkt_group=$(getent group rkt | cut -d: -f3)
# as GROUP COMMAND...: an ordinary user with that one more group.
as() {
    setpriv --reuid=65534 --regid=65534 --groups="$1" "${@:2}"
}

# largest NAMESPACE: the limit that its journald goes by, as it says when it starts.
largest() {
    journalctl --namespace="$1" --identifier=systemd-journald --output=cat --no-pager --quiet |
        sed -nE 's/.* max ([0-9]+)(\.0)?M,.*/\1/p' | tail -n 1
}

web() {
    pod_file web <<END
[Pod]
Network=host
$1
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c "echo the word is \$0; trap 'exit 0' TERM; while :; do sleep 0.2; done" ${2:-one}
END
}

# ----- How large -----

# links: those of pods to their journals.
links() {
    find /var/log/journal -maxdepth 1 -type l -lname "$machine_id.$1" -printf '%f\n'
}

web ''
start web
soon "the app is heard" 20 log_has web app 'the word is one'
uuid=$(</run/rkt/pods/rkt-web/uuid)
soon "the link that the original had leads to its journal" 20 eval '[[ $(links rkt-web) == "${uuid//-/}" ]]'
tells "by which journalctl finds it" 'the word is one' \
    journalctl --directory="/var/log/journal/${uuid//-/}" --identifier=app --output=cat --no-pager --quiet
equals "64 MiB, if nothing is said" "$(largest rkt-web)" 64
web JournalMaxUse=8Mi two
matches "the key is a flag" "$(systemctl cat rkt-web)" ' --journal-max-use=8Mi '
succeeds "another limit" systemctl restart rkt-web
collect_garbage >/dev/null
soon "gc takes the link with its pod" 20 eval '[[ $(links rkt-web) == "$(tr -d - </run/rkt/pods/rkt-web/uuid)" ]]'
soon "is what its journald knows" 20 eval '[[ $(largest rkt-web) == 8 ]]'
soon "it has what the app says" 20 log_has web app 'the word is two'
tells "and what it said before" 'the word is one' app_log_kept web app
web JournalMaxUse=8Mi three
systemctl restart rkt-web
soon "the same limit again" 20 log_has web app 'the word is three'
fails "no size" 254 'journal-max-use=tiny: must be a size of at least 1Mi' \
    rkt run --net=none --journal-max-use=tiny example.com/busybox
fails "not with the host's journal" 254 'journal-max-use is for --journal=pod' \
    rkt run --net=none --journal=host --journal-max-use=8Mi example.com/busybox

mkdir -p /etc/systemd/journald@rkt-own.conf.d
printf '[Journal]\nSystemMaxUse=16M\nRuntimeMaxUse=16M\n' >/etc/systemd/journald@rkt-own.conf.d/50-size.conf
sed 's/JournalMaxUse=.*//' /etc/rkt/pods.d/web.pod | pod_file own
start own
soon "an administrator's drop-in wins" 20 eval '[[ $(largest rkt-own) == 16 ]]'
systemctl stop rkt-own

# ----- Who reads it -----

matches "members of group rkt read it" "$(as "$rkt_group" journalctl --namespace=rkt-web --output=cat --quiet)" \
    'the word is three'
journalctl --namespace=rkt-web --rotate
web JournalMaxUse=8Mi four
systemctl restart rkt-web
soon "the next file, too" 20 \
    eval '[[ $(as "$rkt_group" journalctl --namespace=rkt-web --output=cat --quiet) == *"word is four"* ]]'
lacks "nobody else does" "$(as 65533 journalctl --namespace=rkt-web --output=cat --quiet 2>&1 || :)" 'word is'
lacks "and they read not the host's" \
    "$(as "$rkt_group" journalctl --output=cat --quiet --identifier=systemd 2>&1 || :)" 'rkt-web'
fails "-M is root's: journalctl enters the machine" 1 'machine= switch requires root' \
    as "$rkt_group" journalctl --machine=rkt-web --output=cat
tells "which reads the same there" 'the word is four' journalctl --machine=rkt-web --output=cat

# ----- Emergencies -----

# A terminal where somebody is logged in.
script --quiet --flush --command "sleep 1000" "$work/terminal" >/dev/null </dev/null &
terminal=$!
eventually 5 test -c /dev/pts/0
printf '[7] [%05d] [ts/0] [root] [pts/0] [host] [0.0.0.0] [2026-11-23T00:00:00,000000+00:00]\n' $terminal |
    utmpdump --reverse >>/run/utmp 2>/dev/null || :
logger --priority=emerg of-the-host
pod_file loud <<'END'
[Pod]
Network=none
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c "echo '<0>of-an-app'; logger -p 0 of-a-log; echo said; exec sleep 1000"
END
start loud
soon "an app may call out" 60 log_has loud app said
sed -i "s/^Exec=.*/Exec=\/bin\/sh -c \"echo '<6><0>of-last-words'; exit 1\"/" /etc/rkt/pods.d/loud.pod
systemctl daemon-reload
systemctl restart rkt-loud
soon "its last words are told" 60 eval 'grep -q of-last-words <<<"$(journalctl --unit=rkt-loud --output=cat)"'
pod_file in-hosts <<'END'
[Pod]
Network=none
Journal=host
[App:in-hosts]
Image=example.com/busybox
Exec=/bin/sh -c "echo '<0>of-an-app'; exec sleep 1000"
END
start in-hosts
said_to_host() {
    journalctl --identifier=in-hosts --output=verbose --no-pager | grep -E '^ +(PRIORITY|MESSAGE)=' | tr -d ' ' | sort | paste -sd' '
}
soon "with Journal=host, too" 60 eval '[[ $(said_to_host) == *of-an-app* ]]'
equals "where a line has no level of its own" "$(said_to_host)" "MESSAGE=<0>of-an-app PRIORITY=6"
systemctl stop rkt-in-hosts
remove_pod_file in-hosts
if eventually 5 grep -q of-the-host "$work/terminal"; then
    lacks "but who is logged in to the host does not hear it" "$(<"$work/terminal")" 'of-an-app|of-a-log|of-last-words'
else
    skip "but who is logged in to the host does not hear it" "nor does the host's journal tell them anything here"
fi
kill $terminal
systemctl reset-failed rkt-loud
remove_pod_file loud

# ----- How long -----

systemctl stop rkt-web
collect_garbage >/dev/null
tells "a declared pod's stays when the pod is gone" 'the word is four' app_log_kept web app
matches "for members of group rkt, too" "$(as "$rkt_group" journalctl --namespace=rkt-web --output=cat --quiet)" \
    'the word is four'
remove_pod_file web
systemctl stop systemd-journald@rkt-web.service systemd-journald@rkt-web.socket
collect_garbage >/dev/null 2>&1 # which finds the file gone,
collect_garbage >/dev/null 2>&1 # and then for good
succeeds "until its file goes, and gc comes" test ! -e "/var/log/journal/$machine_id.rkt-web"

rkt run --net=none --uuid-file-save=/run/uuid example.com/busybox --exec=/bin/echo -- the word is five >/dev/null
uuid=$(</run/uuid)
soon "any other pod's stays" 20 eval \
    'grep -q "the word is five" <<<"$(journalctl --namespace="rkt-$uuid" --output=cat --quiet)"'
matches "for members of group rkt, too" \
    "$(as "$rkt_group" journalctl --namespace="rkt-$uuid" --output=cat --quiet)" 'the word is five'
collect_garbage >/dev/null 2>&1
succeeds "until gc" test ! -e "/var/log/journal/$machine_id.rkt-$uuid"

# ----- The host's journal -----

pod_file host <<'END'
[Pod]
Network=host
Journal=host
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c "echo the word is six; exec sleep 1000"
END
start host
soon "Journal=host: the host's has it" 20 \
    eval '[[ $(journalctl --unit=rkt-host --identifier=app --output=cat --quiet) == "the word is six" ]]'
succeeds "and there is no other" test ! -e "/var/log/journal/$machine_id.rkt-host"
systemctl stop rkt-host
