#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# The effect of each flag of run, prepare and run-prepared on a pod, seen from inside its app.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # the scripts are for the app's shell
. "${0%/*}/lib.sh"

image=example.com/busybox
work=$(mktemp -d)
before=$(snapshot)
fetch_images busybox

# in_app SCRIPT [POD FLAG...] [: APP FLAG...]: what a script says that is an app.
in_app() {
    local script=$1 pod_flags=()
    shift
    while (($#)) && [[ $1 != : ]]; do
        pod_flags+=("$1")
        shift
    done
    rkt run --net=none "${pod_flags[@]}" "$image" "${@:2}" --exec=/bin/sh -- -c "$script" 2>/dev/null |
        sed -E 's/^\[[^]]*\] [^ ]+\[[0-9]+\]: //' || :
}

# seen NAME EXPECTED SCRIPT [FLAG...]
seen() {
    equals "$1" "$(in_app "${@:3}")" "$2"
}

# refused NAME REGEX FLAG...: of run, with an image before the flags.
refused() {
    fails "$1" 254 "^run: .*$2" rkt run --net=none "$image" "${@:3}"
}

# manifest FLAG...: of a pod that is only prepared, without blanks.
manifest() {
    rkt cat-manifest --pretty-print=false "$(rkt prepare --quiet "$@")"
}

status_line() {
    printf 'grep ^%s: /proc/self/status | tr -s "\\t " " "' "$1"
}

# ----- Who the app is -----

seen "--user by number" "33 0" 'echo $(id -u) $(id -g)' : --user=33
seen "--user and --group by name" "33 1" 'echo $(id -u) $(id -g)' : --user=www-data --group=daemon
mkdir "$work/owned"
chown 7:8 "$work/owned"
seen "--user and --group by the owner of a path" "0 0" 'echo $(id -u) $(id -g)' : --user=/etc/passwd --group=/etc
seen "--supplementary-gids" "Groups: 5 6 " "$(status_line Groups)" : --supplementary-gids=5,6
seen "--name" named 'echo $AC_APP_NAME' : --name=named
refused "a name that is none" '--name=A b: not a valid app name' --name='A b'
seen "--working-dir" /etc pwd : --working-dir=/etc
seen "--exec takes the place of the image's program" busybox 'basename $(readlink /proc/$$/exe)'
equals "words after -- are its arguments, --- ends them" "$(rkt run --net=none "$image" --exec=/bin/echo -- a --user=x 'b  c' --- \
    --user=33 2>/dev/null | sed 's/^.*\]: //')" "a --user=x b  c"
equals "each image has its own" "$(rkt run --net=none "$image" --name=one --exec=/bin/echo -- 1 --- "$image" --name=two \
    --exec=/bin/echo -- 2 2>/dev/null | sed -E 's/^\[[^]]*\] ([a-z]+)\[[0-9]+\]: /\1 /' | sort)" $'one 1\ntwo 2'

# ----- Its environment -----

printf 'A=file\n# comment\n\n; comment\nB=file\nC=file\n' >"$work/env"
seen "--set-env-file, --set-env, --environment: the later in this list wins" "file set own" 'echo $A $B $C' \
    --set-env-file="$work/env" --set-env=B=set --set-env=C=set : --environment=C=own
export FROM_CALLER=yes HOME=/caller
seen "the caller's environment stays outside" "no /root" 'echo ${FROM_CALLER-no} $HOME'
seen "--inherit-env passes on what nothing else sets" "yes" 'echo ${FROM_CALLER-no}' --inherit-env
seen "--set-env wins over it" "set" 'echo $FROM_CALLER' --inherit-env --set-env=FROM_CALLER=set
refused "a variable without a value" 'must be NAME=VALUE' --environment=A

# ----- Its files -----

seen "without --readonly-rootfs the root can be written to" written 'echo written >/etc/x; cat /etc/x'
seen "--readonly-rootfs" refused 'echo x 2>/dev/null >/etc/x && echo written || echo refused' : --readonly-rootfs
echo from-host >"$work/owned/file"
mkdir "$work/owned/below"
mount -t tmpfs tmpfs "$work/owned/below"
touch "$work/owned/below/deep"
volume=data,kind=host,source=$work/owned
seen "--volume kind=host, --mount" from-host 'cat /data/file; echo from-app >/data/out' --volume="$volume" \
    : --mount=volume=data,target=/data
equals "what the app wrote is there" "$(cat "$work/owned/out")" from-app
seen "a volume that is a file" from-host 'cat /etc/one' --volume="f,kind=host,source=$work/owned/file" \
    : --mount=volume=f,target=/etc/one
seen "--mount before any image" "from-host" 'cat /data/file' --volume="$volume" --mount=volume=data,target=/data
for target in data ./data/ ../../../data; do
    seen "a relative target: $target" from-host 'cat /data/file' --volume="$volume" : --mount="volume=data,target=$target"
done
seen "readOnly=true" refused 'echo x 2>/dev/null >/data/file && echo written || echo refused' \
    --volume="$volume,readOnly=true" : --mount=volume=data,target=/data
seen "mounts below it come along" deep 'ls /data/below' --volume="$volume" : --mount=volume=data,target=/data
seen "also read-only" refused 'touch /data/below/x 2>/dev/null && echo written || echo refused' \
    --volume="$volume,readOnly=true" : --mount=volume=data,target=/data
seen "recursive=false" "" 'ls /data/below' --volume="$volume,recursive=false" : --mount=volume=data,target=/data
umount "$work/owned/below"
seen "kind=empty" "755 0:0 0" 'echo $(stat -c "%a %u:%g" /data) $(ls /data | wc -l)' --volume=data,kind=empty \
    : --mount=volume=data,target=/data
seen "mode, uid and gid of an empty one" "1770 3:4" 'stat -c "%a %u:%g" /data' \
    --volume=data,kind=empty,mode=1770,uid=3,gid=4 : --mount=volume=data,target=/data
fails "a volume of no kind" 254 'kind' rkt run --net=none --volume=data,source=/etc "$image"
fails "a source that is not there" 254 '/nonexistent' rkt run --net=none --volume=data,kind=host,source=/nonexistent \
    "$image" --mount=volume=data,target=/data
fails "a source that is not absolute" 254 'absolute' rkt run --net=none --volume=data,kind=host,source=etc "$image"

# ----- What it may -----

caps() {
    in_app 'grep ^CapBnd: /proc/self/status' : "$@" | cut -f2
}
equals "the default capabilities" "$(caps)" 00000000a80425fb
equals "--caps-retain" "$(caps --caps-retain=CAP_KILL,CAP_CHOWN)" 0000000000000021
equals "--caps-remove" "$(caps --caps-remove=CAP_KILL)" 00000000a80425db
equals "--insecure-options=capabilities" "$(in_app 'grep ^CapBnd: /proc/self/status' --insecure-options=capabilities |
    cut -f2)" "$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)"
