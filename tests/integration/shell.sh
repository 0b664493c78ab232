#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A pod that is started from a login shell is in its own scope in machine.slice: `machinectl terminate` ends the pod,
# but not the shell and its session.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

session_dir=$(mktemp -d)
fetch_images busybox

# A session of logind's, as a login makes it: PAMName= is what does it.
cat >"$session_dir/shell" <<END
#!/bin/bash
cat /proc/self/cgroup >$session_dir/cgroup
rkt run --net=none --uuid-file-save=$session_dir/uuid example.com/busybox --exec=/bin/sleep -- 1000
echo \$? >$session_dir/status
while [[ ! -e $session_dir/enough ]]; do sleep 0.1; done
END
chmod +x "$session_dir/shell"
systemd-run --quiet --unit=login-shell --property=PAMName=login --property=User=root \
    --property=Environment=XDG_SESSION_TYPE=tty --property=StandardOutput=journal "$session_dir/shell"

registered() {
    [[ -s $session_dir/uuid ]] && [[ -n $(leader "rkt-$(<"$session_dir/uuid")") ]]
}
eventually 20 registered || {
    journalctl --no-pager --unit=login-shell
    give_up "the pod runs" "no machine within $((20 * slowness)) s"
}
uuid=$(<"$session_dir/uuid")
ok "the pod runs"
matches "the shell is in a session" "$(<"$session_dir/cgroup")" 'session-.*\.scope'
escaped=$(systemd-escape "rkt-$uuid")
equals "the pod is in a scope of its own" "$(machinectl show -p Unit --value "rkt-$uuid")" "machine-$escaped.scope"
equals "in machine.slice" "$(unit_property "machine-$escaped.scope" Slice)" machine.slice
matches "the pod's init is there" "$(cat "/proc/$(leader "rkt-$uuid")/cgroup")" 'machine\.slice/machine-rkt'

succeeds "machinectl terminate" machinectl terminate "rkt-$uuid"
soon "ends rkt run" 20 test -s "$session_dir/status"
equals "the shell is alive" "$(systemctl is-active login-shell)" active
soon "the scope is gone" 10 eval "[[ \$(unit_property 'machine-$escaped.scope' ActiveState) == inactive ]]"
matches "the pod has exited" "$(rkt status "$uuid")" "state=exited"
touch "$session_dir/enough"
soon "the shell ends by itself" 10 eval '! systemctl is-active login-shell'
collect_garbage
equals "no pod is left" "$(rkt list --no-legend)" ""

# A script that is a service, from ExecStartPre= on: its pods are not the service's machine, which machined would stop
# with them.
script='for i in 1 2 3; do rkt run --net=none --quiet example.com/busybox --exec=/bin/true & done; wait
rkt run --net=none example.com/busybox --exec=/bin/true'
systemd-run --quiet --unit=script-service --property=Type=exec --property=RemainAfterExit=yes \
    --property=ExecStartPre="/usr/bin/rkt run --net=none example.com/busybox --exec=/bin/true" bash -c "$script"
soon "a service's script runs pods" 30 eval "[[ \$(unit_property script-service SubState) == exited ]]"
equals "and is not stopped with them" "$(unit_property script-service Result)" success
equals "nor with one before it" "$(unit_property script-service ExecMainStatus)" 0
equals "five pods have exited" "$(rkt list --no-legend | grep -c exited)" 5
systemctl stop script-service
