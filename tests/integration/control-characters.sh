#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# Text from images, networks and pod files reaches the terminals of administrators: no output, including JSON, has a
# control character, a direction mark or an additional end of a line. JSON keeps the original text in escapes.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
esc=$'\e' bel=$'\a' c1=$'\xc2\x9b' rlo=$'\xe2\x80\xae' line=$'\xe2\x80\xa8' isolate=$'\xe2\x81\xa6' del=$'\x7f'
bad="[\\x00-\\x08\\x0b-\\x1f\\x7f]|\\xc2[\\x80-\\x9f]|\\xe2\\x80[\\x8e\\x8f\\xa8-\\xae]|\\xe2\\x81[\\xa6-\\xa9]|\\xd8\\x9c"

# clean NAME COMMAND...: its output and errors have none of them.
clean() {
    local name=$1
    shift
    "$@" >"$work/output" 2>&1 </dev/null || :
    if LC_ALL=C grep -aqP "$bad" "$work/output"; then
        not_ok "$name" "$(LC_ALL=C grep -aP -m1 "$bad" "$work/output" | cat -v)"
    elif [[ ! -s $work/output ]]; then
        not_ok "$name" "said nothing"
    else
        ok "$name"
    fi
}

tar -xzf "$images/busybox.aci" -C "$work"
evil='A\\u001b[31m\\u009b1m\\u202e\\u2028\\u2066\\u007f\\u200f\\u061cZ' # for sed
sed -i -e 's,example.com/busybox,example.com/esc,' -e "s|\"value\": \"[0-9.]*\"|\"value\": \"$evil\"|" \
    -e "s|\"app\": {|& \"environment\": [ { \"name\": \"E\", \"value\": \"$evil\" } ], \"userAnnotations\": { \"$evil\": \"$evil\" },|" \
    "$work/manifest"
matches "the manifest says it" "$(<"$work/manifest")" 'u009b.*u202e'
tar -czf "$work/esc.aci" -C "$work" manifest rootfs
clean "fetch" rkt --insecure-options=image fetch "$work/esc.aci"
key=$(rkt image list --no-legend --full --fields=id,name | awk '/esc/ { print $1 }')
for format in '' --format=json --format=json-pretty; do
    clean "image list $format" rkt image list $format
done
uuid=$(rkt prepare "$key" --exec=/bin/true --user-label="x=$esc$c1$rlo" --environment="E=$c1$line" 2>/dev/null)
clean "cat-manifest" rkt cat-manifest "$uuid"
matches "JSON says which characters they were" "$(rkt cat-manifest "$uuid")" '\\u001B\[31m\\u009B1m\\u202E\\u2028\\u2066\\u007F\\u200F\\u061C'
for command in list status; do
    for format in '' --format=json --format=json-pretty; do
        [[ $command == list ]] && clean "list $format" rkt list --full $format
        [[ $command == status ]] && clean "status $format" rkt status $format "$uuid"
    done
done

# Errors quote what was said.
word="x${esc}[31m$bel$c1$rlo$line$isolate$del"
clean "an image that is not there" rkt prepare "example.com/$word"
clean "a file that is not there" rkt --insecure-options=image fetch "/tmp/$word.aci"
clean "a UUID" rkt status "$word"
clean "a flag's value" rkt prepare example.com/esc --image-rights="$word"
clean "an app's program" rkt run --net=none "$key" --exec="/$word"
clean "a volume" rkt prepare --volume="$word,kind=host,source=/$word" "$key"
clean "an unknown flag" rkt prepare "--$word"
clean "an unknown command" rkt "$word"
clean "bytes that are not UTF-8" rkt status $'\x9b31m\xff'
if LC_ALL=C grep -aqP '\x9b|\xff' "$work/output"; then not_ok "those, too, are not shown" "$(cat -v "$work/output")"; fi

# Pod files.
mkdir -p /etc/rkt/pods.d
printf '[Pod]\nNetwork=none\nBad%sKey=1\n[App:a]\nImage=example.com/%s\n' "$rlo" "$word" >"/etc/rkt/pods.d/n${esc}[31m$rlo.pod"
printf '[Pod]\nNetwork=none\nMemory=%s\n[App:a]\nImage=x y\n' "$c1$rlo" >"/etc/rkt/pods.d/plain.pod"
clean "pod check" rkt pod check
clean "pod check of one file" rkt pod check "/etc/rkt/pods.d/n${esc}[31m$rlo.pod"
clean "pod list" rkt pod list
clean "the generator" /usr/lib/systemd/system-generators/rkt-generator "$work"
clean "pod generate" rkt pod generate example.com/app --name="$word"
