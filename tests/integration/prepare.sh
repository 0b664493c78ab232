#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# From a command line to a pod in prepared/, and from there into a stage1 that is not rkt's own: everything that rkt
# promises to any stage1. No app runs here.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
image=example.com/busybox
work=$(mktemp -d)
before=$(snapshot)
fetch_images busybox

# ----- A stage1 of a stranger: says what it sees, and stays while a file is there -----

mkdir -p "$work/stage1/rootfs"
cat >"$work/stage1/rootfs/init" <<'END'
#!/bin/sh
echo "directory $(pwd)"
echo "arguments $*"
echo "machine $RKT_MACHINE_NAME"
echo "lock $(flock --nonblock --exclusive . true && echo free || echo held)"
echo "lock-directory $(stat -L -c %i "/proc/self/fd/$RKT_LOCK_FD") $(stat -c %i .)"
echo "above-lock $(stat -L -c %i "/proc/self/fd/$RKT_LOCK_FD/..")"
echo $$ >pid
while [ -e /run/stage1-stays ]; do sleep 0.05; done
status=$(cat /run/stage1-status 2>/dev/null || echo 0)
echo "$status" >stage1/rootfs/rkt/status/busybox
exit "$status"
END
chmod +x "$work/stage1/rootfs/init"
cat >"$work/stage1/manifest" <<'END'
{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/stage1","labels":[{"name":"version","value":"1"},
{"name":"os","value":"linux"},{"name":"arch","value":"amd64"}],
"annotations":[{"name":"coreos.com/rkt/stage1/run","value":"/init"},
{"name":"coreos.com/rkt/stage1/interface-version","value":"6"}]}
END
tar -C "$work/stage1" -cf "$work/stage1.aci" manifest rootfs
foreign=--stage1-path=$work/stage1.aci

prepare() {
    rkt --insecure-options=image prepare "$foreign" "$@"
}

# ----- What is refused -----

unprivileged=(setpriv --reuid=nobody --clear-groups)
unprivileged=(setpriv --reuid=nobody --clear-groups rkt)
fails "prepare: not without privilege" 254 "^prepare: cannot run as unprivileged user" "${unprivileged[@]}" prepare "$image"
fails "run: not without privilege" 254 "^run: cannot run as unprivileged user" "${unprivileged[@]}" run --net=none "$image"
fails "run-prepared: not without privilege" 254 "^run-prepared: cannot run as unprivileged user" \
    "${unprivileged[@]}" run-prepared --net=none 0
for words in "prepare" "run" "run-prepared a b" "enter" "gc x" "rm" "export"; do
    # shellcheck disable=SC2086
    fails "not even wrong: $words" 254 "^${words%% *}: cannot run as unprivileged user" "${unprivileged[@]}" $words
done
mkdir "/run/empty"
for words in "status 0000" "stop 0000" "rm 0000" "enter 0000" "cat-manifest 0000" "export 0000 x.aci" "run-prepared --net=none 0000"; do
    # shellcheck disable=SC2086
    fails "without pods/: $words" 254 'no matches found for "0000"' rkt --dir=/run/empty $words
done
fails "no image" 254 "must provide at least one image" rkt prepare
fails "an unknown flag" 254 "unknown flag: --memroy \(did you mean --memory\?\)" rkt prepare "$image" --memroy=1
fails "an app's flag before its image" 254 "--exec must follow an image" rkt prepare --exec=/x "$image"
fails "exec twice" 254 "--exec was given twice" rkt prepare "$image" --exec=/x --exec=/y
fails "caps-retain with caps-remove" 254 "exclude each other" rkt prepare "$image" --caps-retain=CAP_KILL --caps-remove=CAP_CHOWN
fails "a volume twice" 254 "duplicate volume name" rkt prepare --volume=a,kind=empty --volume=a,kind=empty "$image"
fails "a mount without its volume" 254 'no volume "a"' rkt prepare "$image" --mount=volume=a,target=/x
fails "a manifest and flags" 254 "conflicting flags set with --pod-manifest \(see --help\)" \
    rkt prepare --pod-manifest=/x --inherit-env
