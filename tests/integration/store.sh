#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: probe
# suites: one
# Images are imported as user rkt, also for members of group rkt. Changes that such a member makes to the store are
# not executed, and the unpacker can only unpack.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

dir=/run/test-store
cas=$dir/cas
fetch=(rkt "--dir=$dir" --insecure-options=image fetch --full)
unpack=/usr/lib/rkt/rkt-unpack

# Not what root has, so that nothing is right by accident.
as_member() {
    setpriv --reuid=4711 --regid=4711 --groups="$(getent group rkt | cut -d: -f3)" "$@"
}

blob() {
    printf '%s/blob/sha512/%.2s/%s' "$cas" "${1#sha512-}" "$1"
}

# ----- Who may -----

cp "$images/probe.aci" /run/probe.aci
chmod 0600 /run/probe.aci
fails "an image without a signature is refused" 254 'error opening signature file' \
    rkt --dir=$dir fetch /run/probe.aci
key=$("${fetch[@]}" /run/probe.aci)
matches "root fetches a file that only root can read" "$key" '^sha512-[0-9a-f]{64}$'
equals "its blob is user rkt's" "$(stat -c '%U:%G %a' "$(blob "$key")")" "rkt:rkt 660"
equals "the key is the hash of the uncompressed tar" "$key" "sha512-$(sha512sum <"$(blob "$key")" | cut -c1-64)"
equals "rkt fetch prints half of it" "$(rkt --dir=$dir --insecure-options=image fetch /run/probe.aci)" "${key:0:39}"
equals "members of the group may not rename what root trusts" \
    "$(as_member mv $cas/tree $cas/mine 2>/dev/null || echo no)" no
fails "nobody else gets in" 254 "only root and members of group rkt can" \
    setpriv --reuid=4711 --regid=4711 --clear-groups "${fetch[@]}" "$images/probe.aci"
equals "a member of group rkt fetches" "$(as_member "${fetch[@]}" "$images/probe.aci" 2>/dev/null)" "$key"
tree=$(echo $cas/tree/deps-*)
succeeds "what root fetched is rendered" test -e "$tree/rendered"

# ----- What a member can change -----

rm -rf "$tree"
printf x | as_member tee -a "$(blob "$key")" >/dev/null
fails "a changed blob is not rendered" 254 'was changed' $unpack --dir=$dir "$key"
equals "and nothing is left of it" "$(find $cas/tree -mindepth 1 | wc -l)" 0
"${fetch[@]}" /run/probe.aci >/dev/null
manifest=$(blob "$key")
manifest=${manifest/blob/imageManifest}
original=$(cat "$manifest")
sed 's/example.com/example.org/' <<<"$original" | as_member tee "$manifest" >/dev/null
rm -rf "$cas"/tree/deps-*
fails "neither is one with a changed manifest" 254 'not the image' $unpack --dir=$dir "$key"
"${fetch[@]}" /run/probe.aci >/dev/null
succeeds "fetching again mends both" test -e "$tree/rendered"
index=$cas/imageName/example.com+probe
rm -rf "$cas"/tree/deps-*
as_member rm -r "$index"
as_member ln -s /etc "$index"
succeeds "an index that a member made a link keeps nothing from being rendered" $unpack --dir=$dir "$key"
fails "and root writes nothing where it leads" 1 '' test -e "/etc/$key"
as_member rm "$index"
as_member sed -i 's/^label=version=.*/label=version=%1B[31m/' "$cas/imageInfo/$key"
lacks "no escape sequence of theirs gets to a terminal" "$(rkt --dir=$dir image list)" $'\e'
"${fetch[@]}" /run/probe.aci >/dev/null

# ----- The cage -----

