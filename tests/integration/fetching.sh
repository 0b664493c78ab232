#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: probe
# A declared pod whose image must be fetched first: this happens in a separate unit, takes as long as it needs, and
# ends when nobody waits for it any more.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
chmod 755 "$work"
fetch=$(systemd-path system-library-private)/rkt/rkt-fetch
[[ -x $fetch ]] || fetch=/usr/lib/rkt/rkt-fetch
before=$(snapshot)

# ----- By hand -----

image=$images/probe.aci
equals "rkt fetch --quiet prints the ID" "$(rkt --insecure-options=image fetch --quiet "$image" 2>&1 | wc -l)" 1
mkfifo "$work/open"
exec {open}<>"$work/open"
matches "who calls is told how far it is" "$(RKT_ANSWER_FD=1 rkt --insecure-options=image fetch "$image" 2>&1 <&"$open")" \
    $'total=[0-9]+\nbytes=[0-9]+\n(.*\n)*image=sha512-'
fails "and it ends with its input" 254 'error=standard input has ended' eval \
    ': | { sleep 1; RKT_ANSWER_FD=1 rkt --insecure-options=image fetch "$image"; }'
equals "rkt prepare --quiet has it say nothing" "$(rkt --insecure-options=image prepare --quiet "$image" 2>&1 | wc -c)" 37
matches "without that it says what it does" "$(rkt --insecure-options=image prepare "$image" 2>&1)" 'using image from file'
rkt rm "$(rkt list --no-legend --full | cut -f1 | sed -n 1p)" "$(rkt list --no-legend --full | cut -f1 | sed -n 2p)" >/dev/null

# ----- In a start -----

# The real rkt-fetch, which needs half a second for each time that it reads from the image, and says where it runs.
cp "$fetch" "$work/rkt-fetch"
cat >"$work/slow" <<END
#!/bin/sh
cat /proc/self/cgroup >"$work/cgroup"
exec strace -D -f -qq -o /dev/null -P "$image" -e trace=read -e inject=read:delay_enter=$((500000 * slowness)) "$work/rkt-fetch" "\$@"
END
chmod 755 "$work/slow"
mount --bind "$work/slow" "$fetch"

pod_file pull <<END
[Pod]
Network=none
InsecureOptions=image
[App:app]
Image=$image
Exec=/bin/sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
[Service]
TimeoutStartSec=$((3 * slowness))
MemoryMax=64M
END
began=$SECONDS
systemctl start --no-block rkt-pull
soon "the unit says how far it is" 20 eval '[[ $(unit_property rkt-pull StatusText) =~ ^fetching\ .*/probe.aci:\ [0-9]+\ of\ [0-9]+\ MB$ ]]'
soon "it starts" 60 state_is pull active
matches "though it took longer than TimeoutStartSec=" "$((SECONDS - began > 3 * slowness))" 1
matches "what fetches is outside of the pod's unit" "$(<"$work/cgroup")" '/run-rkt-pull-fetch-[0-9]+-[0-9]+\.service$'
equals "of which nothing is left" "$(systemctl list-units --all --no-legend 'run-rkt-*')" ""
systemctl stop rkt-pull

sed -i "s/delay_enter=[0-9]*/delay_enter=5000000/" "$work/slow"
systemctl start --no-block rkt-pull
soon "it fetches again" 20 eval '[[ $(systemctl is-active "run-rkt-pull-fetch-*") == active ]]'
soon "and reads" 20 eval 'pgrep -f "^$work/rkt-fetch --" >/dev/null'
sleep 1
began=$SECONDS
succeeds "the start can be stopped meanwhile" systemctl stop rkt-pull
soon "which ends the fetching" 10 eval '[[ ! $(systemctl list-units --all --no-legend "run-rkt-*") ]]'
at_most_seconds "at once" $((SECONDS - began)) 6
lacks "nobody reads any longer" "$(ps -e -o args=)" "$work/rkt-fetch"
systemctl reset-failed rkt-pull 2>/dev/null || :

sed -i 's/^Image=.*/Image=example.com\/nowhere/' /etc/rkt/pods.d/pull.pod
systemctl daemon-reload
fails "what can't be fetched fails the start" 1 'failed' systemctl start rkt-pull
matches "which systemctl status gives the reason for" "$(systemctl status --no-pager rkt-pull)" \
    $'Status: "could not fetch example.com/nowhere"\n.*rkt-prepare\\[[0-9]+\\]: prepare: cannot fetch "example.com/nowhere": '
systemctl reset-failed rkt-pull

umount "$fetch"
remove_pod_file pull
rm -rf "$work"
collect_garbage
nothing_left "nothing is left" "$before"
