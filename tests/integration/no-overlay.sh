#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# An app's root that is a copy of its image: with --no-overlay and NoOverlay=, and automatically if overlays are not
# supported.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
image=example.com/busybox
work=$(mktemp -d)
before=$(snapshot)
fetch_images busybox

# An image with all that a copy could lose.
mkdir -p "$work/full/rootfs/d"
cp -a /usr/bin/true "$work/full/rootfs/d/a"
ln "$work/full/rootfs/d/a" "$work/full/rootfs/b"
chown 12:34 "$work/full/rootfs/b"
chmod 6711 "$work/full/rootfs/b"
ln -s ../../../../etc/passwd "$work/full/rootfs/link"
chown -h 56:78 "$work/full/rootfs/link"
truncate -s 64M "$work/full/rootfs/sparse"
mknod "$work/full/rootfs/fifo" p
mknod "$work/full/rootfs/zero" c 1 5
touch -d 2001-02-03 "$work/full/rootfs/d" "$work/full/rootfs/b"
chmod 1755 "$work/full/rootfs"
cat >"$work/full/manifest" <<'MANIFEST'
{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/full","labels":[{"name":"version","value":"1"},
{"name":"os","value":"linux"},{"name":"arch","value":"amd64"}],"app":{"exec":["/d/a"],"user":"0","group":"0"}}
MANIFEST
tar -C "$work/full" --sparse -cf "$work/full.aci" manifest rootfs

# what_is PATH: all of a tree that counts, without the numbers of its files.
what_is() {
    (cd "$1" && find . -printf '%p %y %m %U:%G %s %n %T@ %l\n' | grep -v '^\. ' && stat -c '%a %t:%T' . zero &&
        find . -type f -exec sha256sum {} +) | LC_ALL=C sort
}

# ----- The copy -----

uuid=$(rkt --insecure-options=image prepare --quiet --no-overlay "$work/full.aci" "$image" --name=shell)
pod=$pods/prepared/$uuid
copy=$pod/stage1/rootfs/opt/stage2
tree=/var/lib/rkt/cas/tree/$(<"$pod/appsinfo/full/treeStoreID")/rootfs
equals "the copy is like the tree" "$(sed 's/^\(\.\/d .* d .*\) [0-9]* \([0-9]*\) /\1 \2 /' <<<"$(what_is "$copy/full/rootfs")")" \
    "$(sed 's/^\(\.\/d .* d .*\) [0-9]* \([0-9]*\) /\1 \2 /' <<<"$(what_is "$tree")")"
equals "names of one file are names of one file" "$(stat -c %i "$copy/full/rootfs/d/a")" "$(stat -c %i "$copy/full/rootfs/b")"
lacks "and not of the tree's" "$(stat -c %i "$copy/full/rootfs/b")" "^$(stat -c %i "$tree/b")\$"
at_most "holes stay holes" "$(stat -c %b "$copy/full/rootfs/sparse")" 16
equals "nothing else is there" "$(find "$copy" -maxdepth 2 -mindepth 1 -printf '%P\n' | LC_ALL=C sort | paste -sd' ')" \
    "full full/manifest full/rootfs shell shell/manifest shell/rootfs"
equals "only root comes there" "$(stat -c '%a %U' "$copy")" "700 root"
equals "there is no overlay" "$(find "$pod" -maxdepth 1 -name 'overlay*')" ""
succeeds "its trees may go" rkt image rm example.com/full
succeeds "image gc" rkt image gc --grace-period=0s
fetch_images busybox
rkt rm "$uuid" >/dev/null
equals "rm removes it" "$(find "$pods" -name "$uuid")" ""

# ----- An app in it -----

seen=$(rkt run --net=none --quiet --no-overlay=true --uuid-file-save="$work/uuid" "$image" --exec=/bin/sh -- -c \
    'echo written >/file; cat /file; grep -c " / / " /proc/self/mountinfo; stat -f -c %T /; ls /etc/passwd' 2>&1 | sed 's/^.*\]: //')
