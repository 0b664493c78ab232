#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# rkt image gc keeps the images of declared pods that do not run: the image of a weekly job cannot return by itself.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

systemctl stop rkt-gc.timer
work=$(mktemp -d)
info=/var/lib/rkt/cas/imageInfo
trees=/var/lib/rkt/cas/tree
mkdir -p /etc/rkt/pods.d /run/rkt/pods.d "$work/rootfs"

# add NAME VERSION: an image; prints its key.
add() {
    printf '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/%s","labels":[{"name":"version","value":"%s"}]}\n' \
        "$1" "$2" >"$work/manifest"
    tar -C "$work" -c manifest rootfs >"$work/named.aci"
    rkt --insecure-options=image fetch "$work/named.aci"
}

# has NAME[:VERSION]
has() {
    rkt image list --no-legend --fields=name | grep -qx -e "example.com/$1" -e "example.com/$1:.*"
}

# So that all in the store was used, and rendered, long ago.
age() {
    sed -i 's/^importtime=.*/importtime=1/' $info/*
    touch --date=@1 $info/* $trees/*/rendered
}

declare -A keys
for name in file dropin overridden run json id quoted stage1 masked undeclared broken; do
    keys[$name]=$(add "$name" 1)
done
for version in 1 2; do add tmpl-blue $version; add by-version $version; done >/dev/null

pods=/etc/rkt/pods.d
printf '[Pod]\nNetwork=none\n[App]\nImage=example.com/file\n' >$pods/file.pod
printf '[Pod]\nNetwork=none\n[App]\nImage=example.com/overridden\n' >$pods/dropin.pod
mkdir $pods/dropin.pod.d
printf '[App]\nImage=example.com/dropin:1\n' >$pods/dropin.pod.d/50-image.conf
printf '[Pod]\nNetwork=none\n[App:a]\nImage="example.com/quoted"\n[App:b]\nImage=%s\n' "${keys[id]:0:32}" >/run/rkt/pods.d/two.pod
printf '[Pod]\nNetwork=none\nStage1Name=example.com/stage1:1\n[App]\nImage=example.com/run\n' >$pods/stage1.pod
printf '[Pod]\nNetwork=none\n[App]\nImage=example.com/tmpl-%%i:2\n' >$pods/tmpl@.pod
printf '[Pod]\nNetwork=none\n[App]\nImage=example.com/by-version:%%i\n' >$pods/version@.pod
printf '[Pod]\nNetwrok=none\n[App]\nImage=example.com/broken\n' >$pods/broken.pod
printf '{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"example.com/json","id":"%s"}}]}' \
    "${keys[json]}" >$pods/manifest.json
ln -s /dev/null $pods/masked.pod
mkdir -p /usr/lib/rkt/pods.d
printf '[App]\nImage=example.com/masked\n' >/usr/lib/rkt/pods.d/masked.pod
age

# What keeps gc from knowing keeps it from removing.
ln -s /nowhere $pods/away.pod
fails "a pod file that can't be read" 254 "cannot tell what images declared pods need, so none is removed: $pods/away.pod" \
    rkt image gc --grace-period=1h
rm $pods/away.pod
ln -s away.pod $pods/away.pod.d
ln -s /nowhere $pods/away.pod
fails "nor one whose drop-ins can't" 254 'none is removed' rkt image gc --grace-period=1h
rm $pods/away.pod $pods/away.pod.d
mv $pods "$work/pods"
ln -s pods.d $pods
fails "a pods.d that can't be read" 254 "none is removed: $pods" rkt image gc --grace-period=1h
rm $pods
mv "$work/pods" $pods
succeeds "all stays" has undeclared

"/usr/lib/rkt/rkt-unpack" "${keys[undeclared]}"
declare -i before
before=$(find $trees -mindepth 1 -maxdepth 1 | wc -l)
age
said=$(rkt image gc --grace-period=1h 2>&1) || not_ok "image gc" "$said"
for name in file dropin run json id quoted stage1 broken tmpl-blue:2 by-version:1 by-version:2; do
    succeeds "what a pod names stays: $name" has "$name"
done
for name in overridden masked undeclared tmpl-blue:1; do
    fails "what none names goes: $name" 1 '' has "$name"
done
succeeds "trees go with them" test "$(find $trees -mindepth 1 -maxdepth 1 | wc -l)" -lt "$before"

# Away for a moment: the grace period counts from when gc last saw it.
mv $pods "$work/pods"
rkt image gc --grace-period=1h >/dev/null 2>&1
succeeds "pods.d is away: its images stay for the grace period" has file
mv "$work/pods" $pods
rkt image gc --grace-period=0s >/dev/null 2>&1
succeeds "without grace what is declared stays" has file

# As the timer has it.
fetch_images busybox
pod_file weekly <<'END'
[Pod]
Network=none
PullPolicy=never
[App]
Image=example.com/busybox
Exec=/bin/true
END
succeeds "a job" systemctl start rkt-weekly
eventually 20 state_is weekly inactive
rkt gc --grace-period=0s >/dev/null 2>&1
age
succeeds "rkt-gc.service" systemctl start rkt-gc
fails "when the job's pod has been removed" 1 '' grep -q . <(rkt list --no-legend)
succeeds "the job's image is there" has busybox
succeeds "and it starts again" systemctl start rkt-weekly
eventually 20 state_is weekly inactive
equals "with success" "$(unit_property rkt-weekly Result)" success
rm $pods/file.pod
age
rkt image gc --grace-period=1h >/dev/null 2>&1
fails "what is declared no more goes" 1 '' has file
