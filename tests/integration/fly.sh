#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox probe listener
# The flavour fly: an app with all rights and only a root of its own, started by hand and as a service.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${0%/*}/lib.sh"

pods=/var/lib/rkt/pods
image=example.com/busybox
aci=/usr/lib/rkt/stage1-images/stage1-fly.aci
fly=--stage1-name=coreos.com/rkt/stage1-fly
work=$(mktemp -d)
# As on every host.
mount --make-rshared /
fetch_images busybox probe listener
before=$(snapshot)

# run ARGUMENT...: an app in the foreground.
run() {
    rkt run --net=host "$fly" "$@"
}

# sh SCRIPT [ARGUMENT...]: the same, a shell in the image; what is behind SCRIPT goes before the image.
sh() {
    local script=$1
    shift
    run "$@" "$image" --exec=/bin/sh -- -c "$script"
}

pod_is() {
    [[ $(rkt status "$(<"$work/uuid")" 2>/dev/null) =~ state=$1 ]]
}

# ----- What it is -----

equals "its words are rkt's own" "$(sh 'echo hello')" hello
equals "without --net it has the host's network" \
    "$(rkt run "$fly" "$image" --exec=/bin/readlink -- /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
status=0
sh 'exit 7' || status=$?
equals "its exit status is rkt's" "$status" 7
equals "it reads what rkt could" "$(echo typed | run "$image" --exec=/bin/cat)" typed
equals "--interactive" "$(echo typed | run --interactive "$image" --exec=/bin/cat)" typed
fails "a program that is not there" 203 'Error: Unable to open "/foo": No such file or directory' run "$image" --exec=/foo
for stage1 in --stage1-path="$aci" --stage1-from-dir=stage1-fly.aci; do
    equals "${stage1%%=*}" "$(rkt run --net=host "$stage1" "$image" --exec=/bin/echo -- hello)" hello
done

