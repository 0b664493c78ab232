#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# rkt pod as an administrator uses it: from a command line to a file to a service, with all messages.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/etc/rkt/pods.d
mkdir -p "$pods" /usr/lib/rkt/pods.d
fetch_images busybox

# field POD KEY: of the list, as JSON has it, a string without its quotes.
field() {
    rkt pod list --format=json | sed 's/},{/}\n{/g' | grep -F "{\"name\":\"$1\"," |
        sed -nE "s/.*\"$2\":(\"(([^\"\\\\]|\\\\.)*)\"|\[[^]]*\]|[a-z]+).*/\1/; s/^\"(.*)\"$/\1/; p" || :
}

is() {
    equals "$1" "$(field "$2" "$3")" "$4"
}

# ----- From a command line to a service -----

equals "nothing is declared" "$(rkt pod list --no-legend)" ""
words=(--net=host --hostname=trip example.com/busybox --exec=/bin/sh --environment='GREETING=good  "day" $1 100%'
    -- -c 'echo "$GREETING"; exec sleep 1000')
rkt pod generate --name=trip "${words[@]}" >"$pods/trip.pod"
matches "the file says where it belongs" "$(<"$pods/trip.pod")" '^# /etc/rkt/pods.d/trip.pod'
succeeds "it passes" rkt pod check "$pods/trip.pod"
is "before a reload systemd does not know it" trip state not-found
systemctl daemon-reload
is "then it does" trip state inactive
is "nothing starts it at boot" trip enabled false
start trip
is "it runs" trip state active
is "the UUID is the pod's" trip uuid "$(</run/rkt/pods/rkt-trip/uuid)"
matches "shortened" "$(rkt pod list --no-legend)" "active"$'\t+'"$(head -c 8 /run/rkt/pods/rkt-trip/uuid)"$'\t'
matches "or whole" "$(rkt pod list --no-legend --full)" "$(</run/rkt/pods/rkt-trip/uuid)"
soon "the app has the words of the command line" 20 \
    eval 'journalctl --namespace=rkt-trip --output=cat | grep -qxF "good  \"day\" \$1 100%"'
succeeds "members of nothing can ask, too" setpriv --reuid=65534 --regid=65534 --clear-groups rkt pod list
equals "and see the state" \
    "$(setpriv --reuid=65534 --regid=65534 --clear-groups rkt pod list --format=json | grep -o '"state":"active"')" \
    '"state":"active"'
systemctl stop rkt-trip
is "stopped" trip state inactive
is "there is no UUID" trip uuid null
systemctl --quiet mask rkt-trip
is "a masked unit" trip state masked
systemctl --quiet unmask rkt-trip

# ----- What else is declared -----

cat >"$pods/bad.pod" <<'END'
[App]
Imge=x
[Install]
WantedBy=multi-user.target
END
cat >"$pods/sleep@.pod" <<'END'
[Pod]
Network=host
[App]
Image=example.com/busybox
Exec=/bin/sleep 1000
END
cat >"/usr/lib/rkt/pods.d/fails.pod" <<'END'
[Pod]
Network=host
[App]
Image=example.com/busybox
Exec=/bin/false
[Install]
WantedBy=multi-user.target
END
cp "/usr/lib/rkt/pods.d/fails.pod" /usr/lib/rkt/pods.d/off.pod
ln -s /dev/null "$pods/off.pod"
systemctl daemon-reload
systemctl start rkt-sleep@one
systemctl start rkt-fails || :
soon "a pod that failed" 20 eval '[[ $(field fails state) == failed ]]'
is "is wanted" fails wanted_by '["multi-user.target.wants"]'
is "an instance that runs" sleep@one kind instance
is "has a state" sleep@one state active
is "and a UUID" sleep@one uuid "$(</run/rkt/pods/rkt-sleep@one/uuid)"
is "its template is one" sleep@ kind template
is "a masked file" off kind masked
is "a bad file has its error" bad error '/etc/rkt/pods.d/bad.pod:2: unknown key \"Imge=\" in [App], did you mean \"Image=\"?'
fails "which check finds, too" 1 'bad.pod:2: error: unknown key "Imge="' rkt pod check "$pods/bad.pod"
fails "as JSON, too" 1 '\{"file":"[^"]*/bad.pod","line":2,"severity":"error","message":"unknown key' \
    rkt pod check --format=json "$pods/bad.pod"
mkdir "$pods/old" "$pods/notes" "$pods/fails.pod.d"
cp "$pods/trip.pod" "$pods/old/"
cat >"$pods/sizes.pod" <<'END'
[Pod]
Network=none
[App]
Image=example.com/busybox
Memory=64M
[Service]
MemoryMax=64M
END
status=0
found=$(rkt pod check) || status=$?
equals "check without a file fails if one is bad" "$status" 1
matches "and checks all" "$found" "$pods/bad.pod:2: error: unknown key"
matches "it tells of files that nobody reads" "$found" "$pods/old:1: warning: pod files in sub-directories are not read"
lacks "not of other directories" "$found" 'notes|fails.pod.d'
matches "nor is one number for two sizes passed over" "$found" "$pods/sizes.pod:5: warning: Memory=: .*Mi"
# What root checks may be of a stranger, and name a directory of a stranger's.
mkdir -p "$pods/../stranger/cas/tree"
chmod 777 "$pods/../stranger/cas/tree"
printf '[Pod]\nNetwork=none\nDir=%s\n[App]\nImage=example.com/x\n[Socket]\nListenStream=8080\n' "$(realpath "$pods/../stranger")" >"$pods/stranger.pod"
before_check=$(find "$pods/../stranger" -printf '%M %u %p\n')
succeeds "check reads a store" rkt pod check "$pods/stranger.pod"
equals "and changes nothing in it" "$(find "$pods/../stranger" -printf '%M %u %p\n')" "$before_check"
rm -r "$pods/../stranger" "$pods/stranger.pod"
rm -r "$pods/old" "$pods/notes" "$pods/fails.pod.d" "$pods/sizes.pod"
matches "JSON for a human" "$(rkt pod list --format=json-pretty)" '"name": "bad"'
matches "the unit's state in the table" "$(rkt pod list)" $'NAME\t+UNIT\t+STATE.*\nbad\t'
systemctl stop rkt-sleep@one
is "without it the instance is gone" sleep@one kind ""

# ----- Without a bus -----

systemctl stop dbus.socket dbus.service 2>/dev/null || :
systemctl start rkt-trip
is "what /run tells is enough" trip state active
systemctl stop rkt-trip
is "also when it is stopped" trip state inactive

# ----- Elsewhere -----

mkdir -p /tmp/image/etc/rkt/pods.d
cp "$pods/trip.pod" /tmp/image/etc/rkt/pods.d/other.pod
equals "the pods of another system" "$(rkt pod list --root=/tmp/image --no-legend | tr -s '\t' ' ')" \
    "other rkt-other.service - - no /etc/rkt/pods.d/other.pod"
