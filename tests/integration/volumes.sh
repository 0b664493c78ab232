#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# takes: 30
# A volume is the source that the administrator named: no link that an app or a user put into the path of its source
# is followed, and no device that they put there is opened. Links that root made are followed as usual.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # the scripts are for the app's shell
. "${0%/*}/lib.sh"

image=example.com/busybox
work=/srv/volumes # where only root may write
fly=--stage1-name=coreos.com/rkt/stage1-fly
fetch_images busybox
mkdir -p "$work/secret"
cd "$work"
echo of-root >secret/file

# app SOURCE SCRIPT [FLAG...]: runs it with the source at /v.
app() {
    rkt run --net=none --volume=v,kind=host,source="$1" "${@:3}" "$image" --mount=volume=v,target=/v --exec=/bin/sh -- -c "$2"
}

# refused NAME REGEX SOURCE [FLAG...]: in the flavours host and fly.
refused() {
    fails "$1" 254 "$2" app "$3" 'cat /v/file' "${@:4}"
    fails "$1, fly" 254 "$2" rkt run --net=host "$fly" --volume=v,kind=host,source="$3" "${@:4}" "$image" \
        --mount=volume=v,target=/v --exec=/bin/cat -- /v/file
}

# given NAME SOURCE [FLAG...]: the app finds what is root's there.
given() {
    matches "$1" "$(app "$2" 'cat /v/file' "${@:3}" 2>&1 || :)" of-root
    matches "$1, fly" "$(rkt run --net=host "$fly" --volume=v,kind=host,source="$2" "${@:3}" "$image" \
        --mount=volume=v,target=/v --exec=/bin/cat -- /v/file 2>&1 || :)" of-root
}

# writes SOURCE SCRIPT: an app that has it does something there.
writes() {
    app "$1" "cd /v && $2" >/dev/null 2>&1 || give_up "an app writes to $1" "exit status $?"
}

# ----- Two volumes of one pod, one in the other -----

mkdir -p nested/cache
pod_file nested <<END
[Pod]
Network=none
Volume=data,kind=host,source=$work/nested
Volume=cache,kind=host,source=$work/nested/cache
[App:a]
Image=$image
Exec=/bin/sh
Args=-c
Args="[ ! -e /cache/etc/passwd ] || touch /cache$work/escaped; touch /data/ran; rm -rf /data/cache; ln -s / /data/cache; exit 1"
Mount=volume=data,target=/data
Mount=volume=cache,target=/cache
[Service]
Restart=on-failure
RestartSec=100ms
END
systemctl start rkt-nested || :
restarted() {
    grep -q 'is a link to' <<<"$(journalctl --unit=rkt-nested --output=cat --no-pager)"
}
soon "an app replaces the inner volume by a link: the restart is refused" 30 restarted
equals "it ran before" "$(ls nested)" $'cache\nran'
equals "and does not have the host" "$(find . -name escaped)" ""
matches "the error names the link, who could put it there, and the way out" \
    "$(journalctl --unit=rkt-nested --output=cat --no-pager)" \
    "\"$work/nested/cache\" is a link to \"/\".*apps that have the volume source \"$work/nested\".*name its target"
systemctl stop rkt-nested
remove_pod_file nested
refused "… also for another pod" 'is a link to' "$work/nested/cache"
fails "… also read-only" 254 'is a link' rkt run --net=none --volume=v,kind=host,source="$work/nested/cache",readOnly=true "$image" \
    --mount=volume=v,target=/v

# ----- A source that lies where a user may write -----

mkdir -p home/u/data/deep
chown -R 65534:65534 home/u
given_to_user() {
    setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "cd $work/home/u && $1"
}
pod_file user <<END
[Pod]
Network=none
Volume=d,kind=host,source=$work/home/u/data
[App:a]
Image=$image
Exec=/bin/sh
Args=-c
Args="exec sleep 1000"
Mount=volume=d,target=/d
END
start user
ok "a user's directory is a source"
systemctl stop rkt-user
given_to_user "mv data kept; ln -s / data"
succeeds "a user makes a link to the host's root of it: the start is refused" eval '! systemctl start rkt-user'
tells "the error names the user" "user 65534, who owns \"$work/home/u\"" journalctl --unit=rkt-user --output=cat --no-pager
remove_pod_file user
for to in /root "$work/secret" ../../secret kept /proc/1/root /dev/zero; do
    given_to_user "rm data; ln -s $to data"
    refused "a user's link to $to" 'is a link to' "$work/home/u/data"
