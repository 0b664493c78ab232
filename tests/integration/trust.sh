#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox true
# takes: 60
# Images from files are verified, unless that is waived: which keys count for which names, what is wrong with a signature
# or a key, and that nothing is in the store before. Keys and signatures are made by gpg.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
chmod 755 "$work"
cd "$work"
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
local_keys=/etc/rkt/trustedkeys system_keys=/usr/lib/rkt/trustedkeys
trust=(rkt trust --skip-fingerprint-review)

# ----- Keys and signatures -----

gpg=(gpg --batch --quiet --yes --no-tty --pinentry-mode loopback --passphrase '')

# new_key NAME ALGORITHM [GPG-OPTION...]: makes $work/NAME.gpg and fpr[NAME].
declare -A fpr
new_key() {
    "${gpg[@]}" "${@:3}" --quick-generate-key "$1 <$1@example.com>" "$2" sign "${expires:-never}"
    fpr[$1]=$(gpg --batch --with-colons --list-keys "$1@example.com" | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n 1 | tr A-F a-f)
    export_key "$1"
}
export_key() {
    "${gpg[@]}" --armor --export "${fpr[$1]}" >"$1.gpg"
}
# sign KEY FILE SIGNATURE [GPG-OPTION...]
sign() {
    "${gpg[@]}" --armor "${@:4}" --local-user "${fpr[$1]}" --output "$3" --detach-sign "$2"
}
forget_keys() {
    rm -rf "$local_keys" "$system_keys"
}
# in_store: the names of the images there.
in_store() {
    rkt image list --no-legend --fields=name | sed 's/:.*//' | grep -v stage1 | paste -sd' '
}
# refused NAME REGEX COMMAND...: and nothing came in.
refused() {
    fails "$1" 254 "${@:2}"
    [[ ! $(in_store) && ! $(ls /var/lib/rkt/cas/tmp) ]] || not_ok "$1: nothing comes in" "$(in_store) $(ls /var/lib/rkt/cas/tmp)"
}
# accepted NAME COMMAND...: the image true came in.
accepted() {
    succeeds "$1" "${@:2}"
    [[ $(in_store) == example.com/true ]] || not_ok "$1: the image comes in" "there is '$(in_store)'"
    rkt image rm example.com/true >/dev/null 2>&1 || :
}

cp "$images/true.aci" "$images/busybox.aci" .
new_key carly ed25519
new_key rita rsa2048
sign carly true.aci true.aci.asc
rkt image rm example.com/true example.com/busybox >/dev/null 2>&1 || :

# ----- Without a key -----

refused "an image without a signature is refused" 'error opening signature file "busybox.aci.asc" \(--insecure-options=image fetches unverified\): No such file' \
    rkt fetch busybox.aci
tail=${fpr[carly]:24} tail=${tail^^}
refused "one whose key is not known is refused" \
    "openpgp: signature made by unknown entity: the key with ID .*${tail} is not trusted for \"example.com/true\" \(rkt trust --prefix=example.com/true KEYFILE" \
    rkt fetch true.aci
accepted "which can be waived" rkt --insecure-options=image fetch true.aci

# ----- rkt trust -----

fails "trust wants to know for what" 254 '--root required for non-prefixed \(root\) keys' rkt trust carly.gpg
fails "for one thing" 254 'mutually exclusive' rkt trust --root --prefix=example.com carly.gpg
fails "not for a URL" 254 'must not contain a URL scheme, omit https://' rkt trust --prefix=https://example.com carly.gpg
fails "not for what can't be a name" 254 'not a valid image name' rkt trust --prefix=../x carly.gpg
fails "keys from URLs are not built yet" 254 'not built yet' rkt trust --insecure-allow-http --prefix=example.com http://example.com/k.gpg
fails "nor discovery" 254 'discovery is not built yet' rkt trust --prefix=example.com
fails "without a terminal it can't ask" 254 'is not a terminal' rkt trust --prefix=example.com carly.gpg
[[ ! -e $local_keys ]] && ok "and adds nothing" || not_ok "and adds nothing" "$(find "$local_keys")"

