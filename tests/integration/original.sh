#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox true
# suites: one
# A data directory of the original: its images are imported again by key, and its pods are shown correctly and
# removed.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
data=/var/lib/rkt
image=example.com/busybox

# ----- The store, as the original lays it out -----

# image_of_original NAME: the key of an image in it.
image_of_original() {
    local key directory
    mkdir -p "$work/$1"
    zcat -f "$images/$1.aci" >"$work/$1.tar"
    tar -C "$work/$1" -xf "$work/$1.tar" manifest
    key=sha512-$(sha512sum <"$work/$1.tar" | head -c 64)
    for directory in blob imageManifest; do
        install -d -m 2770 -g rkt "$data/cas/$directory"/sha512{,"/${key:7:2}"}
    done
    install -m 660 -g rkt "$work/$1.tar" "$data/cas/blob/sha512/${key:7:2}/$key"
    install -m 660 -g rkt "$work/$1/manifest" "$data/cas/imageManifest/sha512/${key:7:2}/$key"
    : >"$data/cas/imagelocks/$key"
    printf '%s\n' "$key"
}

rm -rf "${data:?}"/*
install -d -m 2750 -g rkt "$data" "$data/pods" "$data/locks"
install -d -m 2770 -g rkt "$data/cas" "$data"/cas/{blob,imageManifest,imagelocks,tmp,db}
install -d -m 2700 -g rkt "$data"/cas/{tree,treestorelocks}
echo 'not for us' >"$data/cas/db/ql.db"
: >"$data/locks/prepareLock"
key=$(image_of_original busybox)
other=$(image_of_original true)

# ----- Pods, likewise -----

tree=deps-sha512-$(printf %s "$key" | sha512sum | head -c 64)
stage1=deps-sha512-$(printf %064d 1)
version=$(sed -n 's/.*"name": "version", "value": "\([^"]*\)".*/\1/p' "$work/busybox/manifest")

# pod_of_original DIRECTORY: its UUID.
pod_of_original() {
    local uuid pod
    uuid=$(</proc/sys/kernel/random/uuid)
    pod=$data/pods/$1/$uuid
    mkdir -p "$pod"/{appsinfo/busybox,stage1/rootfs,sharedVolumes,net} "$pod/overlay/$tree"/{upper,work}/busybox \
        "$pod/overlay/$stage1"/{upper/rkt/{status,env,iottymux},work/work}
    chmod 0 "$pod/overlay/$stage1/work/work"
    printf '{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"busybox","image":{"name":"%s","id":"%s","labels":[{"name":"version","value":"%s"}]},"app":{"exec":["/bin/sh"],"user":"0","group":"0"}}],"volumes":null,"isolators":null,"annotations":[{"name":"coreos.com/rkt/stage1/mutable","value":"false"}],"ports":[]}' \
        "$image" "$key" "$version" >"$pod/pod"
    chmod 640 "$pod/pod"
    touch -d '2018-04-16 10:00:00Z' "$pod/pod"
    (umask 077 && : >"$pod/pod.lck")
    : >"$pod/overlay-prepared"
    cp "$work/busybox/manifest" "$pod/appsinfo/busybox/manifest"
    printf %s "$tree" >"$pod/appsinfo/busybox/treeStoreID"
    printf %s "$stage1" >"$pod/stage1TreeStoreID"
    cat >"$pod/stage1/manifest" <<'END'
{"acKind":"ImageManifest","acVersion":"0.8.11","name":"coreos.com/rkt/stage1-coreos","labels":[{"name":"version","value":"1.30.0"}],
"annotations":[{"name":"coreos.com/rkt/stage1/run","value":"/init"},{"name":"coreos.com/rkt/stage1/enter","value":"/enter"},
{"name":"coreos.com/rkt/stage1/gc","value":"/gc"},{"name":"coreos.com/rkt/stage1/stop","value":"/stop"},
{"name":"coreos.com/rkt/stage1/interface-version","value":"5"}]}
END
    printf '%s\n' "$uuid"
}

