#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox shell-stage1
# takes: 30
# Which image becomes a pod's stage1, and how rkt treats one that is not its own: tests/images/shell-stage1, in shell.
# prepare.sh tests its environment.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
image=example.com/busybox
foreign=example.com/shell-stage1
work=$(mktemp -d)
version=$(rkt version | sed -n 's/rkt Version: //p')
fetch_images busybox

# ----- Variants of the image -----

mkdir "$work/image"
tar -C "$work/image" -xzf "$images/shell-stage1.aci"

# variant NAME SED_SCRIPT...: $work/NAME.aci, with another manifest.
variant() {
    local name=$1
    shift
    cp -a "$work/image" "$work/$name"
    sed -i "$@" "$work/$name/manifest"
    tar -C "$work/$name" -cf "$work/$name.aci" manifest rootfs
}

# script_of NAME ENTRYPOINT SCRIPT: the image $work/NAME.aci, whose entrypoint is that.
script_of() {
    cp -a "$work/image" "$work/$1"
    printf '#!/bin/sh\n%s\n' "$3" >"$work/$1/rootfs/ex/$2"
    tar -C "$work/$1" -cf "$work/$1.aci" manifest rootfs
}

# stage1_of UUID: name:version of a pod's stage1.
stage1_of() {
    local manifest
    manifest=$(tr -d ' \n' <"$(echo "$pods"/*/"$1")/stage1/manifest")
    [[ $manifest =~ \"name\":\"([^\"]*)\",\"labels\":\[\{\"name\":\"version\",\"value\":\"([^\"]*)\" ]]
    printf '%s:%s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# prepares NAME EXPECTED OPTION...: the stage1 is that one.
prepares() {
    local name=$1 expected=$2 uuid
    shift 2
    if uuid=$(rkt prepare "$@" "$image" --exec=/bin/sh -- -c 'exit 7' 2>"$work/error"); then
        equals "$name" "$(stage1_of "$uuid")" "$expected"
    else
        not_ok "$name" "rkt prepare $*: $(<"$work/error")"
    fi
}

# ----- One that hangs: the rest of this script is what gc does not wait for -----

script_of hanging gc 'sleep 1000'
hanging=$(rkt --dir=/run/hanging --insecure-options=image prepare --stage1-path="$work/hanging.aci" \
    --insecure-options=image "$images/busybox.aci" --exec=/bin/true)
other=$(rkt --dir=/run/hanging prepare "$image" --exec=/bin/true)
rkt --dir=/run/hanging run-prepared --net=none "$hanging"
rkt --dir=/run/hanging run-prepared --net=none "$other"
printf '[{"netName":"lan","ip":"10.0.0.2"}]' >"/run/hanging/pods/run/$hanging/net-info.json"
matches "the networks it writes down are listed" "$(rkt --dir=/run/hanging list)" 'lan:ip4=10\.0\.0\.2'
rkt --dir=/run/hanging gc --grace-period=0s >"$work/hanging.log" 2>&1 &
hanging_gc=$!
script_of stopping stop 'sleep 1000'
rkt --dir=/run/stopping --insecure-options=image run --net=none --stage1-path="$work/stopping.aci" \
    --uuid-file-save="$work/stopping.uuid" "$images/busybox.aci" --exec=/bin/sleep -- 1001 &
stopping_pod=$!
eventually 10 rkt --dir=/run/stopping status --uuid-file="$work/stopping.uuid" --wait-ready=5s
rkt --dir=/run/stopping stop "$(<"$work/stopping.uuid")" >"$work/stopping.log" 2>&1 &
hanging_stop=$!
began=$SECONDS

# ----- By default -----

prepares "rkt's own" "coreos.com/rkt/stage1-host:$version"
matches "is then in the store" "$(rkt image list --no-legend)" "coreos.com/rkt/stage1-host:$version"
prepares "rkt's own by name" "coreos.com/rkt/stage1-host:$version" --stage1-name=coreos.com/rkt/stage1-host
variant planted "s,$foreign,coreos.com/rkt/stage1-host,; s/1\\.0\\.0/$version/"
chmod 0755 "$work"
key=$(setpriv --reuid=4711 --regid=4711 --groups="$(getent group rkt | cut -d: -f3)" \
    rkt --insecure-options=image fetch --full "$work/planted.aci" 2>/dev/null)
for name in "" --stage1-name=coreos.com/rkt/stage1-host; do
    uuid=$(rkt prepare ${name:+"$name"} "$image")
    succeeds "what a member of group rkt gave its name is not taken for it${name:+, by name}" \
        test ! -e "$pods/prepared/$uuid/stage1/rootfs/ex"
done
rkt image rm "$key" >/dev/null 2>&1

# ----- By a flag -----

cp "$images/shell-stage1.aci" "$work/foreign.aci"
fails "a path needs a signature" 254 'error opening signature file' rkt prepare --stage1-path="$work/foreign.aci" "$image"
fails "so does a file URL" 254 'error opening signature file' rkt prepare --stage1-url="file://$work/foreign.aci" "$image"
fails "a name is not discovered yet" 254 'not built yet' rkt prepare --stage1-name=$foreign "$image"
fails "nothing is fetched from the network yet" 254 'https://example.com/s.aci.*not built yet' \
    rkt prepare --stage1-url=https://example.com/s.aci "$image"
fails "a URL is one" 254 'must be a URL' rkt prepare --stage1-url=$foreign "$image"
fails "a hash that is not there" 254 'no image IDs found' rkt prepare --stage1-hash=sha512-0123456789abcdef "$image"
fails "a file that is not there" 254 'cannot open ".*/none.aci"' rkt prepare --stage1-path="$work/none.aci" "$image"
fails "a file of no directory" 254 'file name without directory' rkt prepare --stage1-from-dir=../x "$image"
fails "two of them" 254 'exclude each other' rkt prepare --stage1-name=x --stage1-hash=y "$image"
prepares "--stage1-path" $foreign:1.0.0 --insecure-options=image --stage1-path="$work/foreign.aci"
key=$(rkt image list --no-legend --full | awk -v name="$foreign" '$2 ~ name { print $1 }')
prepares "--stage1-name: what is in the store needs no signature" $foreign:1.0.0 --stage1-name=$foreign
prepares "with a version" $foreign:1.0.0 --stage1-name=$foreign:1.0.0
fails "but not another" 254 'not built yet' rkt prepare --stage1-name=$foreign:1.0.1 "$image"
prepares "--stage1-hash" $foreign:1.0.0 --stage1-hash="${key:0:20}"
prepares "--stage1-url" $foreign:1.0.0 --insecure-options=image --stage1-url="file://$work/foreign.aci"
prepares "but not by a URL of one that was installed with rkt" "coreos.com/rkt/stage1-host:$version" \
    --stage1-url=file:///usr/lib/rkt/stage1-images/stage1-host.aci
prepares "or its path" "coreos.com/rkt/stage1-host:$version" --stage1-path=/usr/lib/rkt/stage1-images/stage1-host.aci
prepares "--stage1-from-dir: what was installed with rkt needs none either" "coreos.com/rkt/stage1-host:$version" \
    --stage1-from-dir=stage1-host.aci
ln -s "$work/foreign.aci" /usr/lib/rkt/stage1-images/link.aci
fails "unless it is only a link there" 254 'error opening signature file' rkt prepare --stage1-from-dir=link.aci "$image"
rm /usr/lib/rkt/stage1-images/link.aci
mkdir -p /etc/rkt/{paths.d,stage1.d}
printf '{"rktKind": "paths", "rktVersion": "v1", "stage1-images": "%s"}' "$work" >/etc/rkt/paths.d/images.json
prepares "--stage1-from-dir of the configuration" $foreign:1.0.0 --insecure-options=image --stage1-from-dir=foreign.aci
fails "which is not trusted as rkt is" 254 'error opening signature file' rkt prepare --stage1-from-dir=foreign.aci "$image"
rm /etc/rkt/paths.d/images.json

# ----- By the configuration -----

# stage1_config LAYER FIELDS
stage1_config() {
    mkdir -p "$1/stage1.d"
    printf '{"rktKind": "stage1", "rktVersion": "v1", %s}' "$2" >"$1/stage1.d/test.json"
}

stage1_config /usr/lib/rkt "\"name\": \"$foreign\", \"version\": \"1.0.0\", \"location\": \"/nowhere\""
prepares "stage1.d: the store comes first" $foreign:1.0.0
stage1_config /etc/rkt "\"name\": \"$foreign\", \"version\": \"2.0.0\""
fails "then the location" 254 'cannot open "/nowhere"' rkt prepare "$image"
stage1_config "$work/user" "\"location\": \"https://example.com/s.aci\""
fails "from the network: not yet" 254 'https://example.com/s.aci.*not built yet' rkt --user-config="$work/user" prepare "$image"
variant second 's/1\.0\.0/2.0.0/'
stage1_config "$work/user" "\"location\": \"file://$work/second.aci\""
fails "which needs a signature" 254 'error opening signature file' rkt --user-config="$work/user" prepare "$image"
prepares "or not" $foreign:2.0.0 --user-config="$work/user" --insecure-options=image
prepares "then it is in the store" $foreign:2.0.0
prepares "a flag wins" "coreos.com/rkt/stage1-host:$version" --stage1-from-dir=stage1-host.aci
stage1_config /usr/lib/rkt '"name": "example.com/none", "version": "1"'
rm /etc/rkt/stage1.d/test.json
fails "a name without a location is not discovered" 254 'the store does not have example.com/none:1' rkt prepare "$image"
stage1_config /usr/lib/rkt '"name": "example.com/none"'
fails "a mistake in the file" 254 'stage1.d/test.json": version: must be set, as name is' rkt prepare "$image"
prepares "is nothing to who names a stage1" $foreign:1.0.0 --stage1-name=$foreign:1.0.0
rm -r /etc/rkt/stage1.d /etc/rkt/paths.d /usr/lib/rkt/stage1.d
pod_file foreign <<END_OF_POD
[Pod]
Stage1Name=$foreign:1.0.0
[App]
Image=$image
END_OF_POD
matches "a pod file's key" "$(systemctl cat rkt-foreign)" "--stage1-name=$foreign:1.0.0"
remove_pod_file foreign

# A declared pod, under PID 1.
pod_file foreign <<END_OF_POD
[Pod]
Network=none
Stage1Hash=$key
[App]
Image=$image
Exec=/bin/sleep 1000
END_OF_POD
start foreign
matches "it runs a declared pod" "$(tr '\0' ' ' <"/proc/$(unit_property rkt-foreign MainPID)/cmdline")" '/ex/run '
matches "which is the unit's" "$(rkt status --uuid-file=/run/rkt/pods/rkt-foreign/uuid)" "pid=$(unit_property rkt-foreign MainPID)"
systemctl stop rkt-foreign
equals "and stops it" "$(unit_property rkt-foreign Result)" success
remove_pod_file foreign

# ----- It is the pod's own from then on -----

uuid=$(rkt prepare --stage1-name=$foreign:1.0.0 "$image" --exec=/bin/sh -- -c 'exit 7')
own=$(rkt prepare "$image" --exec=/bin/sh -- -c 'exit 8')
rkt image rm "$key" $foreign:2.0.0 coreos.com/rkt/stage1-host >/dev/null 2>&1
rkt image gc --grace-period=0s >/dev/null 2>&1
mv /usr/lib/rkt/stage1-images "$work"
lacks "the images are gone" "$(rkt image list)" stage1
fails "a pod can't be prepared any more" 254 'cannot find the stage1 image' rkt prepare "$image"
fails "but its own stage1 runs one that was" 7 '' rkt run-prepared --net=none "$uuid"
fails "also rkt's own" 8 '' rkt run-prepared --net=none "$own"
mv "$work/stage1-images" /usr/lib/rkt
matches "the exit status is the stage1's word" "$(rkt status "$uuid")" $'app-busybox=7'

# ----- Versions of the interface -----

# arguments_of VERSION OPTION...: what an image of that version hears, without --net, --local-config and UUID.
arguments_of() {
    local uuid
    variant "version-$1" "s/\"value\": \"6\"/\"value\": \"$1\"/; s,$foreign,$foreign-$1,"
    uuid=$(rkt --insecure-options=image prepare --stage1-path="$work/version-$1.aci" "$image" --exec=/bin/true)
    shift
    rkt run-prepared --net=none "$@" "$uuid" 2>/dev/null || return
    sed -E 's/--net=none --local-config=\S+ ?//; s/ ?[0-9a-f-]{36}$//' "$pods/run/$uuid/stage1/rootfs/rkt/arguments"
}

disable=--insecure-options=all-run
disabled='--disable-capabilities-restriction --disable-paths --disable-seccomp'
equals "version 1: nothing more" "$(arguments_of 1 $disable)" ""
equals "version 2: --hostname" "$(arguments_of 2 $disable --hostname=h)" "--hostname=h"
equals "version 3: --disable-…" "$(arguments_of 3 $disable --hostname=h)" "--hostname=h $disabled"
equals "version 4: --dns-conf-mode" "$(arguments_of 4 --dns=1.1.1.1)" "--dns-conf-mode=resolv=stage0,hosts=default"
equals "version 5" "$(arguments_of 5 --hosts-entry=host)" "--dns-conf-mode=resolv=default,hosts=host"
equals "version 6: --ipc" "$(arguments_of 6 --ipc=parent --debug)" "--debug --ipc=parent"
equals "a later one hears what we know" "$(arguments_of 7 --ipc=private)" "--ipc=private"

# refuses NAME VERSION WORDS OPTION
refuses() {
    local uuid
    uuid=$(rkt --insecure-options=image prepare --stage1-path="$work/version-$2.aci" "$image")
    fails "$1" 254 "$3" rkt run-prepared --net=none "$4" "$uuid"
    equals "$1: nothing ran" "$(rkt status "$uuid" | head -n1)" state=prepared
}
refuses "one that does not know --hostname" 1 'does not know --hostname: that is version 2 of the interface, it speaks 1' --hostname=h
refuses "nor --dns-conf-mode" 3 'does not know --dns-conf-mode' --dns=none
refuses "nor --ipc" 5 'does not know --ipc' --ipc=parent
variant nonsense 's/"value": "6"/"value": "six"/'
fails "a version that is none" 254 'bad coreos.com/rkt/stage1/interface-version' \
    rkt --insecure-options=image prepare --stage1-path="$work/nonsense.aci" "$image"

# ----- stop and gc -----

# run_sleeping [NAME]: a pod of the foreign stage1 that sleeps; sets uuid and its process.
run_sleeping() {
    rkt --insecure-options=image run --net=none --stage1-path="$work/${1:-foreign}.aci" --uuid-file-save="$work/uuid" \
        "$image" --exec=/bin/sleep -- 1000 &
    process=$!
    eventually 10 rkt status --uuid-file="$work/uuid" --wait-ready=5s
    uuid=$(<"$work/uuid")
}

run_sleeping
equals "enter: the stage1's entrypoint" "$(rkt enter "$uuid" /bin/basename "/x/two words")" "two words"
fails "its exit status" 7 '' rkt enter --app=busybox "$uuid" /bin/sh -c 'exit 7'
matches "it is ready" "$(rkt status --wait-ready=5s "$uuid")" '^state=running'
equals "stop: the stage1's entrypoint" "$(rkt stop "$uuid")" "\"$uuid\""
await_end "$process"
equals "asked the app to end, which is no failure" $status 0
matches "the app's own status stays" "$(rkt status "$uuid")" $'app-busybox=143'
rm "$work/uuid"
run_sleeping
succeeds "stop --force" rkt stop --force --uuid-file="$work/uuid"
await_end "$process"
equals "killed it" $status 137

# An image whose entrypoints are links, absolute and upwards: the host has such files, too.
cp -a "$work/image" "$work/linked"
mkdir -p "$work/linked/rootfs/planted" /planted
for name in run enter stop gc; do
    mv "$work/linked/rootfs/ex/$name" "$work/linked/rootfs/planted"
    ln -s "/planted/$name" "$work/linked/rootfs/ex/$name"
    printf '#!/bin/sh\necho %s >>/run/planted\n' "$name" >"/planted/$name"
    chmod +x "/planted/$name"
done
ln -sf ../../../../../../../../../../planted/gc "$work/linked/rootfs/ex/gc"
tar -C "$work/linked" -cf "$work/linked.aci" manifest rootfs
rm -f "$work/uuid"
run_sleeping linked
equals "links in a stage1 lead within its root: run, and enter" "$(rkt enter "$uuid" /bin/basename /x/y)" y
equals "stop" "$(rkt stop "$uuid")" "\"$uuid\""
await_end "$process"
linked=$uuid

script_of failing gc 'exit 3'
script_of gone gc 'exit 0'
failing=$(rkt --insecure-options=image prepare --stage1-path="$work/failing.aci" "$image" --exec=/bin/true)
missing=$(rkt --insecure-options=image prepare --stage1-path="$work/gone.aci" "$image" --exec=/bin/true)
headless=$(rkt --insecure-options=image prepare --stage1-path="$work/foreign.aci" "$image" --exec=/bin/true)
old=$(rkt --insecure-options=image prepare --stage1-path="$work/version-4.aci" "$image" --exec=/bin/true)
for pod in "$failing" "$missing" "$headless" "$old"; do
    rkt run-prepared --net=none "$pod"
done
rm "$pods/run/$missing/stage1/rootfs/ex/gc" "$pods/run/$headless/stage1/manifest"
rkt prepare "$image" >"$work/never-run"
succeeds "gc goes on, whatever a stage1's gc does" rkt --local-config=/etc/rkt gc --grace-period=0s --expire-prepared=0s
equals "nothing is left" "$(rkt list --no-legend)" ""
calls=$(<"/run/shell-stage1-gc")
matches "gc is called in the pod's directory, with the UUID" "$calls" "$uuid --local-config=/etc/rkt $uuid"
matches "links in a stage1 lead within its root: gc" "$calls" "$linked --local-config=/etc/rkt $linked"
fails "and no program of the host ran" 1 '' test -e /run/planted
matches "an old one hears of no directory" "$calls" "$old $old"
lacks "and one that never ran is not called" "$calls" "$(<"$work/never-run")"

await_end "$hanging_stop"
equals "a stop that hangs is an error" "$status" 254
matches "that says so" "$(<"$work/stopping.log")" "the stage1's stop did not end within 30 s"
kill "$(<"$(echo /run/stopping/pods/run/*/pid)")"
await_end "$stopping_pod"
wait $hanging_gc
at_most_seconds "a gc that hangs is killed" $((SECONDS - began)) 50
matches "and said to be" "$(<"$work/hanging.log")" "\"$hanging\": the stage1's gc did not end within 30 s"
equals "its pod and the other are gone" "$(rkt --dir=/run/hanging list --no-legend)" ""
fails "and so are what hung" 1 '' pgrep -f 'sleep 1000'