refused "a capability that is none" 'CAP_NONE|NONE' --caps-retain=CAP_NONE
seen "a filter is there" "Seccomp: 2" "$(status_line Seccomp)"
seen "--insecure-options=seccomp" "Seccomp: 0" "$(status_line Seccomp)" --insecure-options=seccomp
seen "--seccomp mode=remove with an error" "EPERM" 'mkdir /tmp-x 2>&1 | grep -q "not permitted" && echo EPERM' \
    : --seccomp=mode=remove,errno=EPERM,mkdir,mkdirat
retained=read,write,open,openat,close,fstat,newfstatat,stat,lstat,brk,mmap,munmap,mprotect,arch_prctl,set_tid_address
retained+=,set_robust_list,rseq,prlimit64,readlink,getrandom,getuid,geteuid,getgid,getegid,getpid,getppid,getcwd,ioctl
retained+=,rt_sigaction,rt_sigprocmask,rt_sigreturn,fcntl,exit,exit_group,wait4,fork,vfork,clone,dup2,uname,prctl,lseek
seen "--seccomp mode=retain" "denied" 'mkdir /tmp-x 2>/dev/null || echo denied' \
    : --seccomp=mode=retain,errno=EPERM,$retained
refused "a system call that is none" 'nosuchcall' --seccomp=mode=remove,nosuchcall
# Where the machine itself may not make it nobody can tell.
node='rm -f /dev/n; mknod /dev/n c %s 2>&1; [ -e /dev/n ] && ! (: </dev/n) 2>&1 | grep -q permitted && echo opens'
if [[ $(printf -v words "$node" '10 237' && sh -c "$words") == opens ]]; then
    printf -v words "$node" '10 237'
    seen "loop-control can't be made" 'mknod: /dev/n: Operation not permitted' "$words"
    seen "--insecure-options=paths: it can, and be opened" opens "$words" --insecure-options=paths
