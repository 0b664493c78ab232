#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# layers: hostile-images.layers
# takes: 30
# Hostile images (tests/data/make-hostile), imported, rendered and prepared as by a user: each is refused with an
# error of one line, or is imported and stays within its tree. Nothing incomplete is left, nothing outside is changed,
# and time, memory and disk are limited.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

hostile=/usr/share/rkt-tests/hostile
dir=/run/hostile-store
cas=$dir/cas
rkt=(rkt "--dir=$dir" --insecure-options=image)
# No measure of speed: what takes so many seconds would go on for hours.
hung=$((200 * slowness))

mkdir -p /outside "$dir/pods"
printf 'intact\n' >/outside/canary

# attributes PATH...: the names of extended attributes and ACLs that are there. tar knows them all.
attributes() {
    tar --create --absolute-names --xattrs --xattrs-include='*' --acls --format=pax "$@" |
        { grep -aoE '(SCHILY|LIBARCHIVE)\.(xattr|acl)\.[a-z._]*' || :; }
}

# What is not the image's to touch. Times of access are not asked for.
outside() {
    find /outside -printf '%p %i %m %U %G %n %s %T@ %C@\n'
    cat /outside/canary
    attributes /outside
    find / -maxdepth 1 -printf '%p %m\n'
}

# All that may be left of an image that did not come in.
leavings() {
    find "$cas/tmp" "$cas/tree" "$cas/blob" "$cas/imageManifest" "$cas/imageInfo" "$dir/pods" -mindepth 1 \
        -not -type d -o -name '.*' -o -name 'deps-*' 2>/dev/null | LC_ALL=C sort
}

# one_line OUTPUT PATTERN: of printable characters.
one_line() {
    [[ $(wc -l <<<"$1") == 1 && $1 =~ $2 ]] && ! LC_ALL=C.UTF-8 grep -q '[[:cntrl:]]' <<<"$1"
}

# refused NAME COMMAND...: at once, with status 254 and one line, and nothing of it stays.
refused() {
    local name=$1 output status=0 begin=$SECONDS left
    shift
    output=$(timeout "$hung" "$@" 2>&1 >/dev/null) || status=$?
    left=$(leavings)
    if [[ $status != 254 ]]; then
        not_ok "$name is refused" "exit status $status: $output"
    elif ! one_line "$output" "${why-}"; then
        not_ok "$name is refused" "not one line, or not about '${why-}': ${output//$'\n'/ | }"
    elif [[ $left != "$known" ]]; then
        not_ok "$name is refused" "it leaves something: $(diff <(printf '%s\n' "$known") <(printf '%s\n' "$left") | paste -sd' ')"
    elif ((SECONDS - begin > hung)); then
        not_ok "$name is refused" "that took $((SECONDS - begin)) s"
    else
        ok "$name is refused"
    fi
    known=$left # what one leaves is not the next one's fault
}

# What the words must be about, where an image could be refused for a wrong reason, too.
reason() {
    case $1 in
    bomb-gzip-twice | twice-*) echo 'compressed more than once' ;;
    bomb-*) echo 'compressed more than 1:1000' ;;
    cut-*) echo 'bad image|cut off|[Tt]runcated|no manifest' ;;
    deep*) echo 'too long or too deep' ;;
    *dotdot*) echo 'a path with "\.\."' ;;
    *absolute*) echo 'leads out|nothing beside' ;;
    manifest-huge | manifest-64-mib) echo 'manifest has more than' ;;
    memory-*) echo 'bad image' ;;
    rootfs-*) echo 'rootfs must be a directory' ;;
    size-octal-overflow | sparse-1-tib) echo 'unpacks to more than' ;;
    words-for-a-terminal) echo 'entry "rootfs/\?\?' ;;
    *) echo . ;;
    esac
}

key=$("${rkt[@]}" fetch --full "$hostile/fine-plain.aci")
"${rkt[@]}" prepare --quiet "$key" --exec=/x >/dev/null # brings in what starts pods
before=$(outside)
known=$(leavings)

# ----- Refused when they come in -----

