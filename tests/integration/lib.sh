# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the integration tests share. They run as root on a throwaway machine (tests/machine) on which this checkout is
# installed. A test says `ok NAME`, `not ok NAME - WHY` or `skip NAME - WHY`, one line a fact; what else it writes is
# shown when something failed. Sourced, never run.

set -Eeuo pipefail
shopt -s inherit_errexit

images=${RKT_TEST_IMAGES:-/usr/share/rkt-tests/images}
# Times longer than on an ordinary idle machine everything takes just now, by how long a process takes to begin and end.
load() {
    local begin=${EPOCHREALTIME/./} times
    for _ in {1..50}; do /bin/true; done
    times=$(((${EPOCHREALTIME/./} - begin) / 100000))
    echo $((times < 1 ? 1 : times > 10 ? 10 : times))
}

# The same for all of a test: what it gives to pods, such as WatchdogSec=, is that much longer, and lasts as long.
slowness=${RKT_TEST_SLOWNESS:-$(load)}
((slowness <= 8)) || slowness=8
# How long something may take that has only to end: what has not by then hangs.
hung=$((120 * slowness))

# ----- What is said -----

# So that a fact is heard from within $(…), too.
exec {report}>&1

ok() {
    printf 'ok %s\n' "$1" >&"$report"
}

not_ok() {
    printf 'not ok %s - %s\n' "$1" "$2" >&"$report"
}

skip() {
    printf 'skip %s - %s\n' "$1" "$2" >&"$report"
}

# The test is over: what follows would mean nothing.
give_up() {
    not_ok "$@"
    trap - EXIT
    exit 1
}

trap 'printf "%s:%s: %s: exit status %s\n" "${BASH_SOURCE[0]##*/}" "$LINENO" "$BASH_COMMAND" "$?" >&"$report"' ERR
trap 'ended "$?"' EXIT

# ----- What is recorded -----

# Every command is traced, apart from what it prints, and when the test ends it says which flags of rkt were given in it
# before a fact that held: tests/check-flags holds all suites together to them.
trace=$(mktemp)
exec {BASH_XTRACEFD}>"$trace"
set -x

ended() {
    set +x
    (($1 == 0)) || not_ok "runs to its end" "an unexpected exit status: see the log"
    awk -f "${BASH_SOURCE[0]%/*}/flags-run.awk" "$trace" >&"$report"
    rm "$trace"
}

# ----- What is asserted -----

# succeeds NAME COMMAND...
succeeds() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$*: exit status $?: ${output##*$'\n'}"
        printf '%s\n' "$output"
    fi
}

# fails NAME STATUS REGEX COMMAND...: with that exit status and words that match.
fails() {
    local name=$1 status=$2 regex=$3 output got=0
    shift 3
    output=$("$@" 2>&1) || got=$?
    if [[ $got == "$status" && $output =~ $regex ]]; then
        ok "$name"
    else
        not_ok "$name" "$*: exit status $got, expected $status and /$regex/: ${output##*$'\n'}"
    fi
}

equals() {
    local name=$1 got=$2 expected=$3
    if [[ $got == "$expected" ]]; then
        ok "$name"
    else
        not_ok "$name" "got '${got//$'\n'/ | }', expected '${expected//$'\n'/ | }'"
    fi
}

matches() {
    local name=$1 text=$2 regex=$3
    if [[ $text =~ $regex ]]; then
        ok "$name"
    else
        not_ok "$name" "nothing matches /$regex/ in '$(head -c 300 <<<"$text" | tr '\n' '|')'"
    fi
}

output_matches() {
    [[ $("${@:2}") =~ $1 ]]
}

# tells NAME REGEX COMMAND...: what it prints matches, if not now then soon: a line of a log may come later than what it is
# about.
tells() {
    local name=$1 regex=$2
    shift 2
    eventually 60 output_matches "$regex" "$@" || :
    matches "$name" "$("$@" || :)" "$regex"
}

lacks() {
    local name=$1 text=$2 regex=$3
    if [[ $text =~ $regex ]]; then
        not_ok "$name" "'${BASH_REMATCH[0]}' is there"
    else
        ok "$name"
    fi
}

# at_most_seconds NAME GOT LIMIT: the limit of a machine that has nothing else to do.
at_most_seconds() {
    at_most "$1: seconds" "$2" $(($3 * (slowness + $(load))))
}

# at_most NAME GOT LIMIT
at_most() {
    if (($2 <= $3)); then
        ok "$1 ($2)"
    else
        not_ok "$1" "got $2, at most $3 expected"
    fi
}

# eventually SECONDS COMMAND...: its success may come later. How much later is known by the load when the time is over, and
# at least 20 seconds are given.
eventually() {
    local begin=$SECONDS limit=$(($1 > 20 ? $1 : 20))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS - begin < limit * slowness || SECONDS - begin < limit * $(load))) || return
        sleep 0.05
    done
}