mapfile -t lines < <(sh 'for n in pid net uts ipc user cgroup mnt; do readlink /proc/self/ns/$n; done; cat /proc/1/comm
    hostname; ls /sys/fs/cgroup/cgroup.procs; stat -f -c %T /tmp; ls -d /usr/lib/rkt 2>&1; ls /proc/self/fd/0 && id -u; echo $container')
for i in 0 1 2 3 4 5; do
    namespace=${lines[i]%%:*}
    equals "the host's $namespace namespace" "${lines[i]}" "$(readlink "/proc/self/ns/$namespace")"
done
lacks "but its own mounts" "${lines[6]}" "$(readlink /proc/self/ns/mnt | tr -d '[]' | cut -d: -f2)"
equals "the host's /proc" "${lines[7]}" systemd
equals "the host's name" "${lines[8]}" "$(hostname)"
equals "the host's /sys, with what is mounted there" "${lines[9]}" /sys/fs/cgroup/cgroup.procs
equals "a /tmp" "${lines[10]}" tmpfs
matches "and no more of the host's files" "${lines[11]}" 'No such file'
equals "it knows where it is" "${lines[*]: -1}" rkt

probed=$(run example.com/probe --exec=/bin/probe -- identity)
equals "all capabilities" "$(sed -n 's/^CapEff=//p' <<<"$probed")" "$(sed -n 's/^CapEff:\t//p' /proc/self/status)"
matches "no filter" "$probed" $'\nSeccomp=0'
probed=$(run example.com/probe --user=33 --group=34 --supplementary-gids=35,36 --exec=/bin/probe -- identity)
matches "its user" "$probed" $'Uid=33\t33\t33\t33'
matches "its groups" "$probed" $'Gid=34\t34\t34\t34\nGroups=35 36'
matches "who can gain rights" "$probed" $'NoNewPrivs=0\n'
matches "and has lost them" "$probed" $'CapEff=0000000000000000\n'

# ----- What it can't do is refused -----

refused() {
    local name=$1 why=$2
    shift 2
    fails "refused: $name" 254 "$why" rkt run "$fly" "$@"
}
refused "two apps" 'flavor "fly" only supports 1 application per pod, not 2' --net=host "$image" --name=a "$image" --name=b
refused "no network" '--net=none: apps of this stage1 have the host.s network: leave it out' --net=none "$image"
refused "a network of its own" '--net=default-restricted: apps of this stage1' --net=default-restricted "$image"
uuid=$(rkt prepare "$fly" "$image" --exec=/bin/echo -- prepared)
fails "refused: a network of a prepared pod" 254 '--net=none: apps of this stage1' rkt run-prepared --net=none "$uuid"
equals "which stays prepared" "$(rkt run-prepared "$uuid")" prepared
refused "a name of its own" '--hostname=x' --net=host --hostname=x "$image"
refused "an IPC namespace" '--ipc=private' --net=host --ipc=private "$image"
refused "a journal of its own" '--journal=pod' --net=host --journal=pod "$image"
refused "a stop signal" 'only SIGTERM can be its stop signal' --net=host "$image" --stop-signal=SIGINT
refused "a reload signal" 'does not pass on reload signals' --net=host "$image" --reload-signal=SIGHUP
matches "limits are said not to hold" "$(run "$image" --memory=64M --exec=/bin/true 2>&1)" 'sets no limits'

# ----- Its root -----

equals "a read-only root" "$(sh 'touch /x 2>&1; touch /tmp/x && echo tmp' | head -n 3 | grep -o -e Read-only -e tmp | paste -sd' ')" "tmp"
seen=$(run "$image" --readonly-rootfs --exec=/bin/sh -- -c 'touch /x; touch /tmp/x && echo writes to /tmp' 2>&1)
matches "write-protected" "$seen" 'Read-only file system'
matches "but for /tmp" "$seen" 'writes to /tmp'
lacks "without overlay" "$(sh 'mount | grep " / "' --no-overlay)" overlay
matches "--dns" "$(sh 'cat /etc/resolv.conf' --dns=192.0.2.1 --dns-search=example.com)" $'search example.com\nnameserver 192.0.2.1'
echo 'nameserver 192.0.2.7' >/etc/resolv.conf
equals "--dns=host" "$(sh 'cat /etc/resolv.conf' --dns=host)" "$(</etc/resolv.conf)"
matches "--hosts-entry" "$(sh 'cat /etc/hosts' --hosts-entry=192.0.2.2=db)" '192.0.2.2[[:blank:]]db'
matches "an image without /etc/hosts gets one" "$(sh 'cat /etc/hosts')" '127.0.0.1 localhost'
equals "/etc/mtab" "$(sh 'readlink /etc/mtab')" ../proc/self/mounts
matches "--set-env" "$(sh 'echo $A; echo $AC_APP_NAME' --set-env=A=b)" $'b\nbusybox'

# ----- Volumes -----

mkdir -p "$work/source/below" "$work/flat"
mount -t tmpfs none "$work/flat"
mount -t tmpfs none "$work/source"
mkdir "$work/source/below" "$work/source/deep"
mount -t tmpfs none "$work/source/below"
echo found >"$work/source/below/file"
volume=--volume=v,kind=host,source=$work/source
mounted() {
    cut -d' ' -f5 /proc/1/mountinfo | grep "^$work" | sort
}
mounts=$(mounted)
seen=$(run "$volume" "$image" --mount=volume=v,target=/v --exec=/bin/sh -- -c 'ls /v /v/below; touch /v/written')
lacks "what is mounted in a volume does not come along" "$seen" found
equals "it can be written" "$(ls "$work/source/written")" "$work/source/written"
seen=$(run "$volume",recursive=true "$image" --mount=volume=v,target=/v --exec=/bin/cat -- /v/below/file)
equals "recursive=true" "$seen" found
seen=$(run "$volume",readOnly=true "$image" --mount=volume=v,target=/v --exec=/bin/touch -- /v/x 2>&1) || :
matches "readOnly=true" "$seen" 'Read-only'
equals "kind=empty" "$(run --volume=e,kind=empty,mode=0751 "$image" --mount=volume=e,target=/e/f --exec=/bin/stat -- -c %a /e/f)" 751
equals "on the host all is as it was" "$(mounted)" "$mounts"

# An image whose links lead to the host, and into another volume, which is shared with the host.
mkdir -p "$work/links/rootfs/etc" "$work/links/rootfs/bin" "$work/shared/inner"
cp "$(find /var/lib/rkt/cas/tree -path '*/rootfs/usr/bin/busybox' -print -quit)" "$work/links/rootfs/bin/"
ln -s "../../../../../..$work" "$work/links/rootfs/out"
ln -s /shared/inner "$work/links/rootfs/in"
ln -s /proc/self/root/etc/fly "$work/links/rootfs/etc/resolv.conf"
cat >"$work/links/manifest" <<'MANIFEST'
{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/links","labels":[{"name":"version","value":"1"},
{"name":"os","value":"linux"},{"name":"arch","value":"amd64"}],"app":{"exec":["/bin/busybox","ls","/in","/out/new"],"user":"0","group":"0"}}
MANIFEST
tar -C "$work/links" -cf "$work/links.aci" manifest rootfs
rkt --insecure-options=image fetch "$work/links.aci" >/dev/null
fails "a link of the image that leads out by way of /proc" 254 'cannot mount at /etc/resolv.conf' \
    run --dns=192.0.2.1 example.com/links
