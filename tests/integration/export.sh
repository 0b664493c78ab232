#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# rkt export: the files of an app become an image that can be fetched and run, and has the same files. Nothing of the
# export is visible on the host.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
image=example.com/busybox
work=$(mktemp -d)
fetch_images busybox
cd "$work"

# ran FILE ARGUMENT...: a pod that has exited, its UUID in FILE.
ran() {
    rkt run --quiet --net=none --uuid-file-save="$1" "${@:2}" >/dev/null || give_up "the pod runs" "exit status $?"
}

# files COMMAND...: what is in the directory that the command makes the working one, all that an image keeps of it.
# shellcheck disable=SC2016
files() {
    unshare --mount --propagation=private bash -ec "$1"'
        find . -mindepth 1 \( -type d -printf "%p %y %m %U %G %T@\n" -o -printf "%p %y %m %U %G %T@ %s %n %l\n" \) | LC_ALL=C sort
        find . -type c -exec stat -c "%n %t:%T" {} + | LC_ALL=C sort
        find . -type f -exec sha256sum {} + | LC_ALL=C sort
        getcap -r . | LC_ALL=C sort'
}

files_of_pod() {
    local tree
    tree=$(<"$pods/run/$1/appsinfo/$2/treeStoreID")
    files "LIBMOUNT_FORCE_MOUNT2=always mount -t overlay -o ro,lowerdir=$pods/run/$1/overlay/$tree/upper/$2:/var/lib/rkt/cas/tree/$tree/rootfs overlay /mnt
        cd /mnt"
}

# files_of_image ID: an image's, as rkt renders it.
files_of_image() {
    local uuid tree
    uuid=$(rkt prepare --quiet "$1")
    tree=$(<"$pods/prepared/$uuid/appsinfo/busybox/treeStoreID")
    rkt rm "$uuid" >/dev/null
    files "cd /var/lib/rkt/cas/tree/$tree/rootfs"
}

fetched() {
    rkt --insecure-options=image fetch --full "$1"
}

# ----- A pod that changed about everything -----