# ran DIRECTORY UUID PLUGIN ADDRESS: what the original's stage1 wrote while the pod ran.
ran() {
    local pod=$data/pods/$1/$2
    printf 2147483647 >"$pod/ppid"
    touch -d '2018-04-16 10:00:01Z' "$pod/ppid"
    printf /var/run/netns/cni-%s "$2" >"$pod/netns"
    printf '{"name":"default","type":"%s","ipMasq":true,"ipam":{"type":"host-local","subnet":"172.16.28.0/24","routes":[{"dst":"0.0.0.0/0"}]}}' \
        "$3" >"$pod/net/99-default.conf"
    printf machine.slice >"$pod/subcgroup"
    printf '[{"netName":"default","netConf":"net/99-default.conf","pluginPath":"stage1/rootfs/usr/lib/rkt/plugins/net/%s","ifName":"eth0","ip":"%s","args":"","mask":"255.255.255.0"}]' \
        "$3" "$4" >"$pod/net-info.json"
    ip netns add "cni-$2"
    printf 7 >"$pod/overlay/$stage1/upper/rkt/status/busybox"
    ln -s ready "$pod/overlay/$stage1/upper/rkt/supervisor-status"
    echo kept >"$pod/overlay/$tree/upper/busybox/kept"
}

exited=$(pod_of_original run)
ran run "$exited" ptp 172.16.28.2
CNI_COMMAND=ADD CNI_CONTAINERID=$exited CNI_NETNS=/var/run/netns/cni-$exited CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni \
    /usr/lib/cni/ptp <"$data/pods/run/$exited/net/99-default.conf" >"$work/added"
marked=$(pod_of_original exited-garbage)
ran exited-garbage "$marked" gone 172.16.28.3
running=$(pod_of_original run)
ran run "$running" ptp 172.16.28.4
leases=/var/lib/cni/networks/default
printf %s "$marked" >$leases/172.16.28.3
printf 'somebody\r\neth0' >$leases/172.16.28.4
prepared=$(pod_of_original prepared)
aborted=$(pod_of_original prepare)
mkdir -p "$data"/pods/{embryo,garbage}
exec {lock}<"$data/pods/run/$running"
flock "$lock"

# ----- What is told of the pods -----

state_of() {
    rkt list --full --no-legend | awk -F'\t+' -v uuid="$1" '$1 ~ uuid { print $2, $3, $5, $6, $7, $8 }' | sed 's/ *$//'
}
times='2018-04-16 10:00:00 +0000 UTC 2018-04-16 10:00:01 +0000 UTC default:ip4=172.16.28'
equals "an exited pod" "$(state_of "$exited")" "busybox $image:$version exited $times.2"
equals "a marked one" "$(state_of "$marked")" "busybox $image:$version exited garbage $times.3"
equals "a running one" "$(state_of "$running")" "busybox $image:$version running $times.4"
equals "a prepared one" "$(state_of "$prepared")" "busybox $image:$version prepared 2018-04-16 10:00:00 +0000 UTC"
matches "one whose preparation was cut off" "$(state_of "$aborted")" ' aborted prepare '
status=$(rkt status "$exited")
matches "its state" "$status" $'^state=exited\ncreated=2018-04-16 10:00:00 \+0000 UTC\nstarted=2018-04-16 10:00:01 '
matches "its network and exit code" "$status" $'\nnetworks=default:ip4=172.16.28.2\n.*exited=true\napp-busybox=7$'
matches "the same as JSON" "$(rkt status --format=json "$exited")" '"exit_code":7'
matches "its manifest" "$(rkt cat-manifest "$exited")" '"acKind": *"PodManifest"'
fails "a prepared pod can't be run" 254 \
    "^run-prepared: pod \"$prepared\" was prepared by another version of rkt: prepare it again with this one$" \
    rkt run-prepared --net=none "$prepared"
