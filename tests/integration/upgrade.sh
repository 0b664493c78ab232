#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# After an upgrade of rkt, the new version runs pods that were prepared before, and enters, stops and collects pods
# that run. The new version is this build with another version number.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
stage1_images=/usr/lib/rkt/stage1-images
old=$(rkt version | sed -n 's/^rkt Version: //p')
new=${old%?}7

# As a package does: each file in the place of the old one.
upgrade() {
    local flavour tree
    for flavour in host fly; do
        tree=$(mktemp -d -p "$work")
        tar -C "$tree" -xf "$stage1_images/stage1-$flavour.aci"
        find "$tree" -type f -exec sed -i "s/${old//./\\.}/$new/g" {} +
        tar -C "$tree" -cf "$work/new.aci" manifest rootfs
        mv "$work/new.aci" "$stage1_images/stage1-$flavour.aci"
        printf 'sha512-%s\n' "$(sha512sum "$stage1_images/stage1-$flavour.aci" | cut -c1-64)" >"$stage1_images/stage1-$flavour.aci.key"
    done
    find /usr/bin/rkt /usr/lib/rkt -maxdepth 1 -type f -exec sed -i "s/${old//./\\.}/$new/g" {} +
    systemctl daemon-reload
}

stage1_version() {
    grep -o '"version","value":"[^"]*"' "/var/lib/rkt/pods/$1/stage1/manifest" | cut -d'"' -f6
}

fetch_images busybox
pod_file web <<'END'
[Pod]
Network=none
[App:web]
Image=example.com/busybox
Exec=/bin/sleep 1000
END
start web
running=$(</run/rkt/pods/rkt-web/uuid)
pid=$(unit_property rkt-web MainPID)
prepared=$(rkt prepare --quiet example.com/busybox --exec=/bin/echo -- the words)
fly=$(rkt prepare --quiet --stage1-name=coreos.com/rkt/stage1-fly example.com/busybox --exec=/bin/echo -- the words)

upgrade
matches "rkt is another one" "$(rkt version)" "$new"
succeeds "its gc runs" eval 'rkt gc && rkt image gc'

matches "a prepared pod is run" "$(rkt run-prepared --net=none "$prepared")" "the words"
equals "by the stage1 that it was prepared with" "$(stage1_version "run/$prepared")" "$old"
matches "so is one of fly" "$(rkt run-prepared --net=host "$fly")" "the words"
matches "a new pod is run" "$(rkt run --net=none --uuid-file-save="$work/uuid" example.com/busybox --exec=/bin/echo -- the words)" "the words"
equals "by the new stage1" "$(stage1_version "run/$(<"$work/uuid")")" "$new"

equals "the pod of a unit runs on" "$(unit_property rkt-web MainPID)" "$pid"
matches "and is listed" "$(rkt list --no-legend)" "${running:0:8}.*running"
succeeds "entered" rkt enter web /bin/true
succeeds "stopped" systemctl stop rkt-web
succeeds "and started by the new one" systemctl start rkt-web
equals "with its stage1" "$(stage1_version "run/$(</run/rkt/pods/rkt-web/uuid)")" "$new"
systemctl stop rkt-web
succeeds "all are collected" collect_garbage
equals "and gone" "$(rkt list --no-legend)" ""

rm -rf "$work"
