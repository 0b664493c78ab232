#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Plays stage1 for rkt-register: journal namespace, machine, scope, poweroff, and a restart under the same name while
# the old leader is dead.

set -u
register=/usr/lib/rkt/rkt-register
stream=$RKT_TEST_BUILD/tests/unit/test-journal-stream
uuid=6ba7b810-9dad-41d1-80b4-00c04fd430c8
machine_id=$(cat /etc/machine-id)
failed=0

ok() { echo "ok $1"; }
not_ok() {
	echo "not ok $1 - $(tail -n 1 /tmp/check.out)"
	failed=1
}
check() {
	local what=$1
	shift
	if "$@" >/tmp/check.out 2>&1; then
		ok "$what"
	else
		not_ok "$what"
		sed 's/^/# /' /tmp/check.out
	fi
}
eventually() {
	local i
	for ((i = 0; i < 40; i++)); do
		"$@" && return
		sleep 0.05
	done
	return 1
}
gone() { ! "$@" 2>/dev/null; }

# A leader in pid and mount namespaces of its own, as a pod's init is.
start_leader() {
	rm -f /tmp/leader
	# shellcheck disable=SC2016
	unshare --fork --pid --mount --mount-proc \
		bash -c 'trap "exit 0" RTMIN+4 RTMIN+3 TERM; while :; do sleep 0.1; done' <&- 2>/dev/null &
	shell=$!
	eventually pgrep -P "$shell" >/tmp/leader
	leader=$(cat /tmp/leader)
}

# Talks with rkt-register as stage1 does; its lines come out, one a line.
talk() {
	coproc REGISTER { exec "$register" --uuid="$uuid" "$@" 2>/tmp/register.err; }
	local to=${REGISTER[1]} line
	exec {from}<&"${REGISTER[0]}"
	echo "leader=$leader" >&"$to"
	while read -r -t 10 line <&"$from"; do echo "$line"; done
	exec {from}<&-
	wait "${REGISTER_PID:-}" 2>/dev/null
}

start_leader
started=$(date +%s%N)
heard=$(talk --machine-name=rkt-web --journal-namespace=rkt-web --unit=rkt-web.service --scope | tr '\n' ' ')
echo "# journal, scope and machine: $((($(date +%s%N) - started) / 1000)) us"
check "it says scope, journal, registered" test "$heard" = "scope= journal= machine= "
check "the namespace's journald runs" systemctl --quiet is-active systemd-journald@rkt-web.service
check "the namespace is limited" grep -q SystemMaxUse=64M /run/systemd/journald@rkt-web.conf.d/10-rkt.conf
check "the limit is what journald knows" eventually \
	bash -c 'journalctl --namespace=rkt-web | grep -qE "max 64(\.0)?M"'
check "the namespace has an owner" grep -qx rkt-web.service "/var/log/journal/$machine_id.rkt-web/rkt-owner"
check "a stream reaches the namespace" "$stream" rkt-web nginx "<3>it rains"
check "with identifier and level" eventually bash -c '
	[[ $(journalctl -q --namespace=rkt-web -t nginx -p err..err -o cat) == "it rains" ]]'
check "and not the main journal" bash -c '[[ ! $(journalctl -q -t nginx -o cat) ]]'
check "a stream of the main journal" "$stream" "" redis "<5>it shines"
check "is read there" eventually bash -c '[[ $(journalctl -q -t redis -p notice -o cat) == "it shines" ]]'
check "machinectl lists the machine" bash -c 'machinectl list --no-legend | grep -q "^rkt-web container rkt "'
check "its leader is the pod's init" test "$(machinectl show rkt-web --property=Leader --value)" = "$leader"
check "its id is the pod's" test "$(machinectl show rkt-web --property=Id --value)" = "${uuid//-/}"
scope="machine-rkt\\x2d${uuid//-/\\x2d}.scope"
check "the leader sits in its scope" grep -qF "/machine.slice/$scope" "/proc/$leader/cgroup"
check "the scope is delegated" test "$(systemctl show "$scope" --property=Delegate --value)" = yes

check "a living leader keeps its name" bash -c '[[ $1 == *"machine="*already* ]]' - \
	"$(leader=$$ talk --machine-name=rkt-web 2>/dev/null)"
check "unregister leaves a living leader alone" \
	bash -c '"$1" --unregister --machine-name=rkt-web && machinectl show rkt-web' - "$register"
check "machinectl poweroff" machinectl poweroff rkt-web
check "reaches the leader" eventually gone kill -0 "$leader"
check "and the machine goes" eventually gone machinectl show rkt-web

# The kernel moves no process that is ending: its scope would be empty, and never end.
bash -c 'sleep 0 & exec sleep 1000' &
shell=$!
is_zombie() { grep -q '^State:.Z' "/proc/$(pgrep -P "$shell")/status"; }
eventually is_zombie
leader=$(pgrep -P "$shell")
heard=$(talk --machine-name=rkt-dead --scope 2>/dev/null | head -n 1)
check "a leader that has ended is told" test "$heard" = "scope=the pod's init has ended"
check "and leaves no scope" gone systemctl --quiet is-active "$scope"
kill "$shell"
wait "$shell" 2>/dev/null

# A service that restarts its pod: the unit stays active, so machined keeps the dead machine.
for round in 1 2 3; do
	start_leader
	heard=$(talk --machine-name=rkt-again)
	check "round $round: registered" test "$heard" = machine=
	check "round $round: the new leader" test "$(machinectl show rkt-again --property=Leader --value)" = "$leader"
	kill -KILL "$leader"
	wait "$shell" 2>/dev/null
done
check "the dead machine lingers" machinectl show rkt-again
check "unregister" "$register" --unregister --machine-name=rkt-again
check "takes it away" gone machinectl show rkt-again
check "a second time is no error" "$register" --unregister --machine-name=rkt-again
check "unregister of a journal namespace" "$register" --unregister --journal-namespace=rkt-web
check "stops its journald" gone systemctl --quiet is-active systemd-journald@rkt-web.service

# An administrator's `ExecStart=rkt run …` with Restart=: another name each time.
for round in 1 2 3; do
	start_leader
	heard=$(talk --machine-name="rkt-new-$round")
	check "one unit, another name, round $round" test "$heard" = machine=
	check "round $round: it has the new machine" \
		test "$(machinectl show "rkt-new-$round" --property=Leader --value)" = "$leader"
	kill -KILL "$leader"
	wait "$shell" 2>/dev/null
done
check "and no other" gone machinectl show rkt-new-2
start_leader
heard=$(talk --machine-name=rkt-one)
first=$leader
start_leader
check "a second machine in one unit is refused" bash -c '[[ $1 == "machine=unit "*" already has machine rkt-one"* ]]' - \
	"$(talk --machine-name=rkt-two 2>/dev/null)"
check "and the first lives" test "$(machinectl show rkt-one --property=Leader --value)" = "$first"

check "an administrator's settings stand for themselves" bash -c '
	printf "[Journal]\nSystemMaxUse=9M\n" >/etc/systemd/journald@rkt-own.conf
	[[ $(echo "leader=1" | "$1" --uuid="$2" --machine-name=x --journal-namespace=rkt-own 2>/dev/null) == journal= ]]
	[[ ! -e /run/systemd/journald@rkt-own.conf.d ]]' - "$register" "$uuid"
check "without a leader it ends, in silence" bash -c '[[ ! $("$1" --uuid="$2" --machine-name=x </dev/null 2>&1) ]]' - "$register" "$uuid"
exit "$failed"
