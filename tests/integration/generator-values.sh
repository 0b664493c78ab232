#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Random values in pod files are the same after PID 1 has parsed the unit: in the arguments of the programs, and in
# the unit's properties. RKT_TEST_SEED=NUMBER repeats the same values.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

rounds=${RKT_TEST_ROUNDS:-25} words_each=40
seed=${RKT_TEST_SEED:-$((SRANDOM % 32768))}
RANDOM=$seed
pods=/etc/rkt/pods.d
work=/run/values
mkdir -p "$pods" "$work"

# rkt-prepare, that is: it leaves its words.
cat >"$work/stand-in" <<'END'
#!/bin/bash
printf '%s\0' "$@" >"/run/values/$1.got"
END
chmod +x "$work/stand-in"
mount --bind "$work/stand-in" /usr/lib/rkt/rkt-prepare

# ----- Values -----

# shellcheck disable=SC2016,SC1003
pieces=(a Z 0 ' ' '  ' $'\t' "'" '"' '\' '\\' '$' '$$' '${' '}' '$HOME' '${HOME}' '%' '%%' '%n' '%i' ';' '#' '=' ',' '-' '--'
    '`' '(' ')' '[' ']' '*' '?' '~' '!' '@' '+' ':' '|' '&' '<' '>' '/' '\n' '\x41' '\s' ' ;' ' # ' 'ä' 'ß' '€' '😀'
    $'\u0301' $'\ufeff' $'\u2028' $'\ue000')

# Sets `word`. The one word that an app's arguments can't have is left out.
random_word() {
    local n=$((RANDOM % 9))
    word=
    while ((n-- > 0)); do word+=${pieces[RANDOM % ${#pieces[@]}]}; done
    [[ $word != --- ]] || word=
}

# Sets `quoted` to a way of writing $1 in a pod file: bare where that can be, or in one of the quotes, with any of the escapes.
quote() {
    local text=${1//%/%%} q=\" i c
    if [[ $text =~ ^[A-Za-z0-9./\$%=,:+-]+$ ]] && ((RANDOM % 2)); then
        quoted=$text
        return
    fi
    ((RANDOM % 2)) || q=\'
    quoted=$q
    for ((i = 0; i < ${#text}; i++)); do
        c=${text:i:1}
        case $c in
        \\ | "$q") c=\\$c ;;
        $'\t') ((RANDOM % 2)) || c='\t' ;;
        ' ') ((RANDOM % 4)) || c='\s' ;;
        a) ((RANDOM % 4)) || c='\x61' ;;
        Z) ((RANDOM % 4)) || c='\132' ;;
        ä) ((RANDOM % 2)) || c='\u00e4' ;;
        😀) ((RANDOM % 2)) || c='\U0001f600' ;;
        esac
        quoted+=$c
    done
    quoted+=$q
}

# random_pod NAME: its file, and the words that have to come of it.
random_pod() {
    local name=$1 args=() expected=("--unit=rkt-$1.service" "--uuid-file-save=/run/rkt/pods/rkt-$1/uuid") apps=() i word quoted
    {
        printf '[Pod]\n'
        for ((i = 0; i < words_each / 4; i++)); do
            random_word
            quote "N$i=$word"
            printf 'Environment=%s\n' "$quoted"
            expected+=("--set-env=N$i=$word")
        done
        printf '[App]\nImage=example.com/app\nExec=/bin/app'
        for ((i = 0; i < words_each; i++)); do
            random_word
            quote "$word"
            args+=("$word")
            ((RANDOM % 5)) || printf ' \\\n '
            ((i != words_each / 2)) || printf '\nArgs='
            printf ' %s' "$quoted"
        done
        printf '\nEnvironment='
        for ((i = 0; i < words_each / 4; i++)); do
            random_word
            quote "M$i=$word"
            printf ' %s' "$quoted"
            apps+=("--environment=M$i=$word")
        done
        printf '\n'
    } >"$pods/$name.pod"
    expected+=(example.com/app "${apps[@]}" --exec=/bin/app -- "${args[@]}")
    printf '%s\0' "${expected[@]}" >"$work/$name.expected"
}

# different NAME: the first words that differ, and nothing when none does.
different() {
    local got expected i
    [[ -e $work/--unit=rkt-$1.service.got ]] || { echo "$1: was not run"; return; }
    ! cmp --quiet "$work/$1.expected" "$work/--unit=rkt-$1.service.got" || return 0
    mapfile -d '' -t got <"$work/--unit=rkt-$1.service.got"
    mapfile -d '' -t expected <"$work/$1.expected"
    for ((i = 0; i < ${#expected[@]} - 1; i++)); do
        [[ ${got[i]-} == "${expected[i]}" ]] || break
    done
    printf '%s: word %d is %q and not %q\n' "$1" "$i" "${got[i]-}" "${expected[i]}"
}

# said NAME: how `systemctl show` has to join the same words. A dollar sign is doubled there as in the unit.
said() {
    local words
    mapfile -d '' -t words <"$work/$1.expected"
    words=("${words[@]//\$/\$\$}")
    printf '%s' "${words[*]}"
}

names=() units=()
for ((round = 0; round < rounds; round++)); do
    names+=("values$round")
    units+=("rkt-values$round.service")
    random_pod "values$round"
done
refused=$(/usr/lib/systemd/system-generators/rkt-generator --dry-run 2>&1 >/dev/null) || :
equals "no value is refused (seed $seed)" "$refused" ""
systemctl daemon-reload
systemctl start "${units[@]}" 2>/dev/null || :
wrong=$(for name in "${names[@]}"; do different "$name"; done)
equals "$((rounds * (words_each + 2 * (words_each / 4)))) random words come out of PID 1 (seed $seed)" "$wrong" ""
wrong=
for name in "${names[@]}"; do
    [[ $(systemctl show -p ExecStartPre "rkt-$name") == *"argv[]=/usr/lib/rkt/rkt-prepare $(said "$name") ; ignore_errors=no "* ]] ||
        wrong+=" $name"
done
equals "systemctl show has the same (seed $seed)" "$wrong" ""
equals "systemd-analyze verify is silent on them (seed $seed)" \
    "$(verify_units "${units[@]}")" ""
