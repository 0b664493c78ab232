#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# layers: cage.layers
# takes: 40
# The cage of an image: even if an attacker takes over the process that reads the image through a flaw in libarchive,
# it has access to nothing of value, and can at most lie about its own image.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
chmod 755 "$work"
cas=/var/lib/rkt/cas
rkt=(rkt --insecure-options=image)

library=$(echo /usr/lib/*/libarchive.so.13)
cp --dereference "$library" "${library%/*}/libarchive-real.so"
rm "$library"
cp /usr/share/rkt-tests/cage/libarchive.so.13 "$library"

arch=$(tar -xzOf "$images/busybox.aci" manifest | tr -d ' \n' | sed 's/.*"arch","value":"\([a-z0-9]*\)".*/\1/')

# hole NAME WORK-DEED [FIELDS-OF-THE-MANIFEST]: an image that has it done, at $work/NAME.aci.
hole() {
    local dir=$work/$1
    mkdir -p "$dir/rootfs"
    : >"$dir/rootfs/HOLE-$2"
    printf '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s",
        "labels":[{"name":"os","value":"linux"},{"name":"arch","value":"%s"}]%s}' "$1" "$arch" "${3-}" >"$dir/manifest"
    tar -C "$dir" -cf "$work/$1.aci" manifest rootfs
}

# fetched NAME WORK-DEED…: brings it in and prints its key.
fetched() {
    hole "$@"
    "${rkt[@]}" fetch --full --quiet "$work/$1.aci"
}

blob() {
    printf '%s/blob/sha512/%s/%s' "$cas" "${1:7:2}" "$1"
}

nobody() {
    setpriv --reuid=65534 --regid=65534 --groups="$(getent group rkt | cut -d: -f3)" "$@"
}

prepare() {
    timeout "$((100 * slowness))" "${rkt[@]}" prepare --quiet "$@" --exec=/x
}

trees() {
    find "$cas/tree" -mindepth 1 -maxdepth 1 | LC_ALL=C sort
}

# ----- What it meets -----

nothing='nothing of value; $'
for deed in inflate scan; do
    hole "try-$deed" "$deed-try"
    fails "$deed meets nothing of value" 254 "$nothing" "${rkt[@]}" fetch "$work/try-$deed.aci"
    fails "$deed: nor as a member of the group" 254 "$nothing" nobody "${rkt[@]}" fetch "$work/try-$deed.aci"
done
open_keyboard
sysctl -q -w dev.tty.legacy_tiocsti=1 2>/dev/null || :
[[ $(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1) == 1 ]] ||
    skip "typing on the terminal of who fetches" "this kernel lets nobody (dev.tty.legacy_tiocsti)"
matches "nor the terminal of who fetches" \
    "$(SECRET=x on_terminal "rkt --insecure-options=image fetch $work/try-inflate.aci 77</etc/shadow")" 'nothing of value; '

key=$(fetched try-unpack unpack-try)
mode=$(stat -c '%a %U %G %h' "$(blob "$key")")
fails "the unpacker meets nothing of value" 254 "$nothing" prepare "$key"
equals "the blob is as it was" "$(stat -c '%a %U %G %h' "$(blob "$key")")" "$mode"

# pod NAME DEED: an exited pod whose app has left something for the packer.
pod() {
    mkdir -p "$work/$1"
    tar -C "$work/$1" -xzf "$images/busybox.aci"
    sed -i "s,example.com/busybox,example.com/$1," "$work/$1/manifest"
    : >"$work/$1/rootfs/HOLE-pack-$2"
    tar -C "$work/$1" -cf "$work/$1.aci" manifest rootfs
    "${rkt[@]}" fetch "$work/$1.aci" >/dev/null
    rkt run --net=none "--uuid-file-save=$work/$1.uuid" "example.com/$1" --exec=/bin/true </dev/null
}

pod try-pack try
fails "neither does the packer" 254 "$nothing" rkt export "$(<"$work/try-pack.uuid")" "$work/try-pack-out.aci"
equals "no file is there" "$(find "$work" -name '*try-pack-out*')" ""
pod forge-pack forge
rkt export "$(<"$work/forge-pack.uuid")" "$work/forge-pack-out.aci" || :
equals "a file that it lied about is an ordinary one" "$(stat -c '%a %U %h' "$work/forge-pack-out.aci")" "644 root 1"
pod write-pack write
mkdir "$work/small"
mount -t tmpfs -o size=40m small "$work/small"
fails "one without end fills the disk" 254 'No space left' rkt export "$(<"$work/write-pack.uuid")" "$work/small/x.aci"
equals "and goes" "$(ls -A "$work/small")" ""
umount "$work/small"

# ----- What it says -----

key=$(fetched forge-scan scan-forge)
equals "an image can lie about its name" "$(rkt image list --no-legend --full | grep -c "$key.*example.com/forged")" 1
fails "but has no tree then" 254 "stored manifest is not the image's own" prepare "$key"
rkt image rm "$key" >/dev/null

base=$(fetched base unpack-forge)
known=$(trees)
mkdir -p "$work/top/rootfs"
printf 'mine\n' >"$work/top/rootfs/file"
hole top nobody-nothing ',"dependencies":[{"imageName":"example.com/base"}]'
top=$("${rkt[@]}" fetch --full --quiet "$work/top.aci")
uuid=$(prepare "$top")
tree=$(dirname "$(grep -l -x "$top" "$cas"/tree/*/image)")
equals "what is above a liar is what it is" "$(<"$tree/rootfs/file") $(ls "$tree/rootfs" | paste -sd' ')" \
    "mine FORGED HOLE-nobody-nothing file"