# An image that takes a while.
mkdir -p /run/slow/rootfs
cat >/run/slow/manifest <<'END'
{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/slow"}
END
truncate -s 400M /run/slow/rootfs/zeros
tar -C /run/slow -c manifest rootfs >/run/slow.aci
slow=$(as_member "${fetch[@]}" /run/slow.aci)

caged() {
    pgrep -x rkt-cage --parent "$unpacker"
}

# start_caged: the unpacker is stopped in its cage.
start_caged() {
    $unpack --dir=$dir "$slow" &
    unpacker=$!
    eventually 10 caged || give_up "the unpacker runs" "no child of rkt-unpack"
    child=$(caged)
    eventually 10 grep -q '^Seccomp:.2' "/proc/$child/status" || :
    kill -STOP "$child"
}

status_of() {
    awk -v key="$1:" '$1 == key { print $2 }' "/proc/$child/status"
}

start_caged
equals "it has 6 capabilities" "$(status_of CapEff) $(status_of CapBnd)" "000000008800001b 000000008800001b"
equals "none to inherit" "$(status_of CapInh) $(status_of CapAmb)" "0000000000000000 0000000000000000"
equals "a filter" "$(status_of Seccomp)" 2
equals "no new privileges" "$(status_of NoNewPrivs)" 1
equals "its root is the tree" "$(find "/proc/$child/root/" -mindepth 1 -printf '%P ' | tr -d ' ')" zeros
equals "one mount, without devices and programs" "$(cut -d' ' -f5,6 "/proc/$child/mountinfo")" "/ rw,nosuid,nodev,noexec$(
    cut -d' ' -f6 "/proc/$child/mountinfo" | sed 's/rw,nosuid,nodev,noexec//')"
for namespace in mnt net ipc uts pid; do
    equals "its own $namespace namespace" \
        "$([[ $(readlink "/proc/$child/ns/$namespace") == $(readlink "/proc/self/ns/$namespace") ]] || echo own)" own
done
lacks "nothing of the host is open in it" "$(find "/proc/$child/fd" -mindepth 1 -printf '%l\n')" "$dir|/dev"
equals "pipes are its descriptors 0 to 2" "$(find "/proc/$child/fd" -name '[012]' -printf '%l\n' | cut -d: -f1 | uniq -c | tr -s ' ')" " 3 pipe"
equals "its environment is empty" "$(tr -d '\0' <"/proc/$child/environ")" ""
equals "its session is its own" "$(ps -o sid= -p "$child" | tr -d ' ')" "$child"

# ----- Killed in the middle -----

kill -KILL "$unpacker"
wait "$unpacker" || :
soon "with its parent the caged process dies" 10 test ! -e "/proc/$child"
equals "its tree does not count" "$(find $cas/tree -maxdepth 1 -name 'deps-*' | wc -l)" 1
succeeds "the next one starts over" $unpack --dir=$dir "$slow"
equals "and leaves nothing half made" "$(find $cas/tree -maxdepth 1 -name '.*' | wc -l)" 0

# ----- Images, seen and removed -----

matches "image list shows it" "$(rkt --dir=$dir image list --no-legend)" \
    "${slow:0:19}[[:space:]]+example.com/slow[[:space:]]+80[01]MiB[[:space:]]+(now|[0-9]+ seconds? ago)"
fails "one that is being rendered stays" 254 'is in use' \
    flock --shared "$cas/imagelocks/$slow" rkt --dir=$dir image rm "$slow"
equals "a member removes one" "$(as_member rkt --dir=$dir image rm example.com/slow 2>&1)" \
    "successfully removed aci for image: \"$slow\"