# soon NAME SECONDS COMMAND...: the same as a fact, for which a minute is given: a busy disk is not in the load.
soon() {
    local name=$1 seconds=$(($2 > 60 ? $2 : 60)) begin=$SECONDS
    shift 2
    if eventually "$seconds" "$@"; then
        ok "$name"
    else
        not_ok "$name" "not within $((SECONDS - begin)) s: $*"
        "$@" || :
    fi
}

has_ended() {
    [[ ! -e /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]
}

# await_end PID: of a child of ours; sets status. One that hangs is killed.
await_end() {
    if ! eventually "$hung" has_ended "$1"; then
        printf 'process %s hangs: %s\n' "$1" "$(ps -o stat=,wchan=,args= -p "$1")"
        kill -KILL "$1" || :
    fi
    status=0
    wait "$1" 2>/dev/null || status=$?
}

# The same of all of them.
await_jobs() {
    local pid
    for pid in $(jobs -p); do await_end "$pid"; done
}

# ----- rkt -----

fetch_images() {
    local name
    for name; do
        rkt --insecure-options=image fetch "$images/$name.aci" >/dev/null ||
            give_up "fetches the image $name" "exit status $?"
    done
}

# pod_file NAME <FILE: declares a pod, as an administrator does.
pod_file() {
    mkdir -p /etc/rkt/pods.d
    cat >"/etc/rkt/pods.d/$1.pod"
    systemctl daemon-reload
}

remove_pod_file() {
    rm -rf "/etc/rkt/pods.d/$1.pod" "/etc/rkt/pods.d/$1.pod.d"
    systemctl daemon-reload
}

# start NAME: or the test ends here, with what systemd says about it.
start() {
    systemctl start "rkt-$1" && return
    systemctl status --no-pager --full "rkt-$1" || :
    journalctl --no-pager --lines=50 --output=short-precise || :
    give_up "rkt-$1 starts" "$(systemctl show -p Result -p ExecMainStatus "rkt-$1" | paste -sd' ')"
}

unit_property() {
    systemctl show -P "$2" "$1"
}

state_is() {
    [[ $(unit_property "rkt-$1" ActiveState) =~ ^($2)$ ]]
}

# The process that machined knows as a machine's first, which may hear of it after it has started.
leader() {
    eventually 20 machinectl show "$1" || :
    machinectl show -p Leader --value "$1"
}

# The lines of one app in a pod's journal, while it runs.
app_log() {
    journalctl --machine="rkt-$1" --identifier="$2" --output=cat --no-pager --quiet
}

# The same from outside, also when it runs no longer.
app_log_kept() {
    journalctl --namespace="rkt-$1" --identifier="$2" --output=cat --no-pager --quiet
}

log_has() {
    grep -q -- "$3" <<<"$(app_log "$1" "$2")"
}

# The first line of one app, which comes by way of the pod's init and may come later than other things that the app does.
first_words() {
    eventually 20 log_has "$1" "$2" . || :
    app_log "$1" "$2" | head -n 1
}

count_pods() {
    rkt list --no-legend --full | awk -v state="$1" -F'\t+' '$1 != "" && $0 ~ state { n++ } END { print n + 0 }'
}

collect_garbage() {
    rkt gc --grace-period=0s --expire-prepared=0s
}

http_get() {
    curl --silent --show-error --fail --max-time $((30 * slowness)) "http://127.0.0.1:$1/"
}

redis_ping() {
    local answer
    exec {redis}<>"/dev/tcp/127.0.0.1/$1"
    printf 'PING\r\n' >&"$redis"
    read -r -t $((30 * slowness)) answer <&"$redis"
    exec {redis}>&-
    [[ $answer == +PONG* ]]
}

# What systemd-analyze says of these units. It makes a sandbox for the generators, and 262 says when a mount of this
# machine can't be made read-only there; that is not a word about a unit.
verify_units() {
    systemd-analyze verify --man=no --generators=yes "$@" 2>&1 | grep -vx 'Read-only bind remount failed, ignoring: .*' || :
}

# ----- Terminals -----

# `keyboard` is a descriptor from which nothing comes but what types() puts into it.
open_keyboard() {
    exec {keyboard}<> <(:)
}

# on_terminal SHELL-WORDS: what they print on a terminal of 33 lines, at which nobody types.
on_terminal() {
    { timeout -k 5 "$hung" script -qec "stty rows 33 cols 77; $1; exit \$?" /dev/null <&"$keyboard" || :; } | tr -d '\r'
}

# Words for a shell there, which change its size once a second.
# shellcheck disable=SC2034 # for those who source this
growing='for n in 0 1 2 3 4 5 6 7 8 9; do sleep 1; stty rows 44 cols 9$n </dev/tty; done 2>/dev/null &'

# restores NAME SHELL-WORDS
restores() {
    on_terminal "stty -g >$work/modes; $2; stty -g >$work/modes-after" >/dev/null
    equals "the terminal is restored: $1" "$(<"$work/modes-after")" "$(<"$work/modes")"
}

# types KEYS COMMAND: what a command that has said "ready" makes of keys, in $output; the status in $status. The keys behind
# a "%" are typed when it has said "again".
types() {
    local typing
    status=0
    : >"$work/output"
    timeout -k 5 "$hung" script -qfec "$2" /dev/null <&"$keyboard" >"$work/output" &
    typing=$!
    eventually 15 grep -q ready "$work/output" || :
    sleep 0.5
    printf '%b' "${1%%%*}" >&"$keyboard"
    if [[ $1 == *%* ]]; then
        eventually 15 grep -q again "$work/output" || :
        sleep 0.5
        printf '%b' "${1#*%}" >&"$keyboard"
    fi
    wait "$typing" || status=$?
    output=$(tr -d '\r' <"$work/output")
    ((status != 254)) || printf 'it failed: %s\n' "$output" >&2
}

# ----- What is left -----

# Everything of the machine that a pod may leave behind, as sorted lines. The journal namespaces are left out where they
# belong to a declared pod: its log stays as long as its file.
snapshot() {
    {
        awk '{ print "mount", $5 }' /proc/1/mountinfo
        namespaces
        find /sys/fs/cgroup -type d -path '*rkt*' -not -path '*systemd-journald@*' -printf 'cgroup %p\n'
        machinectl list --no-legend --no-pager | awk '{ print "machine", $1 }'
        systemctl list-units --all --plain --no-legend 'rkt-*' 'machine-*' |
            awk '$3 != "inactive" && $1 !~ /^rkt-gc\./ { print "unit", $1, $3 }'
        present_files
        ps -e -o comm= | awk '/^(rkt|stage1)/ { print "process", $1 }'
    } | LC_ALL=C sort
}

# Those of systemd's own services come and go, and are left out.
namespaces() {
    local pid comm
    for pid in /proc/[0-9]*; do
        comm=$(cat "$pid/comm" 2>/dev/null) || continue
        [[ $comm =~ ^\(?(systemd|dbus|polkit|sd-|agetty) && $pid != /proc/1 ]] ||
            readlink "$pid"/ns/{mnt,pid,net,ipc,uts,user,cgroup} 2>/dev/null || :
    done | LC_ALL=C sort -u | sed 's/^/namespace /'
}

present_files() {
    local dir
    for dir in /var/lib/rkt/pods /run/rkt /run/netns; do
        [[ ! -d $dir ]] || find "$dir" -mindepth 1 -printf 'file %p\n'
    done | grep -v -e '/pods/[a-z-]*$' -e '^file /run/rkt/pods$' || :
}

# nothing_left NAME SNAPSHOT: all is again as it was in SNAPSHOT.
# shellcheck disable=SC2016
nothing_left() {
    local name=$1 before=$2 difference
    if eventually 10 eval '[[ $(snapshot) == "$before" ]]'; then
        ok "$name"
    else
        difference=$(diff <(printf '%s\n' "$before") <(snapshot) | grep '^[<>]') || :
        not_ok "$name" "$(paste -sd';' <<<"$difference")"
    fi
}

# What is counted to find a leak: `name number` lines.
resources() {
    local what
    printf 'descriptors-of-pid1 %d\n' "$(find /proc/1/fd -mindepth 1 | wc -l)"
    for what in systemd-machined systemd-journald dbus-daemon; do
        printf 'descriptors-of-%s %d\n' "$what" "$(find /proc/"$(pgrep -o -x "${what:0:15}" || echo self)"/fd -mindepth 1 2>/dev/null | wc -l)"
    done
    printf 'mounts %d\n' "$(wc -l </proc/1/mountinfo)"
    printf 'cgroups %d\n' "$(find /sys/fs/cgroup -type d | wc -l)"
    printf 'units %d\n' "$(systemctl list-units --all --no-legend | wc -l)"
    printf 'processes %d\n' "$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)"
    printf 'files %d\n' "$(present_files | wc -l)"
    printf 'kilobytes-of-pid1 %d\n' "$(awk '$1 == "Pss_Anon:" { print $2 }' /proc/1/smaps_rollup)"
}

# ----- Where we are -----

# needs_controller NAME CONTROLLER: or says why not, and fails.
needs_controller() {
    grep -qw "$2" /sys/fs/cgroup/cgroup.controllers && return
    skip "$1" "no $2 controller on this machine"
    return 1
}

set_up() {
    systemd-sysusers
    systemd-tmpfiles --create
    rkt version || give_up "rkt is installed" "rkt version: exit status $?"
}
set_up