done
given_to_user "rm data; mkdir -p kept/inner; ln -s $work data"
refused "a user's link in the middle" "$work/home/u/data\" is a link" "$work/home/u/data/secret"
refused "… with dots and slashes" 'is a link' "$work//home/./u/data/./secret/"
given_to_user "rm data; ln -s kept data"
refused "\"..\" after what a user may move" 'name the path without' "$work/home/u/kept/../kept"
refused "… out of it" 'name the path without' "$work/home/u/../../secret"
ln -s "$work/home/u/data" by-root
refused "root's link that leads to a user's" "$work/home/u/data\" is a link" "$work/by-root"
mkdir home/u/of-root
ln -s "$work/secret" home/u/of-root/link
refused "root's link beneath a user's directory" 'is a link' "$work/home/u/of-root/link"
mkdir staff shared
chgrp 50 staff && chmod 2775 staff
chmod 1777 shared
ln -s "$work/secret" staff/link
ln -s "$work/secret" shared/link
refused "a link where a group may write" 'group 50' "$work/staff/link"
refused "a link where all may write, also with the sticky bit" 'every user' "$work/shared/link"
given_to_user 'ln -s "$(printf "/a\\033[2J\\nb")" control'
lacks "no control character of a link is printed" "$(app "$work/home/u/control" : 2>&1 || :)" $'\033'
ln -s "$work/secret" theirs
chown -h 65534 theirs
refused "a link of a user's" 'user 65534, who owns it' "$work/theirs"

# ----- What an app planted -----

mkdir outer outer/disk
mount -t tmpfs tmpfs outer/disk
writes "$work/outer" "mkdir real; echo own >real/file; ln -s $work/secret link; ln -s real inside; mkdir middle; ln -s $work middle/up
    mkfifo fifo; mknod console c 5 1; ln -s $work/secret disk/link; ln -s $work/secret/file file; ln -s /run/systemd/notify socket
    ln -s link again"
rkt gc --grace-period=0s >/dev/null
refused "a pod is gone, a link of its app still there" "volume source \"$work/outer\"" "$work/outer/link"
refused "a link within the volume" 'is a link' "$work/outer/inside"
refused "a link in the middle" 'is a link' "$work/outer/middle/up/secret"
refused "a link to a link" 'is a link' "$work/outer/again"
refused "a link for a file" 'is a link' "$work/outer/file"
refused "a link to a socket" 'is a link' "$work/outer/socket"
refused "a link on a file system that is mounted below" 'is a link' "$work/outer/disk/link"
refused "a device that an app made" 'is a device' "$work/outer/console"
ln -s "$work/outer/link" to-planted
refused "root's link that leads to one" "$work/outer/link\" is a link" "$work/to-planted"
mkdir elsewhere again
mount --bind outer elsewhere
refused "by another mount of the volume" "volume source \"$work/outer\"" "$work/elsewhere/link"
mount --bind outer/middle again
refused "by a mount of a part of the volume" "volume source \"$work/outer\"" "$work/again/up/secret"
mkdir bound bound/mount bound/source
mount --bind bound/source bound/mount
writes "$work/bound/mount" "ln -s $work/secret link"
refused "by the path of what is mounted" "volume source \"$work/bound/" "$work/bound/source/link"
umount bound/mount
refused "… also when that is mounted no more" "volume source \"$work/bound/source\"" "$work/bound/source/link"
writes "$work/outer/real" "mv ../real ../moved 2>/dev/null; rm file; echo of-root >file"
given "a directory, which an app can only exchange for its own" "$work/outer/real"
matches "a FIFO" "$(app "$work/outer/fifo" 'ls -l /v' 2>&1)" 'p[rw-]{9}.* /v'
mkdir -p /var/lib/rkt/pods/run/x && ln -s "$work/secret" /var/lib/rkt/pods/run/x/link
refused "what lies beneath the pods' directories" 'is a link' /var/lib/rkt/pods/run/x/link
rm -r /var/lib/rkt/pods/run/x
mkdir only-read
ln -s "$work/secret" only-read/link
rkt run --net=none --volume=v,kind=host,source=$work/only-read,readOnly=true "$image" --mount=volume=v,target=/v \
    --exec=/bin/ls -- /v >/dev/null
given "root's link in a volume that no app could write to" "$work/only-read/link"

# ----- A device is one by the administrator's word -----

mkdir devices
if mknod devices/full c 1 7 2>/dev/null; then
    matches "a device is given to the app" "$(app "$work/devices/full" 'head -c 3 /v | wc -c; ls -l /v' 2>&1)" '3.*c[rw-]{9}'
    ln -s "$work/devices/full" devices/by-name
    matches "… by root's link" "$(app "$work/devices/by-name" 'head -c 3 /v | wc -c' 2>&1)" 3
    mknod home/u/device c 1 7
    refused "a device where a user may write" "is a device.*user 65534" "$work/home/u/device"
    mkdir devices/later
    uuid=$(rkt prepare --volume=v,kind=host,source="$work/devices/later" "$image" --mount=volume=v,target=/v --exec=/bin/ls -- -l /v)
    rmdir devices/later
    mknod devices/later c 1 7
    fails "a directory when the pod was prepared, a device when it is run" 254 'is a device, which it was not' \
        rkt run-prepared --net=none "$uuid"
    rm devices/later
    mkdir devices/later
    uuid=$(rkt prepare "$fly" --volume=v,kind=host,source="$work/devices/later" "$image" --mount=volume=v,target=/v --exec=/bin/ls -- -l /v)
    rmdir devices/later
    mknod devices/later c 1 7
    fails "… fly" 254 'is a device, which it was not' rkt run-prepared --net=host "$uuid"
