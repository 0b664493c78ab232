# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How quickstart and check speak: one line a step, its output only when it failed. Sourced, never run.

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# step TITLE COMMAND...: in time it says how long it took, or shows why it failed and ends the program.
step() {
    local title=$1 log status start=$SECONDS
    shift
    log=$(mktemp)
    printf '%s … ' "$title"
    # Not `||`: it would switch errexit off in what runs.
    set +e
    (set -e; "$@") </dev/null >"$log" 2>&1
    status=$?
    set -e
    if ((status)); then
        printf 'failed\n'
        tail -n 40 "$log" >&2
        rm -f "$log"
        die "$title: exit status $status"
    fi
    rm -f "$log"
    printf '%s\n' "$(duration $((SECONDS - start)))"
}

duration() {
    if (($1 < 60)); then
        printf '%d s\n' "$1"
    else
        printf '%d min %d s\n' $(($1 / 60)) $(($1 % 60))
    fi
}

# The Debian of which machines are made: this host's, or on another host the newest stable one.
machine_suite() {
    local codename
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME-}")
    case $codename in
    bookworm | trixie | forky) echo "$codename" ;;
    *) echo trixie ;;
    esac
}

# can_run_on SUITE: what is built here links this host's C library, and an older Debian has an older one.
can_run_on() {
    local releases='bookworm trixie forky'
    [[ ${releases#*"$(machine_suite)"} == *"$1"* || $1 == "$(machine_suite)" ]]
}
