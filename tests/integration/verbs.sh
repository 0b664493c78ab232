#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# The interface for scripts of the original's users: columns, lines, JSON members, exit statuses and messages, to the
# letter; and the message for a program that cannot be run.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

image=example.com/busybox
work=$(mktemp -d)
cd "$work"
fetch_images busybox
version=$(rkt image list --no-legend --fields=name | sed -n "s|^$image:||p")
id=$(rkt image list --no-legend --fields=id,name | awk -v name="$image:" '$2 ~ "^" name { print $1 }')

# ----- A running pod of two apps -----

rkt run --net=none --uuid-file-save=running --user-annotation=of=pod --user-label=kind=test \
    "$image" --name=one --user-annotation=of=one --exec=/bin/sleep -- 1000 --- \
    "$image" --name=two --exec=/bin/sleep -- 1000 >/dev/null &
eventually 20 test -s running
uuid=$(<running)
rkt status --wait-ready=20s "$uuid" >/dev/null
stamp='20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}(\.[0-9]{1,3})? [+-][0-9]{4} [A-Z]+'

equals "list: its columns" "$(rkt list | head -n 1 | sed 's/\t\t*/|/g')" "UUID|APP|IMAGE NAME|STATE|CREATED|STARTED|NETWORKS"
equals "list --full: its columns" "$(rkt list --full | head -n 1 | sed 's/\t\t*/|/g')" \
    "UUID|APP|IMAGE NAME|IMAGE ID|STATE|CREATED|STARTED|NETWORKS"
list=$(rkt list --no-legend)
matches "a pod" "$list" "^${uuid:0:8}"$'\tone\t'"$image:$version"$'\trunning\t[a-z0-9 ]+\t+[a-z0-9 ]+\t*\n'
matches "its second app leaves the pod's columns blank" "$list" $'\n\t+two\t'"$image:$version"$'[\t ]*$'
matches "list --full" "$(rkt list --full --no-legend)" \
    "^$uuid"$'\t'"one"$'\t'"$image:$version"$'\t'"$id"$'\trunning\t'"$stamp"$'\t'"$stamp"
equals "cells begin at multiples of 8" "$(rkt list | expand | awk '{ print index($0, "IMAGE") % 8 + index($0, "example") % 8; exit }')" 1

status=$(rkt status "$uuid")
matches "status of a running pod" "$status" \
    $'^state=running\ncreated='"$stamp"$'\nstarted='"$stamp"$'\nnetworks=\npid=[0-9]+\nexited=false$'
equals "its pid is the pod's init" "$(sed -n 's/^pid=//p' <<<"$status")" "$(leader "rkt-$uuid")"
json=$(rkt status --format=json "$uuid")
matches "JSON: of the pod" "$json" "^\{\"name\":\"$uuid\",\"state\":\"running\",.*\"app_names\":\[\"one\",\"two\"\]"
matches "JSON: times in seconds" "$json" '"created_at":[0-9]{10},"started_at":[0-9]{10}[,}]'
matches "JSON: an app" "$json" '\{"name":"one","state":"running","created_at":[0-9]{19},"started_at":[0-9]{19},"image_id":"sha512-[0-9a-f]{64}"'
matches "JSON: annotations and labels" "$json" '"user_annotations":\{"of":"pod"\},"user_labels":\{"kind":"test"\}'
matches "JSON: of the app" "$json" '"user_annotations":\{"of":"one"\}'
equals "the same in a list" "$(rkt list --format=json)" "[$json]"
fails "rm of a running pod" 254 "^rm: pod \"$uuid\" cannot be removed: it is running" rkt rm "$uuid"
fails "waiting for its end has a limit" 254 'timed out' rkt status --wait=100ms --uuid-file=running
equals "stop prints the UUID" "$(rkt stop "${uuid:0:6}")" "\"$uuid\""
await_jobs
matches "status --wait" "$(rkt status --wait=20s "$uuid")" $'^state=exited\n.*\nexited=true\napp-one=[0-9]+\napp-two=[0-9]+$'
equals "stop again" "$(rkt stop "$uuid")" "pod \"$uuid\" is already stopped"