for file in "$hostile"/bad-*; do
    name=${file##*/bad-}
    name=${name%.aci}
    [[ $name != unpacked-* && $name != cut-* ]] || continue
    why=$(reason "$name") refused "$name" "${rkt[@]}" fetch --quiet "$file"
done

# Cut at each block: a line for each.
cuts=("$hostile"/bad-cut-*)
status=0
output=$("${rkt[@]}" fetch --quiet "${cuts[@]}" 2>&1 >/dev/null) || status=$?
equals "${#cuts[@]} cut images: the status" "$status" 254
equals "${#cuts[@]} cut images are refused" "$(grep -cE "bad-cut-.*($(reason cut-))" <<<"$output")" "${#cuts[@]}"
equals "and nothing is left of them" "$(leavings)" "$known"

# ----- Refused when they are unpacked -----

for file in "$hostile"/bad-unpacked-*; do
    name=${file##*/bad-unpacked-}
    name=${name%.aci}
    key=$("${rkt[@]}" fetch --full --quiet "$file")
    known=$(leavings)
    trees=$(grep -l -x "$key" "$cas"/tree/*/image) || :
    equals "$name: no tree of it" "$trees" ""
    why='entry "|hard link' refused "$name" "${rkt[@]}" prepare --quiet "$key" --exec=/x
done

# ----- They come in, and stay inside -----

for file in "$hostile"/contained-* "$hostile"/fine-*; do
    name=${file##*/}
    name=${name%.aci}
    begin=$SECONDS
    if ! key=$("${rkt[@]}" fetch --full --quiet "$file" 2>&1) ||
        ! uuid=$("${rkt[@]}" prepare --quiet "$key" --exec=/x 2>&1); then
        not_ok "$name comes in" "${key-}: ${uuid-}"
    elif [[ $(outside) != "$before" ]]; then
        not_ok "$name stays inside" "$(diff <(printf '%s\n' "$before") <(outside))"
        before=$(outside)
    elif ((SECONDS - begin > hung)); then
        not_ok "$name comes in" "that took $((SECONDS - begin)) s"
    else
        ok "$name comes in, and stays inside"
    fi
    eval "key_${name//-/_}=\$key"
done
equals "no unpacker was left behind" "$(pgrep -x "rkt-unpack|rkt-cage" || :)" ""
equals "nothing half made is left" "$(find "$cas/tmp" -type f; find "$cas/tree" -maxdepth 1 -name '.*')" ""

# tree NAME: where it was rendered.
tree() {
    local key=key_${1//-/_}
    dirname "$(grep -l -x "${!key}" "$cas"/tree/deps-*/image)"
}
# shellcheck disable=SC2154
at_most "a hole of 8 GiB takes little of the disk: KiB" "$(du -sk "$(tree contained-sparse-8-gib)" | cut -f1)" 1024
equals "and is as long as it says" "$(stat -c %s "$(tree contained-sparse-8-gib)/rootfs/x")" $((8 << 30))
equals "of an image's attributes those are taken that may be" \
    "$(attributes "$(tree fine-xattrs)/rootfs" "$(tree contained-attributes-through-link)/rootfs" | LC_ALL=C sort -u | paste -sd' ')" \
    "SCHILY.xattr.security.capability SCHILY.xattr.user.evil SCHILY.xattr.user.kept"
fails "a device of an image has no use where it lies" 1 'Permission denied' \
    setpriv --reuid=4711 --regid=4711 --clear-groups cat "$(tree contained-devices)/rootfs/null"
fails "neither has a set-uid program" 126 'Permission denied' \
    setpriv --reuid=4711 --regid=4711 --groups="$(getent group rkt | cut -d: -f3)" bash -c "$(tree contained-setuid)/rootfs/su"

# ----- Limits -----

# The disk is full in the middle of a tree.
truncate -s 300M /run/random
shred -n 1 /run/random
mkdir -p /run/large/rootfs /run/small
mv /run/random /run/large/rootfs
printf '%s' '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/large"}' >/run/large/manifest
tar -C /run/large -cf /run/large.aci manifest rootfs
rm -r /run/large
mount -t tmpfs -o size=500m,mode=755 store /run/small
"${rkt[@]/$dir//run/small}" fetch "$hostile/fine-plain.aci" >/dev/null
key=$("${rkt[@]/$dir//run/small}" fetch --full --quiet /run/large.aci)
fails "a tree for which there is no room" 254 '[Nn]o(t enough)? space left' "${rkt[@]/$dir//run/small}" prepare --quiet "$key" --exec=/x
equals "leaves nothing" "$(find /run/small/cas/tree -maxdepth 1 -name '.*')" ""
at_most "and the room is there again: KiB used" "$(df --output=used /run/small | tail -n 1)" $((320 * 1024))
umount /run/small