rm: 1 image(s) successfully removed"
succeeds "one that is gone is no failure" rkt --dir=$dir image rm example.com/slow
equals "nothing of it is left but its tree" "$(find $cas -name "*${slow#sha512-}*" -not -path '*/tree*')" ""

# ----- Killed at any moment -----

# All that the store shows has its bytes.
whole() {
    local name
    while read -r name; do
        [[ $name == "sha512-$(sha512sum <"$(blob "$name")" | cut -c1-64)" && -s $(blob "$name" | sed s/blob/imageManifest/) ]] ||
            return 1
    done < <(find $cas/imageInfo -name 'sha512-*' -printf '%f\n')
}

tar -C /run/slow -c --exclude=zeros manifest rootfs | gzip >/run/small.aci
for ((i = 0; i < 20; i++)); do
    rm -rf $cas/imageInfo/* $cas/tree/deps-*
    as_member "${fetch[@]}" /run/small.aci >/dev/null 2>&1 &
    sleep "0.0$((RANDOM % 30 + 10))"
    pkill -KILL -x rkt-fetch || :
    wait || :
    whole || break
done
equals "what a killed fetch shows is whole, rounds" $i 20
succeeds "and the next one comes in" as_member "${fetch[@]}" /run/small.aci

"${fetch[@]}" /run/slow.aci >/dev/null 2>/run/fetch.err &
eventually 5 pkill -KILL --uid rkt --exact rkt-fetch
wait || :
matches "a reader that is killed is told" "$(</run/fetch.err)" 'cannot fetch "/run/slow.aci": its worker was ended by signal 9'

# ----- What nothing uses any more -----

# age KEY...: brought in and used long ago.
age() {
    local name
    for name in "$@"; do
        sed -i 's/^importtime=.*/importtime=1/' "$cas/imageInfo/$name"
        touch --date=@1 "$cas/imageInfo/$name"
    done
}