# ----- Exit statuses -----

prepared=$(rkt prepare --quiet "$image")
echo "$prepared" >prepared
equals "a prepared pod has no network, nor pid" "$(rkt status "$prepared" | sed 's/=.*//' | paste -sd' ')" "state created"
fails "stop of one that never ran" 254 "pod \"$prepared\" is not running: it is prepared" rkt stop --uuid-file=prepared
fails "stop of a file that leads nowhere" 1 'cannot read the UUID file' rkt stop --uuid-file=nothing
cat /proc/sys/kernel/random/uuid >nobody
fails "status of a file that leads nowhere" 1 "no matches found for \"$(<nobody)\"" rkt status --uuid-file=nobody
fails "status of an unknown pod" 254 'no matches found for "ffffffff"' rkt status ffffffff
: >empty
useradd --create-home --groups rkt member
equals "a member of group rkt sees the manifest" "$(runuser -u member -- rkt cat-manifest "$prepared")" \
    "$(rkt cat-manifest "$prepared")"
equals "and how apps ended" "$(runuser -u member -- rkt status "$uuid")" "$(rkt status "$uuid")"
equals "a manifest is nobody else's" "$(stat -c '%a %U:%G' /var/lib/rkt/pods/prepared/"$prepared"/pod)" "640 root:rkt"
fails "others are told who can look" 254 'only root and members of group rkt can$' runuser -u nobody -- rkt list
fails "and what only root can" 254 '^run-prepared: cannot run as unprivileged user$' \
    runuser -u member -- rkt run-prepared "$prepared"
fails "an empty file" 1 'UUID cannot be empty' rkt status --uuid-file=empty
fails "no command" 2 '^Usage: rkt' rkt
fails "the first app that fails ends the pod, which has its status" 3 'app one failed: exit status 3' \
    rkt run --net=none "$image" --name=one --exec=/bin/sh -- -c 'exit 3' --- "$image" --name=two --exec=/bin/sleep -- 1000
equals "cat-manifest is indented" "$(rkt cat-manifest "$prepared" | head -n 2 | tail -n 1 | cut -c1-5)" '    "'
equals "unless told otherwise" "$(rkt cat-manifest --pretty-print=false "$prepared" | wc -l)" 1
fails "one line of an error" 254 '^run: app "busybox": "user2" user not found$' rkt run --net=none --quiet "$image" --user=user2
fails "--debug says what led to it, one a line" 254 $'run: app "busybox"\n  └─"group2" group not found$' \
    rkt --debug run --net=none "$image" --group=group2
rkt rm "$prepared" >/dev/null

said=$(rkt run --net=none "$image" --exec=/bin/true 2>&1)
equals "where its images come from is said" "$said" "image: using image from local store for image name coreos.com/rkt/stage1-host:$(rkt version | sed -n 's/^rkt Version: //p')
image: using image from local store for image name $image"
matches "by ID" "$(rkt run --net=none "$id" --exec=/bin/true 2>&1)" $'\n'"image: using image from the store with hash $id"
matches "from a file" "$(rkt --insecure-options=image run --net=none "$images/busybox.aci" --exec=/bin/true 2>&1)" \
    $'\n'"image: using image from file $images/busybox.aci"
matches "a stage1, too" "$(rkt run --net=none --stage1-path=/usr/lib/rkt/stage1-images/stage1-host.aci "$image" --exec=/bin/true 2>&1)" \
    '^image: using image from file /usr/lib/rkt/stage1-images/stage1-host.aci'
matches "also by its hash" "$(rkt run --net=none --stage1-hash="$(</usr/lib/rkt/stage1-images/stage1-host.aci.key)" "$image" --exec=/bin/true 2>&1)" \
    '^image: using image from the store with hash sha512-[0-9a-f]{64}'

