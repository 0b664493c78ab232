#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# layers: completion.layers
# The possible next words of a command line, from rkt and in bash.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
fetch_images busybox
rkt prepare --uuid-file-save="$work/uuid" example.com/busybox >/dev/null
uuid=$(<"$work/uuid")

# answers NAME EXPECTED WORD...: the candidates for the last word, in one line.
answers() {
    equals "$1" "$(rkt completion -- "${@:3}" | cut -f1 | paste -sd' ')" "$2"
}

# ----- The answers -----

answers "commands" "run run-prepared" ru
answers "also without a letter, but no flags" "" -x
matches "with what they do" "$(rkt completion -- lis)" $'^list\tlist pods$'
answers "a group is one word" image imag
answers "its commands" "list" image li
answers "behind global flags" list --dir=/x --debug --local-config /y lis
answers "help has commands" "stop" help sto
answers "and groups" "list" help image li
answers "flags" "--set-env= --set-env-file=" run --set
answers "one without a value" "--readonly-rootfs" prepare x --readonly
answers "one that can do without" "--wait --wait= --wait-ready --wait-ready=" status --wai
answers "global ones" "--system-config=" image list --sys
answers "before any command, too" "--debug" --deb
answers "words that a flag knows" "--pull-policy=new --pull-policy=never --pull-policy=update" run --pull-policy=
answers "some of them" "--pull-policy=never" run --pull-policy=nev
answers "behind a blank" "never" run --pull-policy nev
answers "a truth" "--pretty-print=true --pretty-print=false" cat-manifest --pretty-print=
answers "a check" "--insecure-options=image" run --insecure-options=im
answers "another one" "--insecure-options=image,tls" run --insecure-options=image,t
answers "nothing where a value has an inside" "" run --volume=
answers "a file" ":files" rm --uuid-file=
answers "a key, or a word" ":files list" trust l
answers "a directory" ":directories" list --dir=
answers "a stage1 in its directory" "--stage1-from-dir=stage1-fly.aci" prepare --stage1-from-dir=stage1-f
answers "or by its name" "coreos.com/rkt/stage1-host:$(rkt version | sed -n 's/^rkt Version: //p')" run --stage1-name coreos
matches "an image by its ID" "$(rkt completion -- run --stage1-hash=sha512-)" \
    $'(^|\n)--stage1-hash=sha512-[0-9a-f]{64}\texample.com/busybox:'
answers "a signal" "SIGTERM" prepare --stop-signal SIGTE
answers "a capability" "--caps-retain=CAP_KILL,CAP_NET_RAW" prepare --caps-retain=CAP_KILL,CAP_NET_R
answers "a column" "--fields=id,lastused --fields=id,latest" image list --fields=id,la
answers "a pod" "$uuid" status "${uuid:0:2}"
matches "with its app" "$(rkt completion -- rm '')" "^$uuid"$'\tbusybox$'
answers "pods of another directory" "" status --dir="$work" ''
matches "an image" "$(rkt completion -- run --net=none exa)" '^example\.com/busybox:'
answers "or a file" ":files" run /etc/
answers "what follows -- is the app's" ":files" run x -- ''
matches "until ---" "$(rkt completion -- run x -- -y --- exa)" '^example\.com/busybox:'
answers "a shell" "bash fish zsh" completion ''
answers "nothing behind what is no command" "" nonsense ''
answers "nothing of nothing" "$(rkt completion -- '' | cut -f1 | paste -sd' ')"
for shell in bash fish zsh; do
    matches "the script for $shell" "$(rkt completion $shell)" "rkt completion --"
done
fails "another shell" 254 'unknown shell "bsh" \(did you mean "bash"\?\)' rkt completion bsh
fails "no shell" 254 'must name a shell' rkt completion

# Each command that help lists is offered, with all the flags of its own help.
while read -r command; do
    read -ra words <<<"$command"
    equals "all flags of $command" "$(rkt completion -- "${words[@]}" -- 2>/dev/null | sed 's/[=\t].*//' | sort -u)" \
        "$(rkt "${words[@]}" --help | sed -n 's/^  \(--[a-z0-9-]*\).*/\1/p' | sort -u)"
done < <(rkt help | sed -n '/^Commands:/,/^$/s/^  \([a-z -]*[a-z]\)  .*/\1/p' | grep -v -e '^help$' -e '^version$')

# ----- The shells -----

compopt() { :; }
# bash_completes LINE: the candidates, as the shell would put them in.
bash_completes() {
    local COMPREPLY=() COMP_LINE=$1 COMP_POINT=${#1}
    _rkt
    printf '%s\n' "${COMPREPLY[@]}"
}
# shellcheck source=/dev/null
. /usr/share/bash-completion/completions/rkt
equals "bash: a command" "$(bash_completes 'rkt imag')" image
matches "bash: the next word" "$(bash_completes 'rkt image ')" $'list\n(.*\n)?rm'
equals "bash: only what is behind the equals sign" "$(bash_completes 'rkt run --net=h')" host
equals "bash: a name with a colon" "$(bash_completes "rkt run example.com/busybox:")" \
    "$(rkt image list --no-legend --fields=name | sed -n 's/.*busybox://p')"
equals "bash: a stage1" "$(bash_completes 'rkt run --stage1-from-dir=stage1-h')" stage1-host.aci
equals "bash: a list" "$(bash_completes 'rkt image list --sort=name,imp')" name,importtime
equals "bash: files" "$(bash_completes 'rkt run --uuid-file-save=/etc/host')" "$(compgen -f /etc/host)"

# Shells that nobody has set up find the scripts.
matches "bash finds it by itself" "$(bash -c '. /usr/share/bash-completion/bash_completion
    __load_completion rkt || _comp_load rkt; complete -p rkt' 2>&1)" '-F _rkt rkt'
equals "fish completes by itself" "$(env -u XDG_DATA_DIRS HOME="$work" fish -c 'complete -C"rkt imag"')" image
equals "zsh finds it by itself" "$(HOME=$work zsh -c "autoload -Uz compinit; compinit -u -D; echo \$_comps[rkt]")" _rkt

rkt rm "$uuid" >/dev/null
rm -rf "$work"
