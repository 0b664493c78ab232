#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# The output of apps goes through pipes that the pod's init reads: no app has a socket of journald, and no app is
# killed or held up for long by its log, whatever happens to journald.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images busybox

# pod NAME SCRIPT [LINE...]: an app that runs the script, with more lines in its [App:] section.
pod() {
    printf '%s\n' "$2" >"/srv/$1.sh"
    printf '%s\n' '[Pod]' Network=none Volume=srv,kind=host,source=/srv "${pod_lines[@]}" '[App:app]' \
        Image=example.com/busybox "Exec=/bin/sh /srv/$1.sh" Mount=volume=srv,target=/srv "${@:3}" | pod_file "$1"
}
pod_lines=()

journald() {
    printf 'systemd-journald@rkt-%s.service' "$1"
}

# ----- Pipes -----

# shellcheck disable=SC2016
words='for i in 1 2 3 4 5; do echo "out $i"; echo "err $i" >&2; echo "console $i" >/dev/console; done
echo "by path" >/proc/self/fd/1; echo "by link" >/dev/stdout; echo "errors by path" >/proc/self/fd/2
for fd in 1 2; do ls -l /proc/self/fd/$fd; done
echo end; exec sleep 1000'
pod words "$words" User=33 Group=33
start words
soon "an app is heard" 60 log_has words app '^end$'
said=$(app_log words app)
equals "the order of lines is kept" "$(grep -E '^(out|err|console) ' <<<"$said" | paste -sd' ')" \
    "out 1 err 1 console 1 out 2 err 2 console 2 out 3 err 3 console 3 out 4 err 4 console 4 out 5 err 5 console 5"
matches "another user than root writes to /proc/self/fd/1" "$said" $'(^|\n)by path\n'
matches "… to /dev/stdout" "$said" $'\nby link\n'
matches "… to /proc/self/fd/2" "$said" $'\nerrors by path\n'
lacks "neither is a socket" "$(grep -E '/[12] ->' <<<"$said")" 'socket'
uuid=$(</run/rkt/pods/rkt-words/uuid)
lacks "no process of the app holds one" "$(rkt enter "$uuid" /bin/sh -c 'ls -l /proc/[0-9]*/fd' 2>/dev/null)" 'socket:'
equals "PID 1 keeps nothing of the pod's journald" "$(unit_property "$(journald words)" NFileDescriptorStore)" 0
equals "nor would it" "$(unit_property "$(journald words)" FileDescriptorStoreMax)" 0
matches "which is stopped after the pod" "$(unit_property "$(journald words)" Before)" 'rkt-words.service'
matches "what it says is the unit's" \
    "$(journalctl --namespace=rkt-words _SYSTEMD_UNIT=rkt-words.service --identifier=app --output=cat)" 'out 1'
systemctl stop rkt-words
remove_pod_file words

pod_lines=(Journal=host)
pod words-host "$words" User=33 Group=33
pod_lines=()
start words-host
soon "the host's journal" 60 eval 'grep -qx end <<<"$(journalctl --unit=rkt-words-host --identifier=app --output=cat)"'
equals "the same order there" "$(journalctl --unit=rkt-words-host --identifier=app --output=cat |
    grep -E '^(out|err|console) ' | head -n 6 | paste -sd' ')" "out 1 err 1 console 1 out 2 err 2 console 2"
systemctl stop rkt-words-host
remove_pod_file words-host

# ----- A journald that goes, and comes -----

# shellcheck disable=SC2016
pod ticks 'trap "echo asked to end; echo really >/srv/ended; exit 0" TERM
i=0; while :; do echo "tick $i"; i=$((i+1)); echo "$i" >/srv/ticks; sleep 0.1; done'
start ticks
soon "an app says one line after another" 60 log_has ticks app 'tick 3'
pid=$(unit_property rkt-ticks MainPID)
# goes_on NAME: the app still runs, and what it says from now on is in the journal.
goes_on() {
    local tick
    tick=$(</srv/ticks)
    soon "$1: it is heard again" 60 log_has ticks app "^tick $((tick + 3))\$"
    equals "$1: the pod is the same" "$(unit_property rkt-ticks MainPID)" "$pid"
}
systemctl kill --signal=KILL "$(journald ticks)"
goes_on "its journald is killed"
systemctl restart "$(journald ticks)"
goes_on "its journald is started again"
systemctl stop "$(journald ticks)" systemd-journald@rkt-ticks.socket systemd-journald-varlink@rkt-ticks.socket 2>/dev/null
tick=$(</srv/ticks)
soon "its journald is stopped: the app runs on" 60 eval '(($(</srv/ticks) > tick + 20))'
systemctl start "$(journald ticks)"
goes_on "its journald is started after that"
soon "and what was said meanwhile is there" 60 log_has ticks app "^tick $((tick + 10))\$"
systemctl stop "$(journald ticks)" systemd-journald@rkt-ticks.socket systemd-journald-varlink@rkt-ticks.socket 2>/dev/null
rm -f /srv/ended
succeeds "without a journal the pod can be stopped" systemctl stop rkt-ticks
equals "in good order" "$(unit_property rkt-ticks Result) $(</srv/ended)" "success really"
remove_pod_file ticks