fails "a manifest and the store" 254 "conflicting flags set with --pod-manifest \(see --help\)" \
    rkt prepare --pod-manifest=/x --store-only
fails "a user that is not there" 254 '"user2" user not found' prepare "$image" --user=user2
fails "a group that is not there" 254 '"group2" group not found' prepare "$image" --group=group2
fails "too little memory" 254 "4096" prepare "$image" --memory=4095
fails "an image that is not a stage1" 254 "is not a stage1" rkt prepare --stage1-name="$image" "$image"
fails "what is not built: a flag" 254 "--private-users is not built yet" rkt prepare --private-users "$image"
fails "what is not built: the default network" 254 'network "default" is not built yet' rkt run "$image"
fails "an image that is not there" 254 "not in the store" rkt prepare --pull-policy=never example.com/none
equals "nothing of these is left" "$(rkt list --no-legend)" ""

# ----- What is prepared -----

uuid=$(prepare --uuid-file-save="$work/uuid" --volume=data,kind=empty,mode=1777,uid=3,gid=4 \
    --volume=etc,kind=host,source=/etc,readOnly=true --set-env=A=all --set-env=B=all "$image" --environment=B=own \
    --mount=volume=data,target=/a/b --mount=volume=etc,target=/a --exec=/bin/sh --memory=64M --cpu=500m \
    --caps-remove=CAP_KILL -- -c true)
pod=$pods/prepared/$uuid
equals "the UUID is printed and saved, without newline" "$(<"$work/uuid")$(wc -c <"$work/uuid")" "${uuid}36"
equals "list shows it" "$(rkt list --no-legend | cut -f1)" "${uuid:0:8}"
list=$(rkt list --full)
mv "$pod/summary" "$work"
equals "and the same without its summary" "$(rkt list --full)" "$list"
mv "$work/summary" "$pod"
matches "status" "$(rkt status "$uuid")" "^state=prepared"
equals "the manifest is the group's to read" "$(stat -c %a "$pod/pod")" 640
equals "an empty volume has its mode and owner" "$(stat -c '%a %u %g' "$pod/sharedVolumes/data")" "1777 3 4"
plan=$(cat "$pod/plan" "$pod/appsinfo/busybox/plan")
matches "arguments follow --exec" "$plan" $'exec=/bin/sh\nexec=-c\nexec=true\n'
matches "an app's variable wins" "$plan" $'env=B=own\n'
matches "variables of all apps" "$plan" $'env=A=all\n'
matches "the app's name" "$plan" $'env=AC_APP_NAME=busybox\n'
matches "memory" "$plan" $'memory=64000000\n'
matches "cpu" "$plan" $'cpu=500\n'
matches "the filter" "$plan" $'filter=appsinfo/busybox/filter\n'
matches "what is above is mounted first" "$plan" $'mount-target=/a\n.*mount-target=/a/b(\n|$)'
equals "the filter is root's" "$(stat -c '%a %u' "$pod/appsinfo/busybox/filter")" "600 0"
equals "a stranger's stage1 is copied, not linked" "$(stat -c %h "$pod/stage1/rootfs/init")" 1
own=$(rkt prepare "$image")
equals "ours is linked" "$(stat -c %h "$pods/prepared/$own/stage1/rootfs/run")" 2
rkt rm "$own" >/dev/null
own=$(rkt prepare "$image" --exec=/bin/sh -- -c 'cat /above; ls -d /bin/sh; echo written >/above; cat /above')
own_plan=$pods/prepared/$own/appsinfo/busybox/plan
tree=$(<"$pods/prepared/$own/appsinfo/busybox/treeStoreID")
matches "its root is an overlay over one layer" "$(<"$own_plan")" \
    $'root=overlay\n'"root-layer=/var/lib/rkt/cas/tree/$tree/rootfs"$'\n'"root-upper=overlay/$tree/upper/busybox"