open_keyboard
types 'perhaps\n%no\n' "echo ready; rkt trust --prefix=example.com $work/carly.gpg | sed -u 's/^Please/again &/'"
matches "it shows the key" "$output" \
    $'prefix: "example.com"\nkey: "'"$work"$'/carly.gpg"\ngpg key fingerprint is: ([0-9A-F]{4} ){5}( [0-9A-F]{4}){5}\n    carly <carly@example.com>\n'
matches "and asks until it is told" "$output" "Please enter 'yes' or 'no'"$'\n(.*\n)*.*Not trusting'
types 'yes\n' "echo ready; rkt trust --prefix=example.com/true $work/carly.gpg"
matches "told yes, it adds the key" "$output" \
    "Are you sure you want to trust this key \(yes/no\)\?"$'(.*\n)*'"Trusting \"$work/carly.gpg\" for prefix \"example.com/true\"."$'\n'"Added key for prefix \"example.com/true\" at \"$local_keys/prefix.d/example.com/true/${fpr[carly]}\""
equals "with these modes" "$(find "$local_keys" -printf '%m %U %f\n' | sort | paste -sd' ')" \
    "$(printf '%s\n' "2755 0 "{example.com,prefix.d,true,trustedkeys} "644 0 ${fpr[carly]}" | sort | paste -sd' ')"
equals "and group" "$(stat -c %G "$local_keys")" rkt-admin
accepted "now the image comes in" rkt fetch true.aci
matches "and who signed it is told" "$(rkt fetch true.aci 2>&1)" $'signature verified:\n.*  carly <carly@example.com>\n'
rkt image rm example.com/true >/dev/null
lacks "or not" "$(rkt fetch --quiet true.aci 2>&1)" carly
rkt image rm example.com/true >/dev/null
uuid=$(rkt prepare --quiet true.aci)
succeeds "rkt prepare verifies, too" rkt rm "$uuid"
rkt image rm example.com/true >/dev/null
accepted "by its URL" rkt fetch "file://$work/true.aci"

# ----- Which keys count -----

# trusted_for PREFIX: carly's key, for that alone.
trusted_for() {
    forget_keys
    "${trust[@]}" "--prefix=$1" carly.gpg >/dev/null
}
trusted_for example.com
accepted "a key counts for names below its prefix" rkt fetch true.aci
for prefix in example.com/tru example.co example.com/true/more; do
    trusted_for "$prefix"
    refused "not the key of $prefix" \
        "the key ${fpr[carly]} is trusted for \"$prefix\", but not for \"example.com/true\" \(rkt trust --prefix=example.com/true $local_keys/prefix.d/$prefix/${fpr[carly]} " \
        rkt fetch true.aci
done
equals "which list shows" "$(rkt trust list | tr -s '\t' ' ')" \
    $'FINGERPRINT PREFIX FROM STATE\n'"${fpr[carly]} example.com/true/more local trusted"
equals "unless it can't sign that name" "$(rkt trust --prefix=example.com/true list | tail -n +2)" ""
matches "as JSON, too" "$(rkt trust --format=json list)" \
    "^\[\{\"fingerprint\":\"${fpr[carly]}\",\"prefix\":\"example.com/true/more\",\"from\":\"local\",\"state\":\"trusted\",\"path\":\"$local_keys/.*\"\}\]$"