matches "an app writes to its root" "$seen" '^written'
lacks "which is no overlay" "$seen" overlay
uuid=$(<"$work/uuid")
equals "into its pod" "$(<"$pods/run/$uuid/stage1/rootfs/opt/stage2/busybox/rootfs/file")" written
equals "and nowhere else" "$(find /var/lib/rkt/cas -name file -path '*rootfs/file')" ""
matches "it has exited" "$(rkt status "$uuid")" $'state=exited\n.*app-busybox=0'
fails "a read-only root" 1 'Read-only file system' rkt run --net=none --no-overlay "$image" --readonly-rootfs --exec=/bin/touch -- /file
seen=$(rkt run --net=none --no-overlay --volume=v,kind=empty,mode=0777 "$image" --mount=volume=v,target=/a/new/place \
    --readonly-rootfs --user=1 --exec=/bin/sh -- -c 'echo in volume >/a/new/place/x && cat /a/new/place/x' 2>&1)
matches "a volume in it" "$seen" 'in volume'
status=0
rkt run --net=none --no-overlay --volume=v,kind=empty "$image" --name=one --exec=/bin/sleep -- 1000 --- \
    "$image" --name=two --exec=/bin/sh -- -c 'exit 3' >/dev/null 2>&1 || status=$?
equals "several apps, each with its own" "$status" 3

# ----- A service's -----

pod_file copied <<'END2'
[Pod]
Network=none
NoOverlay=yes
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c 'mount | grep " / " && touch /was-here && exec sleep 1000'
END2
start copied
soon "a unit's pod" 10 log_has copied app ' on / type '
lacks "has no overlay" "$(app_log copied app)" overlay
uuid=$(<"/run/rkt/pods/rkt-copied/uuid")
equals "its file is in the pod" "$(find "$pods/run/$uuid" -name was-here | wc -l)" 1
systemctl kill --signal=KILL rkt-copied
soon "killed, it fails" 10 state_is copied failed
systemctl reset-failed rkt-copied
succeeds "and starts again" systemctl start rkt-copied
equals "with a new copy" "$(find "$pods/run/$(</run/rkt/pods/rkt-copied/uuid)" -name was-here -mmin +1 | wc -l)" 0
systemctl stop rkt-copied
remove_pod_file copied

# ----- Where there is none -----

# /srv of the machine is an overlay itself.
elsewhere=/srv/rkt-no-overlay
if [[ $(stat -f -c %T /srv) == overlayfs ]]; then
    rkt --dir="$elsewhere" --insecure-options=image fetch "$images/busybox.aci" >/dev/null
    output=$(rkt --dir="$elsewhere" run --net=none "$image" --exec=/bin/echo -- hello 2>&1)
    matches "a word is said" "$output" 'run: disabling overlay support: "unsupported filesystem: type 0x794c7630'
    matches "and the app runs" "$output" 'hello'
    output=$(rkt --dir="$elsewhere" prepare "$image" 2>&1)
    matches "prepare says it, too" "$output" 'prepare: disabling overlay support: "unsupported filesystem'
    equals "nothing is left of the trial" "$(find "$elsewhere/pods" -name '*trial*')" ""
    lacks "who asked for it is told nothing" "$(rkt --dir="$elsewhere" prepare --no-overlay "$image" 2>&1)" disabling
    rkt --dir="$elsewhere" gc --grace-period=0s --expire-prepared=0s >/dev/null 2>&1
    equals "gc" "$(find "$elsewhere/pods" -mindepth 2 -maxdepth 2)" ""
    rm -rf "$elsewhere"
else
    skip "a file system without overlays" "/srv is $(stat -f -c %T /srv)"
fi

# ----- Killed while it copies -----

for ((i = 1; i <= 10; i++)); do
    timeout --signal=KILL "0.0$((RANDOM % 30 + 10))" rkt prepare --no-overlay "$image" >/dev/null 2>&1 || :
done
bad=$(for pod in "$pods"/prepared/*/; do
    [[ ! -e $pod || (-x $pod/stage1/rootfs/opt/stage2/busybox/rootfs/bin/sh && -s $pod/plan) ]] || echo "$pod"
done)
equals "what is prepared is whole" "$bad" ""
succeeds "gc collects all" collect_garbage
# timeout kills itself, too: the last one may not have ended yet, and has its pod locked until then.
soon "no pod is left" 10 eval 'collect_garbage; [[ ! $(find "$pods" -mindepth 2 -maxdepth 2) ]]'
rm -rf "$work"
nothing_left "nothing is left" "$before"
