#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The generator's units in a real PID 1. rkt's programs are replaced by stand-ins that record their arguments.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

pods=/etc/rkt/pods.d
mkdir -p "$pods"

# ----- Every case is a unit that PID 1 has nothing to say about -----

cases=/usr/share/rkt-tests/cases
cp -r "$cases"/. "$pods"
systemctl daemon-reload
units=()
for file in "$cases"/*.pod; do
    name=rkt-$(basename "$file" .pod)
    [[ -e /run/systemd/generator/$name.service ]] || continue
    units+=("${name/%@/@x}.service")
    [[ ! -e /run/systemd/generator/$name.socket ]] || units+=("${name/%@/@x}.socket")
done
succeeds "nearly all cases have a unit" test ${#units[@]} -ge 100
equals "systemd-analyze verify is silent on ${#units[@]} units" \
    "$(verify_units "${units[@]}" | grep -v '^rkt-generator: ' || :)" ""
equals "all are loaded" \
    "$(systemctl show --property=LoadState --value "${units[@]}" | sed '/^$/d' | sort -u)" loaded
matches "they are wanted" "$(systemctl show -P Wants multi-user.target)" rkt-several-apps.service
equals "an alias is the same unit" "$(unit_property rkt-install-x Id)" rkt-install.service
equals "they can't be enabled, they are" "$(systemctl is-enabled rkt-several-apps)" generated
systemctl --quiet mask rkt-several-apps
equals "they can be masked" "$(unit_property rkt-several-apps LoadState)" masked
systemctl --quiet unmask rkt-several-apps
rm -r "${pods:?}"/*
systemctl daemon-reload
equals "without its file a unit is gone" "$(unit_property rkt-several-apps LoadState)" not-found

# ----- A bad file is found where people look -----

pod_file bad <<'END'
[App]
Imge=example.com/app "100%"
[Install]
WantedBy=multi-user.target
END
fails "a stub does not start" 1 "rkt-bad" systemctl start rkt-bad
equals "its exit status says so" "$(unit_property rkt-bad ExecMainStatus)" 78
matches "its status says why" "$(systemctl status --no-pager --full rkt-bad || :)" \
    '/etc/rkt/pods.d/bad.pod:2: unknown key "Imge=" in \[App\], did you mean "Image="'
remove_pod_file bad

mkfifo "$pods/fifo.pod"
succeeds "a FIFO does not hold PID 1 up" timeout "$hung" systemctl daemon-reload
matches "and says what it is" "$(systemctl cat rkt-fifo)" 'not a regular file'
remove_pod_file fifo

# ----- The words that the programs get -----

# stand_in PROGRAM <SCRIPT: until the machine ends.
stand_in() {
    local script=/run/stand-in-${1##*/}
    cat >"$script"
    chmod +x "$script"
    mount --bind "$script" "$1"
}

stand_in /usr/lib/rkt/rkt-prepare <<'END'
#!/bin/bash
printf '%s\0' "$@" >/run/words
for word; do [[ $word != --uuid-file-save=* ]] || echo uuid-$RANDOM >"${word#*=}"; done
END
stand_in /usr/bin/rkt <<'END'
#!/bin/bash
for word; do [[ $word != --uuid-file=* ]] || file=${word#*=}; done
echo "$(date +%s.%N) run $(<"$file")" >>/run/calls
systemd-notify --ready
[[ $(grep -c run /run/calls) -lt 3 ]] || exec sleep 100
exit 133
END
stand_in /usr/lib/rkt/rkt-gc <<'END'
#!/bin/bash
for word; do [[ $word != --uuid-file=* ]] || file=${word#*=}; done
echo "$(date +%s.%N) gc $(<"$file")" >>/run/calls
END

words=('$HOME' '${HOME}' '$$' 'two words' '' "it's" 'say "so"' 'back\slash' '100%%' '%%n' ';' '#' ';x' $'tab\there'
    'ä😀' '`' '*' '\n' '-x' '--' "''" '  ' '{}' '=' "\\" "a\\ " '!' '^' '~' '&' '|' '<>' '()' '[Service]')
{
    printf '[App]\nImage=example.com/app\nExec=/bin/app'
    for word in "${words[@]}"; do
        word=${word//\\/\\\\}
        word=${word//\"/\\\"}
        printf ' "%s"' "${word//$'\t'/\\t}"
    done
    printf '\n'
} | pod_file words
start words
expected=(example.com/app --exec=/bin/app --)
for word in "${words[@]}"; do expected+=("${word//%%/%}"); done
mapfile -d '' -t got </run/words
equals "words come out of PID 1 as they went in" "${got[*]:2}" "${expected[*]}"
equals "and as many" "$((${#got[@]} - 2))" "${#expected[@]}"
equals "specifiers are filled in" "${got[*]:0:2}" \
    "--unit=rkt-words.service --uuid-file-save=/run/rkt/pods/rkt-words/uuid"

# ----- The file with the UUID -----

soon "133 starts it again" 10 eval '(($(grep -c run /run/calls) == 3))'
soon "the unit is not failed" 10 eval '[[ $(unit_property rkt-words ActiveState) == active ]]'
succeeds "stop" systemctl stop rkt-words
equals "each pod is marked, the file is there for that" "$(awk '$2 == "run" { print $3 }' /run/calls)" \
    "$(awk '$2 == "gc" { print $3 }' /run/calls)"
succeeds "then it is gone" test ! -e /run/rkt/pods/rkt-words
succeeds "with its directory, not that of all pods" test -d /run/rkt/pods