forget_keys
equals "a root key is added" "$("${trust[@]}" --root carly.gpg | tail -n 1)" "Added root key at \"$local_keys/root.d/${fpr[carly]}\""
accepted "and counts for all names" rkt fetch true.aci
mkdir -p "$system_keys"
mv "$local_keys/root.d" "$system_keys/"
accepted "so does the system's" rkt fetch true.aci
matches "removed, it is withdrawn by an empty file" "$(rkt trust rm "${fpr[carly]^^}")" "^Withdrew root key at \"$system_keys/"
equals "which is there" "$(stat -c '%s %a' "$local_keys/root.d/${fpr[carly]}")" "0 644"
refused "and counts no more" "the key ${fpr[carly]} is withdrawn for \"example.com/true\"" rkt fetch true.aci
matches "as list says" "$(rkt trust list)" "${fpr[carly]}.*local.*withdrawn"
"${trust[@]}" --root carly.gpg >/dev/null
accepted "until it is added again" rkt fetch true.aci
mkdir -p "$local_keys/prefix.d/example.com/true"
: >"$local_keys/prefix.d/example.com/true/${fpr[carly]}"
refused "an empty file of a prefix withdraws a root key, too" 'withdrawn' rkt fetch true.aci
forget_keys
"${trust[@]}" --prefix=example.com carly.gpg >/dev/null
matches "a local key is removed" "$(rkt trust rm --prefix=example.com "${fpr[carly]}")" \
    "^Removed key for prefix \"example.com\" at \"$local_keys/"
equals "and gone" "$(find "$local_keys" -type f)" ""
fails "it can't be removed twice" 254 'is not trusted' rkt trust rm "${fpr[carly]}"
fails "nor by a part of it" 254 'not a fingerprint' rkt trust rm "${fpr[carly]:0:16}"

# ----- Signatures -----

"${trust[@]}" --prefix=example.com carly.gpg >/dev/null
sign carly true.aci true.sig --no-armor
cp true.aci unsigned.aci
accepted "a binary signature, from elsewhere" rkt fetch unsigned.aci --signature=true.sig
sign carly busybox.aci busybox.aci.asc
refused "a signature of another file" "key ${fpr[carly]} is not of this file" rkt fetch true.aci --signature=busybox.aci.asc
gzip -dc true.aci >plain.aci || cp true.aci plain.aci
sign carly plain.aci plain.aci.asc
accepted "of an image that is not compressed" rkt fetch plain.aci
head -c 512 /dev/zero >>plain.aci
refused "a changed file, though it is the same image" 'is not of this file' rkt fetch plain.aci
sign rita true.aci rita.asc
refused "a signature by RSA, not known" 'made by unknown entity' rkt fetch true.aci --signature=rita.asc
sign carly true.aci both.asc --local-user "${fpr[rita]}"
accepted "two signatures, of which one is known" rkt fetch true.aci --signature=both.asc
"${trust[@]}" --prefix=example.com rita.gpg >/dev/null
accepted "a signature by RSA" rkt fetch true.aci --signature=rita.asc
accepted "two signatures, both known" rkt fetch true.aci --signature=both.asc
sign rita true.aci sha1.asc --digest-algo SHA1
refused "a signature with SHA-1" 'SHA-1, which can be forged' rkt fetch true.aci --signature=sha1.asc
{ gpg --dearmor <sha1.asc; cat true.sig; } >two.sig
accepted "beside a better one" rkt fetch true.aci --signature=two.sig
sign rita true.aci text.asc --textmode
refused "a signature of text" 'is not of a file' rkt fetch true.aci --signature=text.asc
cat true.aci.asc rita.asc >blocks.asc
refused "two armored blocks" 'only one is allowed' rkt fetch true.aci --signature=blocks.asc
"${gpg[@]}" --armor --local-user carly@example.com --output message.asc --sign true.aci
refused "a signed message" 'does not begin with "-----BEGIN PGP SIGNATURE-----"' rkt fetch true.aci --signature=message.asc
sed 's/PGP MESSAGE/PGP SIGNATURE/' message.asc >hidden.asc
refused "one that is called a signature" 'is not a signature|larger than 1 MiB' rkt fetch true.aci --signature=hidden.asc
refused "a key" 'does not begin with' rkt fetch true.aci --signature=carly.gpg
head -c 100 true.aci.asc >cut.asc
refused "half a signature" 'armor is broken' rkt fetch true.aci --signature=cut.asc
: >empty.asc
refused "an empty file" 'it is empty' rkt fetch true.aci --signature=empty.asc
refused "a directory" 'signature file' rkt fetch true.aci --signature="$work"
status=0
rkt fetch true.aci --signature=cut.asc busybox.aci >/dev/null 2>"$work/words" || status=$?
equals "an image that is not verified keeps no other one out" "$status $(in_store)" "254 example.com/busybox"
rkt image rm example.com/busybox >/dev/null

