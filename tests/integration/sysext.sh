#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# runs: on the host
# images: busybox
# A machine has rkt only as a system extension (packages/sysext) with the unit of Documentation/examples/sysext: its
# declared pod runs from its first boot on.

# Called with a directory and the options of tests/machine/boot on the host; with `check` in the machine.

set -euo pipefail

on_the_host() {
    local checkout layer=$1 here root='' suite='' image=''
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    checkout=${here%/tests/integration}
    shift
    while (($#)); do
        case $1 in
        --layer) root=$2 ;;
        --suite) suite=$2 ;;
        --bind) [[ $2 != *busybox.aci* ]] || image=${2%%:*} ;;
        esac
        shift 2
    done
    mkdir -p "$layer"/var/lib/extensions "$layer"/etc/{rkt/pods.d,systemd/system/{sysinit,multi-user}.target.wants}
    "$checkout/packages/sysext" "$root" "$layer/var/lib/extensions/rkt"
    cp "$checkout/Documentation/examples/sysext/rkt-sysext.service" "$layer/etc/systemd/system/"
    ln -s ../rkt-sysext.service "$layer/etc/systemd/system/multi-user.target.wants/"
    ln -s /usr/lib/systemd/system/systemd-sysext.service "$layer/etc/systemd/system/sysinit.target.wants/"
    cat >"$layer/etc/rkt/pods.d/first.pod" <<'POD'
[Pod]
Network=none
InsecureOptions=image
[App:first]
Image=/srv/images/busybox.aci
Exec=/bin/sleep 1000
[Install]
WantedBy=multi-user.target
POD
    # Not in /usr: the extension's overlay hides what is mounted there.
    "$checkout/tests/machine/boot" --suite "$suite" --layer "$layer" --bind "$image:/srv/images/busybox.aci:ro" \
        --bind "$here:/srv/integration:ro" --env RKT_TEST_IMAGES=/srv/images -- bash /srv/integration/sysext.sh check
}

check_machine() {
    local owner pid
    owner=$(stat -c %U:%G /var/lib/rkt 2>&1) || :
    # shellcheck source-path=SCRIPTDIR source=lib.sh
    . "${0%/*}/lib.sh"
    equals "its directories are made, with its users" "$owner" root:rkt
    soon "the declared pod is started at boot" 60 state_is first active
    succeeds "the collector's timer runs" systemctl --quiet is-active rkt-gc.timer
    equals "no unit failed" "$(systemctl list-units --failed --no-legend --plain)" ""
    pid=$(unit_property rkt-first MainPID)
    succeeds "the extension is merged anew" systemd-sysext refresh
    succeeds "and PID 1 reads it" eval 'systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload'
    equals "the pod runs on" "$(unit_property rkt-first MainPID)" "$pid"
    succeeds "is entered" rkt enter first /bin/true
    succeeds "and stopped" systemctl stop rkt-first
    succeeds "it starts again" systemctl start rkt-first
}

case $1 in
check) check_machine ;;
*) on_the_host "$@" ;;
esac