rkt rm "$uuid" >/dev/null

tar -C "$work/base" -cf "$work/forged.tar" rootfs manifest
nobody dd "if=$work/forged.tar" "of=$(blob "$top")" status=none
rm -r "$tree"
fails "a changed blob is none of the image, whatever its reader says" 254 'the stored image was changed' prepare "$top"
equals "and has no tree" "$(trees)" "$known"
rkt image rm "$top" "$base" >/dev/null

for deed in inflate scan; do
    hole "die-$deed" "$deed-die"
    fails "$deed: a reader that dies is told" 254 'the image reader died$' "${rkt[@]}" fetch "$work/die-$deed.aci"
    hole "babble-$deed" "$deed-babble"
    output=$("${rkt[@]}" fetch --quiet "$work/babble-$deed.aci" 2>&1) || :
    matches "$deed: its words are one line" "$output" '^fetch: cannot fetch [^[:cntrl:]]*: a\?b\?\?\[31m'
    lacks "$deed: and control nothing" "$output" $'[\e\r\n]|\u202e|\u9b'
done
fails "so is an unpacker" 254 'the unpacker died$' prepare "$(fetched die-unpack unpack-die)"

# ----- What it takes -----

hole write-inflate inflate-write
fails "an image without end" 254 'compressed more than 1:1000' "${rkt[@]}" fetch "$work/write-inflate.aci"
hole write-scan scan-write
fails "words without end" 254 'too much is said of the image' "${rkt[@]}" fetch "$work/write-scan.aci"
equals "nothing is left of them" "$(find "$cas/tmp" -mindepth 1)" ""

write=$(fetched write-unpack unpack-write)
fails "files without end" 254 'the unpacker wrote more than [0-9]+ bytes' prepare "$write"
make=$(fetched make-unpack unpack-make)
mkdir "$work/few"
mount -t tmpfs -o nr_inodes=20000,mode=755 few "$work/few"
rkt=("${rkt[@]}" "--dir=$work/few")
fetched make-few unpack-make >/dev/null
fails "no more names than stay for others" 254 'not enough inodes left for unpacking' prepare example.com/make-few
at_most "and they go: inodes" "$(df --output=iused "$work/few" | tail -n 1)" 100
umount "$work/few"
rkt=(rkt --insecure-options=image)
equals "nothing is left of them" "$(trees)" "$known"
rkt image rm "$write" "$make" >/dev/null

# ----- Who waits for it -----

hole hang-inflate inflate-hang
fails "who hears nothing can be ended" 137 '' timeout -s KILL 3 "${rkt[@]}" prepare "$work/hang-inflate.aci" --exec=/x
soon "and its cages with it" 20 eval '! pgrep -x "rkt-cage|rkt-fetch"'
hole hang-unpack unpack-hang
hang=$(nobody "${rkt[@]}" fetch --full --quiet "$work/hang-unpack.aci") # root's would render it
fails "who unpacks, too" 137 '' timeout -s KILL 3 "${rkt[@]}" prepare "$hang" --exec=/x
soon "and its cage with it" 20 eval '! pgrep -x "rkt-cage|rkt-unpack"'

pod_file hang <<END
[Pod]
Network=none
InsecureOptions=image
[App:app]
Image=$work/hang-inflate.aci
[Service]
TimeoutStartSec=3
END
begin=$SECONDS
fails "a start does not wait for it" 1 'timeout|failed' systemctl start rkt-hang
at_most_seconds "longer than it may" $((SECONDS - begin)) 50
soon "nobody reads any longer" 20 eval '! pgrep -x "rkt-cage|rkt-fetch"'

# Who fetches stays the same, and so does what he says; a process of his holds the pipe.
key=$("${rkt[@]}" fetch --full --quiet "$images/busybox.aci")
fetch=/usr/lib/rkt/rkt-fetch
cat >"$work/fetch" <<END
#!/bin/bash
sleep 1000 2>/dev/null &
case \$* in
*hang*) while :; do printf 'total=1000\nbytes=0\n' >&"\$RKT_ANSWER_FD"; sleep 0.2; done ;;
esac
printf 'message=words %%1B[31m\nimage=$key\n' >&"\$RKT_ANSWER_FD"
END
chmod 755 "$work/fetch"
mount --bind "$work/fetch" "$fetch"
output=$(timeout $((60 * slowness)) "${rkt[@]}" prepare "$images/busybox.aci" --exec=/x 2>&1) || output="status $?: $output"
matches "who fetches can't keep who prepares" "$output" '[0-9a-f]{8}-'
matches "nor control his terminal" "$output" 'words \?\[31m'
begin=$SECONDS
fails "progress that does not move is none" 1 'timeout|failed' systemctl start rkt-hang
at_most_seconds "and gives no more time" $((SECONDS - begin)) 50
systemctl stop 'run-rkt-hang-fetch-*'
pkill -f 'sleep 1000' || :
umount --lazy "$fetch"
systemctl reset-failed rkt-hang
remove_pod_file hang