# What is wrong with one that is over before systemd has looked at it is nobody's concern.
equals "short pods say nothing of themselves" "$(for ((i = 0; i < 10; i++)); do rkt run --net=none --quiet "$image" --exec=/bin/true; done 2>&1)" ""

# ----- Command lines -----

equals "the shortest that is no other command" "$(rkt vers)" "$(rkt version)"
fails "one that could be several" 254 '^rkt: ambiguous command "ru": run, run-prepared$' rkt ru
equals "a command's flag may stand before it" "$(rkt --full=true --no-legend=true li)" "$(rkt list --full --no-legend)"
fails "if it has such a flag" 254 '^list: unknown flag: --fuel' rkt --fuel=true list
fails "if there is a command" 254 '^rkt: unknown flag: --full=true$' rkt --full=true
equals "-h is --help" "$(rkt rm -h)" "$(rkt help rm)"
fails "each command says its own errors" 254 '^version: unexpected argument "x"$' rkt version x
fails "what is said too early" 254 '^prepare: unknown flag: --net=none \(it is a flag of run-prepared\)$' \
    rkt prepare --net=none "$image"
fails "what could not be fetched is said once" 254 '^run: cannot fetch "/nothing.aci": [^'$'\n'']*$' \
    rkt run --net=none --quiet /nothing.aci
fails "so is a stage1 that could not be" 254 '^run: cannot find the stage1 image: cannot fetch "example.com/nothing": [^'$'\n'']*$' \
    rkt run --net=none --quiet --stage1-name=example.com/nothing "$image"
fails "a pod that can't be started is said once" 254 '^stage1: [^'$'\n'']*$' bash -c \
    'rkt run --net=none --quiet --volume=v,kind=host,source=/nothing '"$image"' --mount=volume=v,target=/v; status=$?; sleep 1; exit $status'

# ----- The environment: later ones replace earlier ones -----

printf '# one\n; two\n\nFROM_FILE=file\nFROM_ALL=file\n' >variables
export FROM_CALLER=caller FROM_FILE=caller FROM_ALL=caller FROM_APP=caller
seen=$(rkt run --net=none --quiet --inherit-env --set-env-file=variables --set-env=FROM_ALL=all --set-env=FROM_APP=all \
    "$image" --environment=FROM_APP=app --exec=/bin/env | grep -o 'FROM_.*')
equals "the order" "$(LC_ALL=C sort <<<"$seen" | paste -sd' ')" \
    "FROM_ALL=all FROM_APP=app FROM_CALLER=caller FROM_FILE=file"
lacks "without --inherit-env" "$(rkt run --net=none "$image" --exec=/bin/env)" FROM
printf 'A=1\nA=2\n' >twice
fails "a variable twice" 254 '^run: twice:2: "A" is set twice$' rkt run --net=none --quiet --set-env-file=twice "$image"

# ----- A program that can't be run -----

# says NAME PROGRAM WORDS: what an app says of a program of ours that it gets as a volume, before or after its pod's init says
# that it failed: the two write to pipes of their own.
says() {
    fails "$1" 203 "Error: $3"$'\r?(\n|$)' rkt run --net=none --volume="p,kind=host,source=$work/$2" "$image" \
        --mount=volume=p,target=/program --exec=/program
}
fails "one that is not there" 203 'Error: Unable to open "/foo": No such file or directory' \
    rkt run --net=none "$image" --exec=/foo
printf '#!/no/such/shell -e\n' >script
printf '#!/program\n' >itself
cp /bin/true dynamic
printf 'no program\n' >text
chmod +x script itself dynamic text
: >closed
says "a script's interpreter" script 'Unable to open "/no/such/shell": No such file or directory \(the interpreter of "/program"\)'
says "an ELF file's interpreter" dynamic 'Unable to open "/lib64/ld-[a-z0-9.-]+": No such file or directory \(the interpreter of "/program"\)'
says "its own interpreter" itself 'Unable to open "/program": Too many levels of symbolic links'
says "no program at all" text 'Unable to open "/program": Exec format error'
says "one that may not be run" closed 'Unable to open "/program": Permission denied'