# fetch_named NAME [DEPENDENCY]: prints the image's key.
fetch_named() {
    local dependencies=''
    (($# == 1)) || dependencies=",\"dependencies\":[{\"imageName\":\"$2\"}]"
    printf '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"%s"%s}\n' "$1" "$dependencies" >/run/slow/manifest
    tar -C /run/slow -c --exclude=zeros manifest rootfs >/run/named.aci
    "${fetch[@]}" /run/named.aci
}

prepare_is_locked() {
    ! flock --nonblock $dir/locks/prepareLock true
}

# tree_of KEY
tree_of() {
    basename "$(dirname "$(grep -lx "$1" $cas/tree/deps-*/image)")"
}

fails "image gc is root's" 254 'permission denied: cannot run as unprivileged user' as_member rkt --dir=$dir image gc
succeeds "without a store there is nothing to do" rkt --dir=/run/no-store image gc
base=$(fetch_named example.com/base)
top=$(fetch_named example.com/top example.com/base)
used=$(fetch_named example.com/used)
unused=$(fetch_named example.com/unused)
age "$base" "$used" "$unused"
touch --date=@1 $cas/tree/*/rendered
fresh=$(tree_of "$top")
touch "$cas/tree/$fresh/rendered"
pod=$dir/pods/exited-garbage/$(</proc/sys/kernel/random/uuid)
mkdir -p "$pod/appsinfo/an-app"
tree_of "$used" | tr -d '\n' >"$pod/appsinfo/an-app/treeStoreID"
: >"$cas/imageInfo/.#$used.4711-0"
gone=$(tree_of "$unused")
flock --no-fork --shared $dir/locks/prepareLock sleep 1000 &
preparing=$!
eventually 10 prepare_is_locked
rkt --dir=$dir image gc >$dir/said 2>&1 &
eventually 10 grep -q waiting $dir/said || :
kill $preparing
wait
said=$(<$dir/said)
equals "image gc waits for whoever prepares a pod" "$(head -n 1 <<<"$said")" "gc: waiting for pods that are being prepared"
matches "it removes trees that no pod refers to" "$said" "gc: removed treestore \"$gone\""
equals "but those of pods, and what was rendered within the grace period" "$(cd $cas/tree && printf '%s\n' *)" \
    "$(printf '%s\n' "$(<"$pod/appsinfo/an-app/treeStoreID")" "$fresh" | sort)"
matches "and says how many images" "$said" $'\ngc: 1 image\\(s\\) successfully removed$'
equals "of images the unused" "$(grep -c 'successfully removed aci' <<<"$said") $(test -e "$(blob "$unused")" || echo gone)" "1 gone"
succeeds "not one that a pod was made from" test -e "$(blob "$used")"
succeeds "nor one that another depends on" test -e "$(blob "$base")"
equals "nor does anything half made stay" "$(find $cas -name '.*')" ""
printf broken >"$pod/appsinfo/an-app/treeStoreID"
printf '{"apps":[{"name":"an-app","image":{"id":"%s"}}]}' "$used" >"$pod/pod"
idle=$(fetch_named example.com/idle)
$unpack --dir=$dir "$top"
mkdir -p "$pod/overlay/$(tree_of "$top")"
fails "a pod that can't be read is told" 254 'cannot read "appsinfo/an-app/treeStoreID" of pod' \
    rkt --dir=$dir image gc --grace-period=0s
fails "what others left goes all the same" 1 '' test -e "$(blob "$idle")"
succeeds "its own image stays" test -e "$(blob "$used")"
succeeds "and that of a tree which it has mounted" test -e "$(blob "$top")"
equals "with that tree" "$(cd $cas/tree && echo *)" "$(ls "$pod/overlay")"
rm -r "$pod"
# A member's link in the place of a directory.
lured=$(fetch_named example.com/lured)
two=${lured#sha512-}
two=$cas/blob/sha512/${two:0:2}
mv "$two" /run/elsewhere
as_member ln -s /run/elsewhere "$two"
fails "image rm goes through no link" 254 'Too many levels of symbolic links' rkt --dir=$dir image rm "$lured"
succeeds "what is behind it stays" test -e "/run/elsewhere/$lured"
rm "$two"
mv /run/elsewhere "$two"

# What a member can put in the place of files and directories.
odd=()
for i in 1 2 3 4 5 6; do odd+=("$(fetch_named "example.com/odd$i")"); done
manifest() {
    blob "$1" | sed s/blob/imageManifest/
}
as_member rm "$(blob "${odd[0]}")" "$(manifest "${odd[1]}")" "$cas/imageInfo/${odd[2]}" "$cas/imagelocks/${odd[3]}" "$(blob "${odd[4]}")"
as_member mkdir -p "$(blob "${odd[0]}")/not/empty" "$cas/imageInfo/${odd[2]}" "$cas/imagelocks/${odd[3]}/x" "$cas/tmp/import-x/y" \
    "$cas/imageName/x/${odd[0]}/y"
as_member bash -c 'cd "$1"; for ((i = 0; i < 300; i++)); do mkdir d; cd -P d || exit; done' - "$(blob "${odd[0]}")" 2>/dev/null
as_member mkfifo "$(manifest "${odd[1]}")" "$cas/tmp/import-fifo"
as_member ln -s /etc "$(blob "${odd[4]}")"
as_member ln -s /etc "$cas/tmp/import-link"
as_member ln -s /etc "$cas/imageManifest/sha512/zz"
as_member touch "$cas/blob/sha512/yy" "$cas/imageName/y"
mkdir "$cas/blob/sha512/${odd[5]:7:2}/sha512-$(printf '%064d' 0)"
mount -t tmpfs mounted "$cas/blob/sha512/${odd[5]:7:2}/sha512-$(printf '%064d' 0)"
status=0
said=$(rkt --dir=$dir image gc --grace-period=0s 2>&1) || status=$?
equals "image gc goes on, whatever is in its way" "$status $(find "$cas/imageInfo" -mindepth 1)" "0 "
matches "and tells what it can't remove" "$said" 'cannot remove "sha512-0*" from the store: Device or resource busy'
umount "$cas/blob/sha512/${odd[5]:7:2}/sha512-$(printf '%064d' 0)"
succeeds "without pods" rkt --dir=$dir image gc --grace-period=0s
equals "all that goes" "$(find "$cas" -mindepth 2 -not -name sha512 -not -path '*/sha512/[0-9a-f][0-9a-f]')" ""
succeeds "nothing where a link led" test -d /etc/systemd
equals "and without grace nothing stays" "$(find $cas/{blob,imageManifest,imageInfo,imageName,imagelocks,tmp,tree,treestorelocks} \
    -type f -o -name 'deps-*')" ""