else
    skip "loop-control" "this machine may not make the device"
fi
printf -v words "$node" '5 2'
seen "nor can what /dev/ptmx is a link to" 'mknod: /dev/n: Operation not permitted' "$words"
seen "which can be opened" 'pts' '(exec 3<>/dev/ptmx) && ls -d /dev/pts | cut -d/ -f3'
seen "some of /proc is hidden" 0 'wc -c </proc/kallsyms'
seen "--insecure-options=paths" shown '[ $(wc -c </proc/kallsyms) -gt 0 ] && echo shown' --insecure-options=paths
seen "--oom-score-adj" 500 'cat /proc/self/oom_score_adj' : --oom-score-adj=500
refused "an OOM score out of range" '1001' --oom-score-adj=1001

# Limits need a cgroup that is delegated to the pod.
delegated() {
    systemd-run --quiet --wait --pipe --property=Delegate=yes --property=Type=notify rkt run --net=none "$image" "$@"
}
limit() {
    delegated "$1" --exec=/bin/cat -- "/sys/fs/cgroup/$2"
}
for controller in memory cpu; do
    grep -qw $controller /sys/fs/cgroup/cgroup.controllers || fails "without a $controller controller its limits are refused" \
        254 "controller" delegated "$([[ $controller == memory ]] && echo --memory=64M || echo --cpu=500m)"
done
refused "--memory that is not a quantity" 'lots' --memory=lots
refused "--cpu that is not a quantity" 'lots' --cpu=lots
refused "--cpu-shares out of range" '262144' --cpu-shares=262145
limits=$(manifest "$image" --memory=64M --cpu=500m --cpu-shares=512 | tr -d '[:space:]')
matches "--memory is an isolator" "$limits" '"resource/memory","value":\{[^}]*"limit":"64M"'
matches "--cpu is an isolator" "$limits" '"resource/cpu","value":\{[^}]*"limit":"500m"'
refused "--tasks-max out of range" '4194304' --tasks-max=0
matches "--tasks-max is an isolator" "$(manifest "$image" --tasks-max=20 | tr -d '[:space:]')" '"coreos.com/rkt/pids-max","value":20'
matches "--cpu-shares is an isolator" "$limits" '"os/linux/cpu-shares","value":512'

# ----- The pod -----

seen "--hostname" a-host hostname --hostname=a-host
for name in a/b $'a\nb' "$(printf 'x%.0s' {1..65})"; do
    fails "a host name that is none" 254 '^run: --hostname=.*: must be letters' rkt run --net=none --hostname="$name" "$image"
done
seen "without it the host name is the pod's UUID" ok 'case $(hostname) in rkt-????????-*) echo ok ;; esac'
seen "--hosts-entry" $'198.51.100.0 host1 host3\n198.51.100.1 host2' 'grep ^198 /etc/hosts' \
    --hosts-entry=198.51.100.0=host1,198.51.100.1=host2 --hosts-entry=198.51.100.0=host3
seen "--hosts-entry=host" "$(sha256sum </etc/hosts)" 'sha256sum </etc/hosts' --hosts-entry=host
seen "twice" "$(sha256sum </etc/hosts)" 'sha256sum </etc/hosts' --hosts-entry=host --hosts-entry=host
seen "--dns and its kin" $'# Generated by rkt run\n\nsearch a b\nnameserver 10.0.0.1\nnameserver 10.0.0.2\noptions debug\ndomain c' \
    'cat /etc/resolv.conf' --dns=10.0.0.1 --dns=10.0.0.2 --dns-search=a --dns-search=b --dns-opt=debug --dns-domain=c