else
    skip "devices" "none can be made on this machine"
fi

# ----- Between rkt prepare and rkt run-prepared -----

mkdir outer/late
for stage1 in coreos.com/rkt/stage1-host coreos.com/rkt/stage1-fly; do
    uuid=$(rkt prepare --stage1-name="$stage1" --volume=v,kind=host,source="$work/outer/late" "$image" --mount=volume=v,target=/v \
        --exec=/bin/cat -- /v/file)
    mv outer/late outer/away
    ln -s "$work/secret" outer/late
    fails "a link that came after the pod was prepared, ${stage1##*-}" 254 'is a link' rkt run-prepared --net=host "$uuid"
    rm outer/late
    mv outer/away outer/late
done
uuid=$(rkt prepare --volume=v,kind=host,source="$work/later" "$image" --mount=volume=v,target=/v --exec=/bin/cat -- /v/file)
ln -s secret later
matches "a source that is made later, with root's link" "$(rkt run-prepared --net=none "$uuid" 2>&1)" of-root

# ----- What is followed as ever -----

mkdir links
ln -s "$work/secret" links/absolute
ln -s ../secret links/relative
ln -s ../links/./relative//. links/chain
ln -s "$work/links" middle
ln -s loop loop
given "root's absolute link" "$work/links/absolute"
given "root's relative link" "$work/links/relative"
given "a chain of them" "$work/links/chain/"
given "one in the middle" "$work/middle/../links/relative"
given "a path with \"..\"" "$work/links/../secret"
given "a path with more of them than there are" "/../..$work/secret"
fails "links in a circle" 254 'Too many levels' app "$work/loop" :
fails "a link to nothing" 254 'No such file' app "$work/links/nothing" :
fails "a file in the middle" 254 'Not a directory' app "$work/secret/file/x" :
refused "a link of a procfs" 'is a link in a procfs' "/proc/1/root$work/secret"
refused "… that a process has" 'is a link in a procfs' "/proc/self/fd/0"

# ----- Files that an option names -----

mkdir resolver
chown 65534 resolver
echo 'nameserver 192.0.2.7' >resolver/file
cp -L /etc/resolv.conf saved 2>/dev/null || :
rm -f /etc/resolv.conf
ln -s "$work/resolver/file" /etc/resolv.conf
matches "--dns=host, the file in a service's directory" \
    "$(rkt run --net=none --dns=host "$image" --exec=/bin/cat -- /etc/resolv.conf 2>&1)" '192.0.2.7'
ln -sf "$work/secret/file" resolver/file
fails "… the service makes a link of it" 254 'is a link to' rkt run --net=none --dns=host "$image" --exec=/bin/cat -- /etc/resolv.conf

mkdir environment
echo A=of-app >environment/file
pod_file environment <<END
[Pod]
Network=none
EnvironmentFile=$work/environment/file
Volume=v,kind=host,source=$work/environment
[App:a]
Image=$image
Exec=/bin/sh -c 'echo "\$A" >>/v/seen; ln -sf $work/secret/file /v/file'
Mount=volume=v,target=/v
END
start environment
soon "an app writes to the directory of its EnvironmentFile=" 10 test -L environment/file
systemctl stop rkt-environment
echo SECRET=of-root >secret/file
succeeds "a link that it makes of it is not followed" eval '! systemctl start rkt-environment'
tells "… and the error says so" "$work/environment/file\" is a link to" journalctl --unit=rkt-environment --output=cat --no-pager
remove_pod_file environment
echo of-root >secret/file
fails "a line of a file that is none of variables is not printed" 254 '^run: secret/file:1: the line is not NAME=VALUE$' \
    rkt run --net=none --quiet --set-env-file=secret/file "$image"

# ----- The record of what apps could write to -----

record=/var/lib/rkt/writable-sources
recorded() {
    find "$record" -type l -printf '%l\n' | sort
}
matches "it has each source once" "$(recorded | grep -c "^$work/outer$")" '^1$'
lacks "and none that was read-only" "$(recorded)" only-read
equals "it is root's alone" "$(stat -c '%a %U' "$record")" "2700 root"
mkdir gone
writes "$work/gone" :
rmdir gone
collect_garbage >/dev/null
matches "a source that is gone stays for a while" "$(recorded)" "$work/gone"
find "$record" -lname "$work/gone" -exec touch -h -d '100 days ago' {} +
find "$record" -lname "$work/outer" -exec touch -h -d '100 days ago' {} +
collect_garbage >/dev/null
lacks "and goes with gc" "$(recorded)" "$work/gone"
matches "one that is there stays" "$(recorded)" "$work/outer"$'\n'
