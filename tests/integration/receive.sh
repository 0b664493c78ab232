#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# Descriptors that an app sends to rkt's processes, and sockets that it leaves to others to close: no process outside
# of the pod waits for them.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
fetch_images hostile

# pod NAME USER EXEC [LINE...]: a declared pod whose app attacks, beside one that does not; more lines are the first app's.
pod() {
    local name=$1 user=$2 exec=$3
    shift 3
    printf '%s\n' '[Pod]' Network=none '[App:hostile]' Image=example.com/hostile "User=$user" "Exec=$exec" StopTimeout=2s "$@" \
        '[App:victim]' Image=example.com/hostile \
        "Exec=/bin/sh -c 'trap \"echo victim ends in good order; exit 0\" TERM; echo victim runs; while :; do sleep 0.1; done'" |
        pod_file "$name"
}

# ----- Sockets that linger -----

# waiting: who waits in the close of a socket that lingers.
waiting() {
    grep -l sk_stream_wait_close /proc/[0-9]*/stack 2>/dev/null || :
}
for user in 0 33; do
    pod "linger$user" "$user" "/bin/hostile lingering garbage-sockets"
    start "linger$user"
    soon "user $user: an app leaves a socket to the kernel" 20 log_has "linger$user" hostile garbage-sockets=left
    tells "user $user: a socket has no time to linger" 'lingering=held' app_log "linger$user" hostile
    if [[ $(cat /proc/2/comm) == kthreadd ]]; then
        sleep 1 # the kernel's worker comes to it; it would wait there for an hour
        equals "user $user: nobody waits for it to close" "$(waiting)" ""
    else
        skip "user $user: nobody waits for it to close" "the kernel's workers can be seen in a virtual machine only"
    fi
    systemctl stop "rkt-linger$user"
    remove_pod_file "linger$user"
done

# ----- Descriptors -----

# who receives in the place of a pod's init, where the kernel can't refuse descriptors; one for each app that has sent.
receivers() {
    pgrep -P "$1" -x rkt-receive || :
}
for user in 0 33; do
    pod "send$user" "$user" "/bin/sh -c '/bin/hostile descriptors; /bin/hostile notify-ready; exec sleep 1000'" \
        Annotation=appc.io/executor/supports-systemd-notify=true
    start "send$user" # which waits for the app's READY=1, after all that
    ok "user $user: the init hears the app after thousands of descriptors"
    init=$(unit_property "rkt-send$user" MainPID)
    at_most "user $user: descriptors of the init" "$(find "/proc/$init/fd" -type l | wc -l)" 40
    if [[ $(receivers "$init") ]]; then
        equals "user $user: another process received, for that app alone" "$(receivers "$init" | wc -l)" 1
        # It hangs: only that app is not heard any more.
        kill -STOP "$(receivers "$init")"
    else
        skip "user $user: another process received" "the kernel refuses descriptors to the app (SO_PASSRIGHTS)"
    fi
    begin=$SECONDS
    systemctl stop "rkt-send$user"
    at_most_seconds "user $user: it stops" $((SECONDS - begin)) 12
    soon "user $user: the other app ends in good order" 20 eval 'grep -q "ends in good order" <<<"$(app_log_kept "send$user" victim)"'
    remove_pod_file "send$user"
done