echo "nameserver 10.9.9.9" >/etc/resolv.conf
seen "--dns=host" "nameserver 10.9.9.9" 'cat /etc/resolv.conf' --dns=host
seen "--dns=none" none 'cat /etc/resolv.conf 2>/dev/null || echo none' --dns=none
fails "--dns that is no address" 254 'dns=nowhere: must be an IP' rkt run --net=none --dns=nowhere "$image"
fails "--dns=none with others" 254 'exclude other --dns' rkt run --net=none --dns=none --dns=1.1.1.1 "$image"
fails "--hosts-entry of no address" 254 'must be IP=NAME,… or host' rkt run --net=none --hosts-entry=nowhere=x "$image"
mkdir "$work/bare"
tar -xzf "$images/busybox.aci" -C "$work/bare"
rm -r "$work/bare/rootfs/etc"
sed -i 's|example.com/busybox|example.com/bare|' "$work/bare/manifest"
tar -czf "$work/bare.aci" -C "$work/bare" manifest rootfs
rkt --insecure-options=image fetch "$work/bare.aci" >/dev/null
matches "--dns in an image without /etc" \
    "$(rkt run --net=none --dns=10.0.0.1 example.com/bare --exec=/bin/cat -- /etc/resolv.conf 2>/dev/null)" 'nameserver 10\.0\.0\.1'
rkt image rm example.com/bare >/dev/null 2>&1
ipc=$(readlink /proc/self/ns/ipc)
seen "--ipc=parent" "$ipc" 'readlink /proc/self/ns/ipc' --ipc=parent
lacks "--ipc=private" "$(in_app 'readlink /proc/self/ns/ipc' --ipc=private)" "$ipc"
lacks "--ipc=auto" "$(in_app 'readlink /proc/self/ns/ipc' --ipc=auto)" "$ipc"
fails "an IPC that is none" 254 '--ipc=host: must be auto.private.parent' rkt run --net=none --ipc=host "$image"
seen "--net=none has a loopback interface alone" lo 'ls /sys/class/net'
equals "--net=host is the host's network" "$(rkt run --net=host "$image" --exec=/bin/readlink -- /proc/self/ns/net 2>/dev/null |
    sed 's/^.*\]: //')" "$(readlink /proc/self/ns/net)"
fails "a network that is not built" 254 'network "tap" is not built yet' rkt run --net=tap "$image"
seen "--machine-name is no host name" ok 'case $(hostname) in rkt-????????-*) echo ok ;; esac' --machine-name=a-machine
in_app 'echo in-own-journal' >/dev/null
lacks "a pod's words are not in the host's journal" "$(journalctl --identifier=busybox --output=cat --quiet)" in-own-journal
in_app 'echo in-the-journal' --journal=host >/dev/null
soon "--journal=host" 5 eval '[[ $(journalctl --identifier=busybox --output=cat --quiet) == *in-the-journal* ]]'
fails "a journal that is none" 254 'journal=own: must be pod.host' rkt run --net=none --journal=own "$image"
fails "a machine name that is none" 254 'not a valid machine name' rkt run --net=none --machine-name=/ "$image"
seen "--uuid-file-save" "" true --uuid-file-save="$work/uuid"
matches "has the UUID" "$(rkt list --full --no-legend)" "$(<"$work/uuid")"
equals "--quiet prints nothing but the UUID" "$(rkt prepare --quiet "$image" 2>&1 | wc -c)" 37
rkt cat-manifest "$(<"$work/uuid")" >"$work/pod.json"
sed -i 's/"true"/"echo from-manifest"/' "$work/pod.json"
equals "--pod-manifest" "$(rkt run --net=none --pod-manifest="$work/pod.json" 2>/dev/null | sed 's/^.*\]: //')" from-manifest
fails "a manifest that is none" 254 'unexpected|invalid|expected' rkt run --net=none --pod-manifest=/etc/passwd

