#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Values of systemd's directives: a value that PID 1 would ignore with a warning is an error of the pod file, and a
# value that PID 1 accepts is not. Both are tried for each case.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

cases=$(grep -v '^#' "${0%/*}/systemd-values")
work=$(mktemp -d)

# One unit a case, so that a warning is of that case alone. For [Socket] the service beside it is the case's, too.
n=0
while read -r verdict section assignment; do
    n=$((n + 1))
    kind=service
    [[ $section == '[Socket]' ]] && kind=socket
    {
        printf '[Unit]\nDescription=x\n'
        if [[ $kind == service ]]; then printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n'; fi
        if [[ $kind == socket && $assignment != Listen* ]]; then printf '[Socket]\nListenStream=/run/x.sock\n'; fi
        printf '%s\n%s\n' "$section" "$assignment"
    } >"$work/case$n.$kind"
    [[ $kind == service ]] || printf '[Service]\nExecStart=/bin/true\n' >"$work/case$n.service"
    printf '[Pod]\nNetwork=none\n[App]\nImage=example.com/x\n%s\n%s\n' "$section" "$assignment" >"$work/case$n.pod"
    if [[ $kind == socket && $assignment != Listen* ]]; then printf 'ListenStream=/run/x.sock\n' >>"$work/case$n.pod"; fi
    verdicts[n]=$verdict
    texts[n]="$section $assignment"
done <<<"$cases"

# Lines that begin with a case's file name; what is said of missing units or programs is not of the value.
SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work"/case*.service "$work"/case*.socket >"$work/systemd" 2>&1 || :
rkt pod check "$work"/case*.pod >"$work/rkt" 2>&1 || :

# told FILE NUMBER: whether it complains of that case's line.
told() {
    grep -qE "case$2\\.(service|socket|pod):[0-9]+: " "$1"
}

wrong='' differ=''
for ((i = 1; i <= n; i++)); do
    expected=ok systemd=ok rkt=ok
    [[ ${verdicts[i]} == bad ]] && expected=bad
    if told "$work/systemd" "$i"; then systemd=bad; fi
    if told "$work/rkt" "$i"; then rkt=bad; fi
    [[ $rkt == "$expected" ]] || wrong+="${texts[i]} ($rkt); "
    [[ $systemd == "$expected" ]] || differ+="${texts[i]} ($systemd); "
done
equals "rkt pod check judges each of $n values as its case says" "$wrong" ''
equals "so does this systemd" "$differ" ''