# shellcheck disable=SC2016
changes='
umask 0
echo new >/new; chmod 4751 /new; chown 1234:4000000 /new; ln /new /etc/new-too; mkdir /sticky; chmod 1777 /sticky
ln -s /etc/shadow /link; ln -s ../../../.. /etc/up; mkfifo /fifo; mknod /null c 1 3; rm /etc/group; rm -r /root
mkdir /root; echo again >/root/file; mv /etc/passwd /etc/moved; chmod 700 /bin; chown 7 /bin/busybox
printf x >"/$(printf "caf\351\nnew line")"; dd if=/dev/zero of=/sparse bs=1 count=1 seek=256M
cp /bin/busybox /copy; touch -d "2001-02-03 04:05:06" /copy'
ran uuid "$image" --exec=/bin/sh -- -c "$changes"
uuid=$(<uuid)
upper=$(echo $pods/run/"$uuid"/overlay/*/upper/busybox)
setcap cap_kill=p "$upper/copy"
before=$(awk '{ print $5 }' /proc/self/mountinfo)
pod_before=$(find "$pods/run/$uuid" | LC_ALL=C sort)

succeeds "an exited pod" rkt export "$uuid" exported.aci
matches "its image is gzipped" "$(head -c 2 exported.aci | od -An -tx1)" "1f 8b"
equals "for all to read" "$(stat -c %a exported.aci)" 644
at_most "holes are none in the image: its KiB" "$(du -k exported.aci | cut -f1)" 8192
equals "the host saw no mount" "$(awk '{ print $5 }' /proc/self/mountinfo)" "$before"
equals "the pod is as it was" "$(find "$pods/run/$uuid" | LC_ALL=C sort)" "$pod_before"
matches "it is still exited" "$(rkt status "$uuid")" 'state=exited'
id=$(fetched ./exported.aci)
of_pod=$(files_of_pod "$uuid" busybox)
matches "the last of its changes, too" "$(grep -a copy <<<"$of_pod")" 'f 755 0 0 981173106.*\./copy cap_kill=p'
equals "its files are the pod's" "$(files_of_image "$id")" "$of_pod"
matches "and it runs" "$(rkt run --net=none "$id" --exec=/bin/sh -- -c 'cat /new /root/file; ls /etc')" \
    'new.*again.*moved'
equals "it has the image's manifest" "$(tar -xzOf exported.aci manifest)" \
    "$(cat "$pods/run/$uuid/appsinfo/busybox/manifest")"

# ----- Names -----

fails "a name that is taken" 254 '^export: .*"exported.aci" exists already; --overwrite replaces it' \
    rkt export "$uuid" exported.aci
echo mine >other.aci
succeeds "is replaced when asked to" rkt export --overwrite "${uuid:0:10}" other.aci
equals "by the same image" "$(sha256sum <other.aci)" "$(sha256sum <exported.aci)"
equals "nothing stands beside them" "$(find . -mindepth 1 -printf '%f\n' | LC_ALL=C sort | paste -sd' ')" \
    "exported.aci other.aci uuid"
fails "a directory" 254 '"'"$work"'/x/" must end in .aci' rkt export "$uuid" "$work/x/"
fails "where no directory is" 254 'cannot create "nowhere/x.aci": No such file' rkt export "$uuid" nowhere/x.aci
fails "no name" 254 '^export: must provide' rkt export "$uuid"
fails "no such pod" 254 'no matches found for "ffffffff"' rkt export ffffffff x.aci
fails "without privilege" 254 '^export: cannot run as unprivileged user' \
    setpriv --reuid=nobody --clear-groups rkt export "$uuid" /tmp/x.aci
mkdir small
mount -t tmpfs -o size=64k tmpfs small
fails "a full disk" 254 'cannot write the image: No space left on device' rkt export "$uuid" small/x.aci
equals "and leaves nothing" "$(ls -A small)" ""
umount small

# ----- Only pods that have exited -----

prepared=$(rkt prepare --quiet "$image")
fails "not a prepared one" 254 "pod \"$prepared\" is prepared: only exited pods can be exported" \
    rkt export "$prepared" x.aci
rkt rm "$prepared" >/dev/null
rkt run --quiet --net=none --uuid-file-save=running "$image" --exec=/bin/sleep -- 1000 >/dev/null &
eventually 10 test -s running
eventually 10 rkt status --wait-ready=1s "$(<running)"
fails "not a running one" 254 "pod \"$(<running)\" is running: only exited pods" rkt export "$(<running)" x.aci
# As when the machine goes down: the pod could do nothing for its files, nothing of it is mounted any more.
kill -KILL "$(sed -n 's/^pid=//p' <(rkt status "$(<running)"))"
await_jobs
matches "one that was killed" "$(rkt status "$(<running)")" 'state=exited'
succeeds "can be exported" rkt export "$(<running)" killed.aci
rkt gc --mark-only 2>/dev/null
matches "one that is marked for gc" "$(rkt status "$uuid")" 'state=exited garbage'
succeeds "too" rkt export --overwrite=true "$uuid" other.aci
rkt gc --grace-period=0s >/dev/null 2>&1

# ----- Several apps; a manifest with dependencies -----

mkdir -p above/rootfs
sed 's/"name": "example.com\/busybox"/"name": "example.com\/above", "dependencies": [{"imageName": "example.com\/busybox"}], "pathWhitelist": ["\/bin", "\/usr\/bin\/busybox", "\/usr\/bin\/sh", "\/usr\/bin\/ls", "\/above"]/' \
    <<<"$(tar -xOf "$images/busybox.aci" manifest)" >above/manifest
echo above >above/rootfs/above
tar -C above -cf above.aci manifest rootfs
fetched ./above.aci >/dev/null
ran uuid "$image" --name=one --exec=/bin/sh -- -c 'echo one >/one' --- \
    example.com/above --name=two --exec=/bin/sh -- -c 'echo two >/two' ---
uuid=$(<uuid)
fails "of several apps one must be named" 254 \
    $'^export: pod contains multiple apps:\n\tone\n\ttwo\nexport: unable to determine app name: specify app using "rkt export --app= ..."$' \
    rkt export "$uuid" one.aci
fails "one that is there" 254 'has no app "three"' rkt export --app=three "$uuid" one.aci
succeeds "the first app" rkt export --app=one "$uuid" one.aci
succeeds "the second app" rkt export --app two "$uuid" two.aci
equals "is itself" "$(tar -xzOf one.aci rootfs/one)" one
equals "with its dependencies" "$(tar -tzf two.aci | grep -E 'rootfs/(usr/bin/.|above|two|one)' | LC_ALL=C sort | paste -sd' ')" \
    "rootfs/above rootfs/two rootfs/usr/bin/busybox rootfs/usr/bin/ls rootfs/usr/bin/sh"
lacks "which it names no more" "$(tar -xzOf two.aci manifest)" 'dependencies|pathWhitelist'
id=$(fetched ./two.aci)
# shellcheck disable=SC2016
equals "and runs without them" "$(rkt run --quiet --net=none "$id" --exec=/bin/sh -- -c 'echo $(ls /)' | sed 's/.*: //')" \
    "above bin dev etc proc run sys tmp two usr"

# ----- A pod without overlay: its apps have directories of their own -----

ran uuid --no-overlay "$image" --exec=/bin/sh -- -c 'echo direct >/direct; rm /etc/moved'
uuid=$(<uuid)
root=$pods/run/$uuid/stage1/rootfs/opt/stage2/busybox/rootfs
equals "no overlay is there" "$(cat "$root/direct")" direct
succeeds "without overlay" rkt export "$uuid" direct.aci
id=$(fetched ./direct.aci)
equals "the same files" "$(files_of_image "$id")" "$(files "cd $root")"
rm -r "${root%/rootfs}"
ln -s / "${root%/rootfs}"
fails "never through a link" 254 "cannot open the app's root .*: Too many levels of symbolic links" \
    rkt export "$uuid" bad.aci

# ----- While it works, and when it is killed -----

ran uuid "$image" --exec=/bin/sh -- -c 'dd if=/dev/urandom of=/big bs=1M count=96'
uuid=$(<uuid)
mkdir out
rkt export "$uuid" out/big.aci &
export=$!
held() { ! flock --nonblock --exclusive "$pods/run/$uuid" true; }
eventually 10 held
matches "a pod in work is exited" "$(rkt list --full --no-legend)" "$uuid.*exited"
fails "is not removed" 254 "pod \"$uuid\" cannot be removed: it is being read" rkt rm "$uuid"
rkt gc --mark-only >/dev/null 2>&1
matches "nor collected" "$(rkt status "$uuid")" $'^state=exited\n'
eventually 10 pgrep -P "$export"
packer=$(pgrep -P "$export")
kill -KILL "$export"
await_end "$export"
equals "nothing is left of a killed export" "$(ls -A out)" ""
soon "nor its packer" 5 eval "! kill -0 $packer"
equals "nor a mount" "$(awk '{ print $5 }' /proc/self/mountinfo)" "$before"
succeeds "the pod can be removed" rkt rm "$uuid"

# ----- A tree that can't be an image -----

# shellcheck disable=SC2016
ran uuid "$image" --exec=/bin/sh -- -c 'for i in $(seq 300); do mkdir d; cd d; done'
fails "too deep a tree" 254 'too long or too deep for an image' rkt export "$(<uuid)" deep.aci
succeeds "is removed none the less" rkt rm "$(<uuid)"