"${gpg[@]}" --quick-add-key "${fpr[carly]^^}" ed25519 sign never
export_key carly
"${gpg[@]}" --armor --output subkey.asc --detach-sign true.aci # by default the newest
refused "a subkey that the trusted file lacks" 'made by unknown entity' rkt fetch true.aci --signature=subkey.asc
"${trust[@]}" --prefix=example.com carly.gpg >/dev/null
accepted "a subkey" rkt fetch true.aci --signature=subkey.asc

# ----- Keys that are not good -----

forget_keys
expires=2020-01-03 new_key edgar ed25519 --faked-system-time 20200101T000000
sign edgar true.aci edgar.asc --faked-system-time 20200102T000000
fails "an expired key is not added" 254 'has expired' "${trust[@]}" --root edgar.gpg
mkdir -p "$local_keys/root.d"
cp edgar.gpg "$local_keys/root.d/${fpr[edgar]}"
refused "and does not count" 'has expired: get the extended key' rkt fetch true.aci --signature=edgar.asc
new_key vera ed25519
sign vera true.aci vera.asc
"${trust[@]}" --root vera.gpg >/dev/null
accepted "a key, before it is revoked" rkt fetch true.aci --signature=vera.asc
sed 's/^:-----/-----/' "$GNUPGHOME/openpgp-revocs.d/${fpr[vera]^^}.rev" | "${gpg[@]}" --import
export_key vera
fails "a revoked key is not added" 254 'was revoked by its owner' "${trust[@]}" --root vera.gpg
cp vera.gpg "$local_keys/root.d/${fpr[vera]}"
refused "and does not count" 'was revoked by its owner' rkt fetch true.aci --signature=vera.asc
forget_keys
mkdir -p "$local_keys/root.d"
cp carly.gpg "$local_keys/root.d/${fpr[rita]}"
refused "a key under another one's name" "cannot use the trusted key \"$local_keys/root.d/${fpr[rita]}\": fingerprint mismatch: it holds the key ${fpr[carly]}" \
    rkt fetch true.aci
cp true.aci.asc "$local_keys/root.d/${fpr[rita]}"
refused "a file that is not a key" 'cannot use the trusted key .*does not begin with' rkt fetch true.aci
forget_keys
mkdir -p "$local_keys/root.d"
cat carly.gpg >"$local_keys/root.d/${fpr[carly]}.old"
refused "a key that is not named by its fingerprint does not count" 'unknown entity' rkt fetch true.aci
fails "a signature is not a key" 254 'cannot use the key file "true.aci.asc": it does not begin with' "${trust[@]}" --root true.aci.asc
head -c 2000000 /dev/urandom >noise
fails "neither is noise" 254 'cannot use the key file|cannot read' "${trust[@]}" --root noise
"${gpg[@]}" --armor --export-secret-keys carly@example.com >secret.gpg
fails "nor a private key" 254 'is a private key' "${trust[@]}" --root secret.gpg
"${gpg[@]}" --export-secret-keys carly@example.com >secret.bin
fails "of whatever form" 254 'is a private key' "${trust[@]}" --root secret.bin
fails "a directory is none" 254 'not a regular file' "${trust[@]}" --root "$work"
forget_keys
"${gpg[@]}" --armor --export carly@example.com rita@example.com >several.gpg
equals "a file with two keys" "$("${trust[@]}" --root several.gpg | grep -c '^Added root key')" 2
equals "becomes two files" "$(find "$local_keys/root.d" -type f -printf '%f\n' | sort | paste -sd' ')" \
    "$(printf '%s\n' "${fpr[carly]}" "${fpr[rita]}" | sort | paste -sd' ')"