equals "and stays prepared" "$(rkt status "$prepared" | head -n 1)" state=prepared

# ----- Images -----

equals "they are not listed" "$(rkt image list --no-legend --full 2>/dev/null)" ""
equals "but told of" "$(rkt image list --no-legend 2>&1)" \
    "list: 2 more of the original rkt's store in $data/cas/blob: \`rkt fetch ID\` takes one over (rkt-fetch(1))"
rkt image gc --grace-period=0s >/dev/null 2>&1
succeeds "and stay" test -e "$data/cas/blob/sha512/${key:7:2}/$key"
fails "never means never" 254 'no image IDs found' rkt --insecure-options=image prepare --pull-policy=never "$key"
matches "a pod of one, by key, takes it over" "$(rkt --insecure-options=image run --net=none "${key:0:20}" --exec=/bin/echo -- taken over)" 'taken over'
equals "with its name" "$(rkt image list --no-legend --fields=name 2>/dev/null | grep -v stage1)" "$image:$version"
matches "one is left" "$(rkt image list 2>&1)" 'list: 1 more of'
equals "fetching one again" "$(rkt fetch --full "$key" 2>&1)" "image: using image from the store with hash $key
$key"
blob=$data/cas/blob/sha512/${other:7:2}/$other
cp "$blob" "$work/blob"
printf x | dd of="$blob" bs=1 seek=3000 conv=notrunc status=none
fails "one that was changed" 254 "its bytes were changed" rkt fetch "$other"
cp "$work/blob" "$blob"
equals "all at once, as the page says" "$(find $data/cas/blob -name 'sha512-*' -printf '%f\n' | xargs rkt fetch --full 2>/dev/null | grep -c -e "$key" -e "$other")" 2
lacks "then nothing more is told" "$(rkt image list 2>&1)" 'original'
fails "another ID is unknown" 254 'no image IDs found' rkt fetch "sha512-$(printf %064d 0)"

# ----- What is left of them -----

succeeds "an app of an exited pod is exported" rkt export "$exited" "$work/kept.aci"
equals "with what it wrote" "$(tar -xzOf "$work/kept.aci" rootfs/kept)" kept
network() { ip -brief link show type veth; iptables-save -t nat | grep -e CNI -e "$exited" || :; }
matches "its network is still there" "$(network)" "^veth.*$exited"
said=$(rkt gc --grace-period=0s --expire-prepared=0s 2>&1) || not_ok "gc" "exit status $?"
matches "gc collects the exited ones" "$said" "Garbage collecting pod \"$exited\""
matches "and the marked ones" "$said" "Garbage collecting pod \"$marked\""
equals "with a warning only of what can't be taken down" "$(grep -e stage1 -e cannot <<<"$said")" \
    "gc: pod \"$marked\": cannot take down network \"default\": its plugin \"stage1/rootfs/usr/lib/rkt/plugins/net/gone\" is not installed; \
its address is free, but firewall rules that it may have set up stay until the next boot"
equals "a plugin took its network down" "$(network)" ""
equals "addresses are free again, but for another's" "$(cd $leases && echo 172*)" 172.16.28.4
equals "so are network namespaces, but of who runs" "$(cd /run/netns && echo *)" "cni-$running"
equals "only the running one is left" "$(find "$data/pods" -mindepth 2 -maxdepth 2 -printf '%f')" "$running"
exec {lock}<&-
: >"$data/pods/run/$running/net/99-default.conf"
matches "which can be removed when it has ended" "$(rkt rm "$running" 2>&1)" \
    "rm: pod \"$running\": cannot take down network \"default\": .*"$'\n'"\"$running\"$"
equals "an address that is another's stays taken" "$(cd $leases && echo 172*)" 172.16.28.4
succeeds "the images are there yet" rkt run --net=none "$image" --exec=/bin/true
