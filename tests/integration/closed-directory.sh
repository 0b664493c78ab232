#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# A data directory and named files in a directory that only root can enter (mktemp -d) can be used: the worker of rkt
# fetch, which is another user, gets descriptors.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${0%/*}/lib.sh"

work=$(mktemp -d)
equals "the directory is root's alone" "$(stat -c '%a %u' "$work")" "700 0"
cp "$images/busybox.aci" "$work/busybox.aci"
image=example.com/busybox
in_dir() {
    rkt --dir="$work/data" "$@"
}

succeeds "fetch, of a file there" in_dir --insecure-options=image fetch "$work/busybox.aci"
succeeds "by its URL" in_dir --insecure-options=image fetch "file://$work/busybox.aci"
(
    cd "$work"
    succeeds "by a relative path" in_dir --insecure-options=image fetch ./busybox.aci
)
matches "image list" "$(in_dir image list --no-legend)" "$image"
matches "run" "$(in_dir run --net=none "$image" --exec=/bin/echo -- hello 2>&1)" hello
matches "run of the file itself" \
    "$(in_dir --insecure-options=image run --net=none "$work/busybox.aci" --exec=/bin/echo -- hello 2>&1)" hello
succeeds "prepare, with --uuid-file-save there" in_dir prepare --uuid-file-save="$work/uuid" "$image" --exec=/bin/sh -- -c 'echo changed >/etc/changed'
matches "cat-manifest" "$(in_dir cat-manifest --uuid-file="$work/uuid")" PodManifest
succeeds "run-prepared" in_dir run-prepared --net=none "$(<"$work/uuid")"
matches "status --uuid-file" "$(in_dir status --uuid-file="$work/uuid")" state=exited
succeeds "export" in_dir export "$(<"$work/uuid")" "$work/changed.aci"
equals "has what the app wrote" "$(tar -xzOf "$work/changed.aci" rootfs/etc/changed)" changed
printf 'GREETING=from a file\n' >"$work/env"
matches "--set-env-file" "$(in_dir run --net=none --set-env-file="$work/env" "$image" --exec=/bin/sh -- -c 'echo $GREETING' 2>&1)" 'from a file'
mkdir "$work/volume"
succeeds "a volume there" in_dir run --net=none --volume=v,kind=host,source="$work/volume" "$image" --mount=volume=v,target=/v \
    --exec=/bin/touch -- /v/written
equals "was written" "$(ls "$work/volume")" written
in_dir cat-manifest "$(<"$work/uuid")" >"$work/pod.json"
succeeds "--pod-manifest" in_dir prepare --pod-manifest="$work/pod.json"
succeeds "rm --uuid-file" in_dir rm --uuid-file="$work/uuid"
succeeds "gc" in_dir gc --grace-period=0s --expire-prepared=0s
succeeds "image gc" in_dir image gc --grace-period=0s
matches "without an image its signature is looked for there" "$(in_dir fetch "$work/busybox.aci" 2>&1 || :)" \
    "error opening signature file \"$work/busybox.aci.asc\".*: No such file"
in_dir --insecure-options=image fetch "$work/busybox.aci" >/dev/null
succeeds "image rm" in_dir image rm "$image"
lacks "it is gone" "$(in_dir image list --no-legend)" "$image"

# As a service.
pod_file closed <<END
[Pod]
Network=none
Dir=$work/data
InsecureOptions=image
EnvironmentFile=$work/env
Volume=v,kind=host,source=$work/volume
[App]
Image=$work/busybox.aci
Mount=volume=v,target=/v
Exec=/bin/sh -c 'echo "\$GREETING" >/v/greeting; trap "exit 0" TERM; while :; do sleep 0.1; done'
END
start closed
soon "a declared pod" 20 grep -q 'from a file' "$work/volume/greeting"
systemctl stop rkt-closed
remove_pod_file closed