# ----- One that is stopped with its pod, as at a shutdown -----

pod bye 'trap "sleep 1; echo said at the end; exit 0" TERM; echo up; while :; do sleep 0.1; done'
start bye
soon "another app is up" 60 log_has bye app '^up$'
succeeds "a pod and its journal are stopped together" systemctl stop rkt-bye "$(journald bye)"
equals "the app ends in good order" "$(unit_property rkt-bye Result)" success
tells "and its journal has the end of it" 'said at the end' app_log_kept bye app
remove_pod_file bye

rkt run --net=none --uuid-file-save=/run/uuid example.com/busybox --exec=/bin/sleep -- 1000 &
eventually 60 eval 'systemctl --quiet is-active "machine-rkt*.scope"'
matches "a pod in a scope is stopped before its journal, too" "$(systemctl show --property=After --value 'machine-rkt*.scope')" \
    "systemd-journald@rkt-$(</run/uuid).service"
rkt stop --force "$(</run/uuid)" >/dev/null
await_jobs

# ----- One that takes nothing -----

# As much as fits nowhere: 16 pages in each of two pipes, what a socket holds, and some times that.
lines=$((20000 * $(getconf PAGESIZE) / 4096))
# shellcheck disable=SC2016
pod flood '[ -e /srv/begin ] || exec sleep 1000; i=0; while [ $i -lt '$lines' ]; do i=$((i+1)); echo "flood $i of a line that is about as long as others are, or longer"; done
echo written >/srv/flooded; while [ ! -e /srv/go ]; do sleep 0.1; done; echo the last line; exec sleep 1000'
rm -f /srv/flooded /srv/go /srv/begin
start flood
eventually 60 systemctl --quiet is-active "$(journald flood)"
systemctl kill --signal=STOP "$(journald flood)"
touch /srv/begin
systemctl restart rkt-flood
soon "a journald that hangs holds no app up for long" 120 test -e /srv/flooded
tells "the log says so" 'takes no output of app app' journalctl --unit=rkt-flood --output=cat
systemctl kill --signal=CONT "$(journald flood)"
touch /srv/go
soon "what it says when journald goes on is heard" 60 log_has flood app 'the last line'
tells "and how much is missing, there" 'rkt: [0-9]+ bytes of the app.s output are missing here' app_log flood app
tells "and in the unit's log" '[0-9]+ bytes of the output of app app are missing in the journal' journalctl --unit=rkt-flood --output=cat
systemctl stop rkt-flood
remove_pod_file flood

# ----- One that never comes -----

systemctl mask --runtime --quiet systemd-journald@rkt-never.socket systemd-journald@rkt-never.service
# shellcheck disable=SC2016
pod never 'i=0; while [ $i -lt '$lines' ]; do i=$((i+1)); echo "flood $i of a line that is about as long as others are, or longer"; done
echo written >/srv/flooded; exec sleep 1000'
rm -f /srv/flooded
start never
soon "without any journal an app runs" 120 test -e /srv/flooded
equals "with one warning" \
    "$(journalctl --unit=rkt-never --output=cat | grep -c 'takes no output of app app')" 1
succeeds "and is stopped" systemctl stop rkt-never

# As much as the pipes hold, so that nothing is dropped before the end.
# shellcheck disable=SC2016
pod never 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo "$((i+1000)) is the beginning of a line that is 100 bytes long, with the newline, whatever number it be xxx"; done
echo written >/srv/flooded; exec sleep 1000'
rm -f /srv/flooded
start never
soon "without a journal an app fills no pipe" 120 test -e /srv/flooded
succeeds "and the pod ends" systemctl stop rkt-never
tells "all that was lost is counted" '(^|[^0-9])100000 bytes of the output of app app are missing in the journal' \
    journalctl --unit=rkt-never --output=cat
remove_pod_file never
systemctl unmask --runtime --quiet systemd-journald@rkt-never.socket systemd-journald@rkt-never.service