seen "--stdout=null" "" 'echo out' : --stdout=null
seen "--stdout=log" "out" 'echo out' : --stdout=log
lacks "--stderr=null" "$(rkt run --net=none "$image" --stderr=null --exec=/bin/sh -- -c 'echo err >&2' 2>&1)" err
seen "--stdin=null" 0 'wc -c' : --stdin=null
for mode in stdin=tty stdout=tty stderr=tty stdin=stream stdout=stream stderr=stream; do
    refused "--$mode is not built" "--$mode: not built yet" --$mode
done
refused "a mode that is none" '--stdout=file: unknown mode' --stdout=file
fails "--private-users is not built" 254 "--private-users is not built yet" rkt run --net=none --private-users "$image"
fails "--mds-register is not built" 254 "--mds-register is not built yet" rkt run --net=none --mds-register "$image"

own=$(manifest --annotation=a=pod --user-annotation=b=pod --user-label=c=pod "$image" --annotation=d=app \
    --user-annotation=e=app --user-label=f=app | tr -d '[:space:]')
matches "--annotation of the app" "$own" '"app":\{.*"annotations":\[\{"name":"d","value":"app"\}\]'
matches "--annotation of the pod" "$own" '\],"annotations":\[\{"name":"a","value":"pod"\}\]'
matches "--user-annotation" "$own" '"userAnnotations":\{"e":"app"\}.*"userAnnotations":\{"b":"pod"\}'
matches "--user-label" "$own" '"userLabels":\{"f":"app"\}.*"userLabels":\{"c":"pod"\}'

# ----- Images and stage1 -----

none=example.com/none
fails "--pull-policy=never" 254 "not in the store" rkt run --net=none --pull-policy=never $none
fails "a policy that is none" 254 "--pull-policy=often: must be new, never or update" rkt run --pull-policy=often "$image"
fails "an image that is a file must be signed" 254 'signature' rkt run --net=none "$images/busybox.aci"
fails "--signature names where" 254 "$work/asc" rkt run --net=none "$images/busybox.aci" --signature="$work/asc"
equals "--insecure-options=image" "$(rkt run --insecure-options=image --net=none "$images/busybox.aci" --exec=/bin/echo -- x \
    2>/dev/null | sed 's/^.*\]: //')" x
stage1=/usr/lib/rkt/stage1-images/stage1-host.aci
for flag in --stage1-path=$stage1 --stage1-from-dir=stage1-host.aci --stage1-name=coreos.com/rkt/stage1-host; do
    seen "${flag%=*}" ok 'echo ok' --insecure-options=image "$flag"
done
hash=$(rkt image list --full --no-legend --fields=id,name | awk '/stage1-host/ { print $1; exit }')
seen "--stage1-hash" ok 'echo ok' --stage1-hash="$hash"
fails "--stage1-url is fetched" 254 'not built yet' rkt run --net=none --stage1-url=https://example.com/stage1.aci "$image"
fails "two stage1" 254 'exclude each other' rkt run --net=none --stage1-path=$stage1 --stage1-hash="$hash" "$image"

# ----- What is shown and removed of it -----