accepted "one of which counts" rkt fetch true.aci

# ----- Who reads them -----

forget_keys
as_member() { setpriv --reuid="$((60000 + $1 % 5000))" --regid=65534 --groups="$1" "${@:2}"; }
admin=$(getent group rkt-admin | cut -d: -f3) group=$(getent group rkt | cut -d: -f3)
succeeds "a member of rkt-admin adds a key" as_member "$admin" "${trust[@]}" --prefix=example.com carly.gpg
fails "a member of rkt does not" 254 'Permission denied' as_member "$group" "${trust[@]}" --root carly.gpg
accepted "but has an image verified" as_member "$group" rkt fetch true.aci
refused "and does not get in what is not signed" 'made by unknown entity' as_member "$group" rkt fetch true.aci --signature=rita.asc

# gpg itself, which says what it runs as; where it is told to, it puts the signed file in the place of the other one.
cp /usr/bin/gpg "$work/real-gpg"
mkdir -m 777 "$work/said"
cat >"$work/saying" <<END
#!/bin/sh
grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs):' /proc/self/status >"$work/said/status"
tr '\0' '\n' </proc/\$\$/environ >"$work/said/environment"
echo "\$*" >"$work/said/arguments"
ls -l /proc/self/fd >"$work/said/files"
[ ! -e "$work/swap" ] || cat "$work/true.aci" >"$work/victim.aci"
exec "$work/real-gpg" "\$@"
END
chmod 755 "$work/saying"
mount --bind "$work/saying" /usr/bin/gpg
# runs_as_rkt NAME
runs_as_rkt() {
    local uid gid
    uid=$(id -u rkt) gid=$(id -g rkt)
    equals "$1 runs gpg as user rkt, without groups and rights" "$(tr -s '\t ' ' ' <"$work/said/status" | sed 's/ $//' | grep -v CapBnd | paste -sd' ')" \
        "Uid: $uid $uid $uid $uid Gid: $gid $gid $gid $gid Groups: CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1"
    matches "with a home of its own" "$(<"$work/said/arguments")" '^--homedir /tmp/rkt-gpg-[A-Za-z0-9]+ --'
    equals "nothing of the caller's environment" "$(<"$work/said/environment")" LC_ALL=C.UTF-8
    lacks "and none of its files" "$(<"$work/said/files")" '/var/lib/rkt|trustedkeys'
    rm -f "$work/said"/*
}
SECRET=x "${trust[@]}" --prefix=example.com carly.gpg >/dev/null
runs_as_rkt "rkt trust"
SECRET=x rkt fetch true.aci >/dev/null 2>&1
runs_as_rkt "rkt fetch"
rkt image rm example.com/true >/dev/null
cp busybox.aci victim.aci
chmod 666 victim.aci
: >swap
refused "a file that is changed before it is verified" 'was changed while it was read' \
    rkt fetch victim.aci --signature=true.aci.asc
rm swap
umount /usr/bin/gpg
equals "nothing of gpg's is left" "$(find /tmp -maxdepth 1 -name 'rkt-gpg-*')" ""
lacks "and no agent of rkt's" "$(ps -e -o user=,comm=)" 'rkt +(gpg-agent|dirmngr|keyboxd)'
mount --bind /dev/null /usr/bin/gpg
refused "without gpg nothing is verified" 'gpg' rkt fetch true.aci
umount /usr/bin/gpg

gpgconf --kill all
forget_keys
cd /
rm -rf "$work"