mkdir -m 755 "$work/layer"
echo above >"$work/layer/above"
sed -i "/^root-layer=/i root-layer=$work/layer" "$own_plan"
equals "and may be one over two" "$(rkt run-prepared --net=none "$own" | sed 's/.*\]: //')" $'above\n/bin/sh\nwritten'
equals "of which none is written to" "$(<"$work/layer/above")" above
rkt rm "$own" >/dev/null
rkt cat-manifest "$uuid" >"$work/pod.json"
again=$(prepare --pod-manifest="$work/pod.json")
equals "its manifest prepares the same pod again" "$(cat "$pods/prepared/$again/plan" "$pods/prepared/$again/appsinfo/busybox/plan")" "$plan"
succeeds "prepared pods can be removed" rkt rm "$again"

# ----- Into the stage1 -----

touch /run/stage1-stays
echo 7 >/run/stage1-status
fails "a pod that somebody else is about to run" 254 "has just been run by somebody else" \
    flock --exclusive "$pods/prepared/$uuid" rkt run-prepared --net=none "$uuid"
rkt run-prepared --net=none --machine-name=rkt-x --hostname=h "${uuid:0:12}" >"$work/seen" &
running=$!
soon "it runs" 10 eval '[[ $(rkt status '"$uuid"') =~ ^state=running ]]'
soon "its pid" 10 eval '[[ $(rkt status '"$uuid"') =~ pid=[0-9]+ ]]'
fails "it is not run twice" 254 "is not prepared: it is running" rkt run-prepared --net=none "$uuid"
fails "status --wait has a limit" 254 "timed out" rkt status --wait=100ms "$uuid"
rkt status --wait "$uuid" >"$work/waited" &
waiting=$!
rm /run/stage1-stays
await_end "$running"
equals "run-prepared has the stage1's status" "$status" 7
wait "$waiting"
rm /run/stage1-status
matches "who waited hears of the end" "$(<"$work/waited")" $'^state=exited\n.*exited=true\napp-busybox=7'
seen=$(<"$work/seen")
matches "stage1 starts in the pod's directory" "$seen" "directory $pods/run/$uuid"
matches "and hears the flags" "$seen" "arguments --net=none --local-config=/etc/rkt --hostname=h $uuid"
matches "and the machine's name" "$seen" "machine rkt-x"
matches "the lock is held" "$seen" "lock held"
inode=$(stat -c %i "$pods/run/$uuid")
matches "through a descriptor of the directory" "$seen" "lock-directory $inode $inode"
matches "that no path leads away from" "$seen" "above-lock $inode"
fails "an exited pod is not run again" 254 "is not prepared: it is exited" rkt run-prepared --net=none "$uuid"

# ----- One unit's pods -----

for _ in 1 2 3; do
    unit_pod=$(prepare --unit=rkt-u.service "$image")
done
equals "of a unit's prepared pods the newest stays" "$(rkt list --no-legend --full | grep -c prepared)" 1
for _ in 1 2 3; do
    rkt run-prepared --net=none "$unit_pod" >/dev/null
    unit_pod=$(prepare --unit=rkt-u.service "$image")
done
equals "of its exited pods one" "$(rkt list --no-legend --full | grep -c exited)" 2
matches "those of others stay" "$(rkt list --no-legend --full)" "$uuid"

# ----- Killed at any time -----

for ((i = 1; i <= 20; i++)); do
    timeout --signal=KILL "0.0$((RANDOM % 20 + 10))" rkt --insecure-options=image prepare "$foreign" "$image" >/dev/null 2>&1 || :
done
bad=$(for pod in "$pods"/prepared/*; do [[ -s $pod/plan && -s $pod/pod && -s $pod/appsinfo/busybox/plan && -s $pod/appsinfo/busybox/filter ]] || echo "$pod"; done)
equals "what is prepared is whole" "$bad" ""
succeeds "gc" collect_garbage
equals "and gc finds the rest" "$(find "$pods" -mindepth 2 | head -n 3)" ""
rm -rf "$work"
nothing_left "nothing is left" "$before"