uuid=$(<"$work/uuid")
equals "list: UUIDs are short" "$(rkt list --no-legend | cut -f1 | grep -c "^${uuid:0:8}\$")" 1
equals "list --full: whole" "$(rkt list --full --no-legend | cut -f1 | grep -c "^$uuid\$")" 1
matches "list: names of the columns" "$(rkt list | head -n 1)" '^UUID[[:space:]]+APP[[:space:]]+IMAGE NAME'
lacks "list --no-legend: none" "$(rkt list --no-legend)" 'UUID'
matches "list --format=json" "$(rkt list --format=json)" "^\[\{.*\"name\":\"$uuid\""
matches "list --format=json-pretty" "$(rkt list --format=json-pretty)" '^\[
 +\{'
fails "a format that is none" 254 'unknown format "xml"' rkt list --format=xml
matches "status --uuid-file" "$(rkt status --uuid-file="$work/uuid")" '^state=exited'
matches "status --format=json" "$(rkt status --format=json "$uuid")" '"state":"exited"'
matches "status --wait" "$(rkt status --wait "$uuid")" '^state=exited'
matches "status --wait-ready" "$(rkt status --wait-ready=1s "$uuid")" '^state=exited'
fails "status of a file that is not there" 1 "$work/nothing" rkt status --uuid-file="$work/nothing"
at_most "cat-manifest is one line with --pretty-print=false" "$(rkt cat-manifest --pretty-print=false "$uuid" | wc -l)" 1
at_most "and many without" 5 "$(rkt cat-manifest "$uuid" | wc -l)"
equals "as with --pretty-print" "$(rkt cat-manifest "$uuid")" "$(rkt cat-manifest --pretty-print "$uuid")"
equals "cat-manifest --uuid-file" "$(rkt cat-manifest --uuid-file="$work/uuid")" "$(rkt cat-manifest "$uuid")"
rkt prepare --quiet --uuid-file-save="$work/prepared" "$image" --exec=/bin/echo -- prepared >/dev/null
equals "run-prepared --uuid-file" "$(rkt run-prepared --net=none --uuid-file="$work/prepared" 2>/dev/null | sed 's/^.*\]: //')" \
    prepared
rkt run --net=none --machine-name=a-machine --uuid-file-save="$work/running" "$image" --exec=/bin/sleep -- 1000 >/dev/null 2>&1 &
running=$!
soon "a pod runs" 20 eval '[[ -s $work/running && $(rkt status --uuid-file=$work/running) =~ ^state=running ]]'
matches "status --wait-ready: of one that runs" "$(rkt status --wait-ready "$(<"$work/running")")" '^state=running'
soon "--machine-name" 10 machinectl status a-machine
equals "stop --force --uuid-file" "$(rkt stop --force --uuid-file="$work/running")" "\"$(<"$work/running")\""
await_end "$running"
equals "rm --uuid-file" "$(rkt rm --uuid-file="$work/running")" "\"$(<"$work/running")\""
succeeds "gc --mark-only --uuid-file" rkt gc --mark-only --uuid-file="$work/uuid"
matches "marks that pod" "$(rkt status "$uuid")" '^state=exited garbage'
succeeds "gc --grace-period" rkt gc --grace-period=0s
fails "removes it" 254 '' rkt status "$uuid"
equals "but not what is prepared" "$(($(count_pods prepared) > 0))" 1
succeeds "gc --expire-prepared" rkt gc --expire-prepared=0s
equals "which is marked then" "$(count_pods prepared)" 0

# ----- Images -----

equals "image list --fields, --sort, --order" "$(rkt image list --no-legend --fields=name --sort=name --order=desc | cut -d: -f1 | uniq)" \
    $'example.com/busybox\ncoreos.com/rkt/stage1-host'
equals "image list --order=asc" "$(rkt image list --no-legend --fields=name --sort=name --order=asc | cut -d: -f1 | uniq)" \
    $'coreos.com/rkt/stage1-host\nexample.com/busybox'
matches "image list has names of the columns" "$(rkt image list | head -n 1)" '^ID[[:space:]]+NAME[[:space:]]+SIZE'
matches "image list --full" "$(rkt image list --full --no-legend --fields=id)" '(^|
)sha512-[0-9a-f]{64}($|
)'
matches "image list --format=json" "$(rkt image list --format=json)" '^\[\{.*"name":"example.com/busybox'
equals "image list --fields=latest" "$(rkt image list --fields=latest,name --sort=latest,name | expand | sed 's/  */ /g; s/:.*//')" \
    $'LATEST NAME\nfalse coreos.com/rkt/stage1-host\nfalse example.com/busybox'
fails "a field that is none" 254 'colour' rkt image list --fields=colour
fetch=(rkt --insecure-options=image fetch)
matches "fetch --full" "$("${fetch[@]}" --full "$images/busybox.aci" 2>/dev/null)" '^sha512-[0-9a-f]{64}$'
matches "fetch without" "$("${fetch[@]}" "$images/busybox.aci" 2>/dev/null)" '^sha512-[0-9a-f]{32}$'
for flag in --store-only --no-store; do
    matches "fetch $flag" "$("${fetch[@]}" "$flag" "$images/busybox.aci" 2>/dev/null)" '^sha512-'