mkdir "$work/flat/marked"
seen=$(run --volume=s,kind=host,source="$work/shared" --volume=w,kind=host,source="$work/flat" example.com/links \
    --mount=volume=s,target=/shared --mount=volume=w,target=/in --mount=volume=w,target=/out/new)
equals "links lead within the root" "$(grep -c marked <<<"$seen") $(find "$work" -maxdepth 1 -name new)" "2 "
equals "no mount comes to the host by one" "$(mounted)" "$mounts"

rkt run --net=host "$fly" --uuid-file-save="$work/uuid" "$volume" --volume=w,kind=host,source="$work/flat" "$image" --mount=volume=v,target=/v \
    --mount=volume=w,target=/w --mount=volume=w,target=/w/../v/deep --exec=/bin/sh -- -c \
    'mkdir /w/new && mount -t tmpfs of-app /w/new && touch /w/new/there && echo mounted
     while [ ! -e /w/late/file ]; do sleep 0.1; done; echo late; umount /w/new; exec sleep 1000' >"$work/out" 2>&1 &
running=$!
soon "an app mounts in a volume" 10 grep -q mounted "$work/out"
equals "and the host sees it" "$(ls "$work/flat/new")" there
lacks "but not what of ours is in a volume" "$(mounted)" "deep"
mkdir "$work/flat/late"
mount -t tmpfs of-host "$work/flat/late"
touch "$work/flat/late/file"
soon "the app sees what the host mounts" 10 grep -q late "$work/out"
soon "and what the app unmounts is gone" 10 eval '[[ ! -e $work/flat/new/there ]]'

# ----- From outside -----

uuid=$(<"$work/uuid")
pod=$pods/run/$uuid
pid=$(<"$pod/pid")
soon "it is ready" 5 rkt status --wait-ready=4s "$uuid"
matches "status" "$(rkt status "$uuid")" "state=running"$'\n'".*pid=$pid"
equals "the app is what rkt was" "$pid" "$running"
matches "its process group" "$(<"$pod/pgid")" '^[0-9]+$'
matches "list" "$(rkt list --no-legend)" "${uuid:0:8}.*busybox.*running"
equals "no machine" "$(machinectl list --no-legend | wc -l)" 0
enter() {
    TERM=vt100 rkt enter "$uuid" "$@"
}
equals "enter has the app's root and environment" "$(enter /bin/sh -c 'ls /w/late; echo $AC_APP_NAME $TERM')" $'file\nbusybox vt100'
equals "and the host's else" "$(enter /bin/sh -c 'cat /proc/1/comm')" systemd
status=0
enter /bin/sh -c 'exit 9' || status=$?
equals "its status is the command's" "$status" 9
fails "or 1" 1 'Unable to open "/nothing"' enter /nothing
succeeds "stop" rkt stop "$uuid"
await_end "$running"
equals "the app got SIGTERM" "$status" 143
matches "the pod has exited" "$(rkt status "$uuid")" 'state=exited'
umount "$work/flat/late"
soon "nothing of its mounts is left" 5 eval '[[ $(mounted) == "$mounts" ]]'

rkt run --net=host "$fly" --uuid-file-save="$work/uuid" "$image" --exec=/bin/sh -- -c 'trap "echo TERM; exit 4" TERM; echo trapped; while :; do sleep 0.1; done' >"$work/out" &
running=$!
soon "an app that hears signals" 10 grep -q trapped "$work/out"
kill -TERM "$running"
await_end "$running"
equals "hears those of rkt run" "$status $(tail -n1 "$work/out")" "4 TERM"
rkt run --net=host "$fly" --uuid-file-save="$work/uuid" "$image" --exec=/bin/sh -- -c 'trap "" TERM; echo deaf; while :; do sleep 0.3; done' >"$work/out" &
running=$!
soon "an app that does not" 10 grep -q deaf "$work/out"
rkt stop "$(<"$work/uuid")" >/dev/null
succeeds "and runs on" pod_is running
rkt stop --force "$(<"$work/uuid")" >/dev/null
await_end "$running"
equals "can be killed" "$status" 137
soon "and has exited with its last process" 10 pod_is exited

# ----- A service -----

# fly_pod NAME <LINES: declares a pod of one app.
fly_pod() {
    printf '%s\n' '[Pod]' Network=host Stage1Name=coreos.com/rkt/stage1-fly '[App:app]' "$(cat)" | pod_file "$1"
}

