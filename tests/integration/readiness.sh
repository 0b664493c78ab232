#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: probe
# A pod is started when its apps are: an app that reports readiness itself is waited for, and its status text is the
# unit's. Instances of a template are separate pods.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images probe

pod_file slow <<'END'
[Pod]
Network=none
[App:quick]
Image=example.com/probe
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[App:slow]
Image=example.com/probe
Notify=yes
Exec=/bin/sh -c 'trap "exit 0" TERM; until [ -e /go ]; do sleep 0.1; done; probe ready 0; while :; do sleep 0.1; done'
END
systemctl start --no-block rkt-slow
soon "the pod runs" 20 eval '[[ $(rkt status "$(</run/rkt/pods/rkt-slow/uuid)") =~ state=running ]]'
equals "but is not up before its app says so" "$(unit_property rkt-slow ActiveState)" activating
fails "status --wait-ready knows it too" 254 "" rkt status --wait-ready=100ms "$(</run/rkt/pods/rkt-slow/uuid)"
rkt enter --app=slow "$(</run/rkt/pods/rkt-slow/uuid)" /bin/touch /go
soon "it is when the app does" 20 state_is slow active
succeeds "and status --wait-ready returns" rkt status --wait-ready=10s "$(</run/rkt/pods/rkt-slow/uuid)"
succeeds "it stops" systemctl stop rkt-slow
equals "without failure" "$(unit_property rkt-slow Result)" success

matches "--notify is an annotation" "$(rkt cat-manifest "$(rkt prepare example.com/probe --notify)" | tr -d ' \n')" \
    'supports-systemd-notify","value":"true"|"value":"true","name":"appc.io/executor/supports-systemd-notify'
rkt rm "$(rkt list --no-legend --full | awk '/prepared/ { print $1 }')" >/dev/null

# Who says it may be gone before it is heard, as systemd-notify is.
pod_file brief <<'END'
[Unit]
StartLimitIntervalSec=0
[Pod]
Network=none
[App:brief]
Image=example.com/probe
Annotation=appc.io/executor/supports-systemd-notify=true
Exec=/bin/sh -c 'trap "exit 0" TERM; probe ready 0 & wait; while :; do sleep 0.1; done'
END
for round in {1..20}; do
    systemctl start rkt-brief || give_up "a brief sender is heard" "not in round $round"
    systemctl stop rkt-brief
done
ok "a brief sender is heard, 20 times of 20"

pod_file many@ <<'END'
[Pod]
Network=none
[App:one]
Image=example.com/probe
Exec=/bin/sh -c 'echo I am %i; trap "exit 0" TERM; while :; do sleep 0.1; done'
END
succeeds "an instance starts" systemctl start rkt-many@red
succeeds "and another" systemctl start rkt-many@blue
# Which machined may hear after systemd has heard that the pod is ready.
soon "each is a machine" 10 eval '[[ $(machinectl list --no-legend --no-pager | sort | tr "\n" " ") =~ rkt-many-blue-[0-9a-f]{6}\ .*rkt-many-red-[0-9a-f]{6}\  ]]'
# shellcheck disable=SC2034 # eval uses it
blue=$(machinectl list --no-legend --no-pager | grep -o '^rkt-many-blue[^ ]*')
soon "each has its words" 10 eval 'journalctl -M "$blue" -t one --output=cat --no-pager | grep -qx "I am blue"'
succeeds "they stop" systemctl stop rkt-many@red rkt-many@blue

for name in slow brief many@; do
    remove_pod_file "$name"
done
collect_garbage
nothing_left "nothing is left" "$before"