done
fails "fetch --pull-policy=never of a name that is not there" 254 'not in the store, and --pull-policy=never' "${fetch[@]}" --pull-policy=never example.com/none
equals "fetch --pull-policy=new of a name that is" "$("${fetch[@]}" --full --pull-policy=new "$image" 2>/dev/null)" \
    "$("${fetch[@]}" --full "$images/busybox.aci" 2>/dev/null)"
fails "fetch --no-store does not look there" 254 'not built yet' "${fetch[@]}" --pull-policy=new --no-store "$image"
matches "fetch --store-only says where it is from" "$("${fetch[@]}" --store-only "$image" 2>&1)" 'using image from local store for image name example.com'
matches "fetch --pull-policy" "$("${fetch[@]}" --pull-policy=update "$images/busybox.aci" 2>/dev/null)" '^sha512-'
fails "fetch --signature" 254 "$work/asc" rkt fetch "$images/busybox.aci" --signature="$work/asc"

# ----- Global flags and words that nobody knows -----

equals "--dir is a store and pods of their own" "$(rkt --dir="$work/dir" list --no-legend)" ""
rkt --dir="$work/fresh" run --net=none example.com/none >/dev/null 2>&1 || :
equals "whoever comes first makes that as the first one was made" \
    "$(stat -c '%a %U:%G' "$work"/fresh "$work"/fresh/{pods,pods/run})" "$(stat -c '%a %U:%G' /var/lib/rkt{,/pods,/pods/run})"
equals "also behind the command" "$(rkt list --dir="$work/dir" --no-legend)" ""
mkdir "$work/config"
equals "all of them are understood by all commands" "$(rkt list --no-legend --dir="$work/dir" --system-config="$work/config" \
    --local-config="$work/config" --user-config="$work/config" --trust-keys-from-https --insecure-options=all --debug)" ""
matches "--debug says the whole chain" "$(rkt --debug run --net=none --pod-manifest=/nonexistent 2>&1 || :)" 'nonexistent'
fails "an unknown command" 254 'unknown command "lst" \(did you mean "list"\?\)' rkt lst
fails "an unknown flag" 254 'unknown flag: --no-legned \(did you mean --no-legend\?\)' rkt list --no-legned
fails "an unknown global flag" 254 'unknown flag: --dri \(did you mean --dir\?\)' rkt --dri=/x list
fails "a flag without its value" 254 'flag needs an argument: --format' rkt list --format
fails "a value that a flag does not take" 254 'must be true or false' rkt list --full=perhaps
fails "a check that nobody knows" 254 'unknown word "imge" in --insecure-options \(did you mean "image"\?\)' \
    rkt --insecure-options=imge list
fails "an ambiguous command" 254 'ambiguous command "st"' rkt st
equals "the beginning of a command is enough" "$(rkt lis --no-legend --format=json)" "$(rkt list --format=json)"
fails "no command" 2 '^Usage: rkt ' rkt
matches "--help needs no privilege" "$(setpriv --reuid=nobody --clear-groups rkt run --help)" '^Usage: rkt run'
equals "help COMMAND is COMMAND --help" "$(rkt help image list)" "$(rkt image list --help)"
matches "version" "$(rkt version)" '^rkt Version: [0-9.]+
appc Version: [0-9.]+$'
equals "help version" "$(rkt help version)" "$(rkt version --help)"
fails "version knows no arguments" 254 'unexpected argument "x"' rkt version x
fails "help of what is no command" 254 'unknown command "lst"' rkt help lst
matches "help of a group lists its commands" "$(rkt help image)" $'\n  image list .*\n  image rm '
lacks "and no others" "$(rkt help image)" $'\n  (list|run) '
for command in api-service "image verify"; do
    lacks "what is not built is not listed: $command" "$(rkt help)" "  $command"
done
fails "and says so" 254 'this build of rkt has no command "api-service"' rkt api-service
fails "an ordinary user cannot run pods" 254 '^prepare: cannot run as unprivileged user' \
    setpriv --reuid=nobody --clear-groups rkt prepare "$image"

succeeds "gc" collect_garbage
rm -rf "$work"
nothing_left "nothing is left" "$before"