pod_file flying <<'POD'
[Pod]
Network=host
Stage1FromDir=stage1-fly.aci
[App:app]
Image=example.com/busybox
Exec=/bin/sh -c 'echo to the journal; echo $NOTIFY_SOCKET.; exec sleep 1000'
POD
start flying
equals "the app is the service's main process" "$(cat "/proc/$(unit_property rkt-flying MainPID)/comm")" sleep
soon "its words are in the unit's journal" 10 eval "journalctl --unit=rkt-flying --output=cat | grep -q '^to the journal'"
soon "nobody is to be notified" 5 eval "journalctl --unit=rkt-flying --output=cat | grep -qx '\\.'"
uuid=$(<"/run/rkt/pods/rkt-flying/uuid")
matches "status of the service's pod" "$(rkt status "$uuid")" "state=running.*pid=$(unit_property rkt-flying MainPID)"
succeeds "rkt stop" rkt stop "$uuid"
equals "stops the unit" "$(unit_property rkt-flying ActiveState) $(unit_property rkt-flying Result)" "inactive success"
start flying
succeeds "systemctl stop" systemctl stop rkt-flying
equals "and all is well" "$(unit_property rkt-flying Result)" success
remove_pod_file flying

fly_pod failing <<'APP'
Image=example.com/busybox
Exec=/nothing/there
APP
fails "a program that is not there" 1 . systemctl start rkt-failing
tells "is said" 'Error: Unable to open "/nothing/there": No such file' journalctl --unit=rkt-failing --output=cat
equals "and is the unit's status" "$(unit_property rkt-failing ExecMainStatus)" 203
systemctl reset-failed rkt-failing
remove_pod_file failing

fly_pod short <<'APP'
Image=example.com/busybox
Exec=/bin/true
APP
bad=0
for _ in 1 2 3 4 5; do
    systemctl start rkt-short || ((++bad))
    systemctl reset-failed rkt-short 2>/dev/null || :
done
equals "an app that ends at once was ready" "$bad" 0
soon "and its unit has ended" 10 state_is short inactive
remove_pod_file short

fly_pod late <<'APP'
Image=example.com/probe
Exec=/bin/sh -c 'while [ ! -e /go ]; do sleep 0.1; done; exec probe ready 1000'
Annotation=appc.io/executor/supports-systemd-notify=true
APP
systemctl start --no-block rkt-late
soon "an app that waits" 20 eval 'rkt enter "$(</run/rkt/pods/rkt-late/uuid)" /bin/true'
equals "an app that says when it is ready is waited for" "$(unit_property rkt-late ActiveState)" activating
rkt enter "$(</run/rkt/pods/rkt-late/uuid)" /bin/touch /go
soon "and heard" 10 state_is late active
systemctl stop rkt-late
remove_pod_file late

fly_pod sockets <<'APP'
Image=example.com/listener
[Socket]
ListenStream=127.0.0.1:80
APP
systemctl start rkt-sockets.socket
exec {connection}<>/dev/tcp/127.0.0.1/80
read -r -t "$hung" answer <&"$connection"
exec {connection}>&-
equals "sockets of systemd, by the number of the port" "$answer" "http 1"
systemctl stop rkt-sockets.socket rkt-sockets
sed -i 's/^ListenStream=.*/&81\nFileDescriptorName=htpp/' /etc/rkt/pods.d/sockets.pod
systemctl daemon-reload
systemctl start rkt-sockets 2>/dev/null || :
tells "one that is for no port" 'socket "htpp" \(port 8081\): no app has a socketActivated port of that name or number' journalctl --unit=rkt-sockets --output=cat --no-pager
systemctl stop rkt-sockets.socket rkt-sockets 2>/dev/null || :
systemctl reset-failed rkt-sockets
remove_pod_file sockets

# As a fetch says before the app runs.
succeeds "a unit of one's own starts" systemd-run --quiet --unit=fly-status --property=Type=notify --property=NotifyAccess=all \
    --property=KillMode=mixed /bin/sh -c 'systemd-notify --status=fetching && exec "$@"' - \
    /usr/bin/rkt run --net=host "$fly" "$image" --exec=/bin/sleep -- 1000
equals "the status of the fetch ends with it" "$(systemctl show --property=StatusText --value fly-status)" ""
systemctl stop fly-status

mkdir -p "$work/secrets"
echo secret >"$work/secrets/token"
fly_pod secret <<APP
Image=example.com/busybox
Credential=token
Exec=/bin/sh -c 'cat \$CREDENTIALS_DIRECTORY/token; exec sleep 1000'
[Service]
LoadCredential=token:$work/secrets/token
APP
start secret
soon "credentials" 10 eval "journalctl --unit=rkt-secret --output=cat | grep -q '^secret'"
systemctl stop rkt-secret
remove_pod_file secret

umount "$work/source/below" "$work/source" "$work/flat"
succeeds "gc" collect_garbage
equals "no pod is left" "$(find "$pods" -mindepth 2 -maxdepth 2)" ""
rm -rf "$work"
nothing_left "nothing is left" "$before"
