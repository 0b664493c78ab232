#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: listener busybox redis
# layers: sockets.layers
# Sockets on which systemd listens reach only the app whose port they are for, and the first connection starts the
# pod. The pods and units of Documentation/examples are on this machine from its boot on.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images listener busybox redis

# ask PORT: the line that a TCP port answers.
ask() {
    local line
    exec {connection}<>"/dev/tcp/127.0.0.1/$1"
    read -r -t $((10 * slowness)) line <&"$connection" || :
    exec {connection}>&-
    printf '%s\n' "$line"
}

# why UNIT: what the last start said.
why() {
    journalctl --unit="$1" --output=cat --no-pager --quiet --invocation=0 2>/dev/null ||
        journalctl --unit="$1" --output=cat --no-pager --quiet
}

# ----- The example of a pod file -----

units=(rkt-hello.service rkt-hello.socket hello-by-hand.service hello-by-hand.socket proxy-to-rkt-redis.service
    proxy-to-rkt-redis.socket rkt-redis.service)
equals "systemd-analyze verify is silent on the examples" \
    "$(verify_units "${units[@]}")" ""
systemctl start sockets.target
equals "the socket listens" "$(unit_property rkt-hello.socket ActiveState)" active
equals "as [Install] wants" "$(systemctl show -P Wants sockets.target | tr ' ' '\n' | grep -x rkt-hello.socket)" rkt-hello.socket
equals "and the pod does not run" "$(unit_property rkt-hello ActiveState)" inactive
matches "rkt pod list says that it is listened for" "$(rkt pod list --no-legend)" $'hello\t+rkt-hello.service\tlistening\t'
equals "a connection starts the pod and is answered" "$(ask 8080)" "http 1"
equals "the pod runs" "$(unit_property rkt-hello ActiveState)" active
equals "the next connection is the same app's" "$(ask 8080)" "http 2"
equals "it was told of one socket by its port's name, and has no other descriptor" \
    "$(first_words hello hello)" "sockets=1 names=http descriptors=4"
pid=$(leader rkt-hello)
# shellcheck disable=SC2012
lacks "the listening socket is not among the init's" \
    "$(ls -l "/proc/$pid/fd" | sed -n 's/.*socket:\[\([0-9]*\)\]/\1/p')" \
    "(^|"$'\n'")$(awk '$2 ~ /:1F90$/ && $4 == "0A" { print $10; exit }' /proc/net/tcp6)($|"$'\n'")"
systemctl kill --signal=SIGKILL rkt-hello
soon "killed" 20 eval '[[ $(unit_property rkt-hello ActiveState) == failed ]]'
equals "the next connection starts it again" "$(ask 8080)" "http 1"
systemctl stop rkt-hello 2>/dev/null
equals "after a stop the socket still listens" "$(unit_property rkt-hello.socket ActiveState)" active
start hello
equals "a start by hand has the socket, too" "$(ask 8080)" "http 1"
systemctl stop rkt-hello.socket rkt-hello
start hello
equals "also when nothing had listened" "$(ask 8080)" "http 1"
systemctl stop rkt-hello.socket rkt-hello

# ----- By hand -----

systemctl start hello-by-hand.socket
equals "a unit with rkt run: by the port's number" "$(ask 8090)" "http 1"
systemctl stop hello-by-hand.socket hello-by-hand.service

printf '[Socket]\nListenDatagram=/run/hello.dgram\nListenStream=8091\nFileDescriptorName=http\n' \
    >/run/systemd/system/simple.socket
printf '[Service]\nExecStart=/usr/bin/rkt run --net=none example.com/listener\n' >/run/systemd/system/simple.service
systemctl daemon-reload
systemctl start simple.socket
equals "a service of type simple, two sockets of one name" "$(ask 8091)" "http 1"
tells "it has both" "sockets=2 names=http:http" journalctl --no-pager --output=cat --unit=simple.service
systemctl stop simple.socket simple.service

# ----- Several apps -----

# two_apps NAME MORE <SOCKET-SECTION: a pod of two listeners that share the port admin; MORE ports of the second one.
two_apps() {
    local id
    id=$(rkt image list --no-legend --full | awk '/listener/ { print $1 }')
    cat >/etc/rkt/pods.d/"$1".json <<END
{ "acKind": "PodManifest", "acVersion": "0.8.11", "apps": [
  { "name": "one", "image": { "id": "$id" }, "app": { "exec": [ "/bin/listener" ], "user": "0", "group": "0", "ports": [
    { "name": "admin", "protocol": "tcp", "port": 9001, "socketActivated": true } ] } },
  { "name": "two", "image": { "id": "$id" }, "app": { "exec": [ "/bin/listener" ], "user": "0", "group": "0", "ports": [
    { "name": "admin", "protocol": "tcp", "port": 9002, "socketActivated": true }$2 ] } } ] }
END
    mkdir -p /etc/rkt/pods.d/"$1".pod.d
    cat >/etc/rkt/pods.d/"$1".pod.d/socket.conf
    systemctl daemon-reload
}

two_apps two ', { "name": "range", "protocol": "udp", "port": 9010, "count": 3, "socketActivated": true }' <<'END'
[Pod]
Network=none
[Socket]
ListenStream=127.0.0.1:9001
ListenStream=127.0.0.1:9002
ListenDatagram=127.0.0.1:9010
ListenDatagram=127.0.0.1:9012
END
systemctl start rkt-two.socket
equals "by number: the first app" "$(ask 9001)" "admin 1"
equals "the second" "$(ask 9002)" "admin 1"
equals "each has its own only" "$(first_words two one) $(first_words two two)" \
    "sockets=1 names=admin descriptors=4 sockets=3 names=admin:range:range descriptors=6"
exec {datagrams}<>/dev/udp/127.0.0.1/9012
printf x >&"$datagrams"
line=$(timeout "$hung" dd bs=100 count=1 status=none <&"$datagrams" || :)
exec {datagrams}>&-
equals "a range of datagram ports" "$line" "range 1"
systemctl stop rkt-two.socket rkt-two

two_apps named '' <<'END'
[Pod]
Network=none
[Socket]
ListenStream=/run/named
FileDescriptorName=two/admin
END
printf '[Socket]\nListenStream=8092\nFileDescriptorName=one/admin\nService=rkt-named.service\n' \
    >/run/systemd/system/more.socket
systemctl daemon-reload
systemctl start more.socket rkt-named.socket
equals "APP/PORT, and a socket from another unit" "$(ask 8092)" "admin 1"
equals "the other app has the other one" "$(first_words named two)" "sockets=1 names=admin descriptors=4"
systemctl stop more.socket rkt-named.socket rkt-named

# ----- Ports that the image does not have -----

cat >/etc/rkt/pods.d/declared.pod <<'END'
[Pod]
Network=none
Port=http:8095 status:8094
[App:app]
Image=example.com/listener
SocketActivated=status admin:8096
[Socket]
ListenStream=8094
ListenStream=8095
ListenStream=8096
END
systemctl daemon-reload
equals "rkt pod check finds an app for each socket" "$(rkt pod check /etc/rkt/pods.d/declared.pod)" ""
systemctl start rkt-declared.socket
equals "a port of the image's that SocketActivated= names" "$(ask 8094)" "status 1"
equals "one that it declares" "$(ask 8096)" "admin 1"
equals "and one that the image itself has activated" "$(ask 8095)" "http 1"
systemctl stop rkt-declared.socket rkt-declared
rm /etc/rkt/pods.d/declared.pod
fails "a name that the image does not have needs a number" 254 'the image has no port "web": give its number, such as web:80' \
    rkt prepare example.com/listener --socket-activated=web
fails "a number that is none" 254 'socket-activated=web:x: "x" is not a port' rkt prepare example.com/listener --socket-activated=web:x
matches "--socket-activated stands in the manifest" \
    "$(rkt cat-manifest "$(rkt prepare example.com/listener --socket-activated=dns:53/udp)" | tr -d ' \n' | grep -o '{[^{}]*"dns"[^{}]*}')" \
    '"protocol":"udp".*"socketActivated":true|"socketActivated":true.*"protocol":"udp"'

# ----- What does not fit -----

# refused NAME REGEX: the pod rkt-NAME does not start, and says why.
refused() {
    local name=$1 regex=$2
    systemctl start "rkt-$name" 2>/dev/null || :
    matches "$name" "$(why "rkt-$name")" "$regex"
    systemctl stop "rkt-$name.socket" "rkt-$name" 2>/dev/null || :
}

sed -e 's/^ListenStream=.*/ListenStream=8093/' -e 's/^FileDescriptorName=.*/FileDescriptorName=htpp/' \
    /etc/rkt/pods.d/hello.pod >/etc/rkt/pods.d/misnamed.pod
sed 's/^FileDescriptorName=.*/FileDescriptorName=status/' /etc/rkt/pods.d/misnamed.pod >/etc/rkt/pods.d/not-activated.pod
sed 's/listener/busybox/' /etc/rkt/pods.d/misnamed.pod >/etc/rkt/pods.d/portless.pod
sed 's/^FileDescriptorName=.*//' /etc/rkt/pods.d/misnamed.pod >/etc/rkt/pods.d/nameless.pod
two_apps ambiguous '' <<'END'
[Pod]
Network=none
[Socket]
ListenStream=8093
FileDescriptorName=admin
END
two_apps missing '' <<'END'
[Pod]
Network=none
[Socket]
ListenStream=127.0.0.1:9001
END
printf '[Service]\nRestart=always\nRestartSec=0\n' >>/etc/rkt/pods.d/portless.pod
systemctl daemon-reload
refused misnamed 'socket "htpp" \(port 8093\): no app has a socketActivated port of that name or number'
refused not-activated 'socket "status" \(port 8093\): no app has a socketActivated port'
refused portless 'socket "htpp" \(port 8093\): no app has a socketActivated port'
refused nameless 'socket "rkt-nameless.socket" \(port 8093\): no app has.*FileDescriptorName=PORT'
refused ambiguous 'socket "admin" \(port 8093\): several apps have such a port; name it FileDescriptorName=APP/PORT'
refused missing 'port "admin" of app two is socketActivated, and none of the sockets is for it'
for name in misnamed not-activated portless nameless; do
    fails "rkt pod check says so, too: $name" 1 'ListenStream=: no app has a socketActivated port of that name or number; .*SocketActivated=NAME:PORT' \
        rkt pod check "/etc/rkt/pods.d/$name.pod"
done
# Since a boot with a start of it by hand above, whose end is forgotten here.
refusals() {
    journalctl --unit=rkt-portless --output=cat --no-pager --quiet | grep -c 'no app has a socketActivated port' || :
}
systemctl reset-failed rkt-portless 2>/dev/null || :
known=$(refusals)
systemctl start rkt-portless.socket
equals "who connects is turned away" "$(ask 8093)" ""
soon "the pod has failed" 20 state_is portless failed
equals "by a status that says why" "$(unit_property rkt-portless ExecMainStatus)" 78
equals "Restart=always does not start it again" "$(unit_property rkt-portless NRestarts)" 0
eventually 20 eval '(($(refusals) > known))' || :
equals "nor does the connection" "$(refusals)" $((known + 1))
equals "its socket still listens" "$(unit_property rkt-portless.socket ActiveState)" active
systemctl stop rkt-portless.socket
fails "--port of no app" 254 'port "web": no app has a port of that name' rkt prepare --port=web:1 example.com/listener
fails "--port to forward" 254 'port "status": forwarding a port that is not socketActivated is not built yet' \
    rkt prepare --port=status:1 example.com/listener

fails "nor on the host's network" 254 'port "status": with --net=host nothing is forwarded, port 81 of the app is the host.s; leave' \
    rkt run --net=host --port=status:8081 example.com/listener
fails "nor without one" 254 'port "status": with --net=none there is no network to forward to' \
    rkt run --net=none --port=status:8081 example.com/listener

# Started without sockets, it is an app like others.
matches "rkt run without sockets" \
    "$(timeout "$hung" rkt run --net=none example.com/listener --exec=/bin/sh -- -c 'env; echo end' 2>&1)" "end"
# shellcheck disable=SC2016
lacks "what a caller's own sockets are is not inherited" \
    "$(LISTEN_PID=1 LISTEN_FDS=1 LISTEN_FDNAMES=x rkt run --net=none --inherit-env example.com/busybox --exec=/bin/sh \
        -- -c env 2>&1)" LISTEN_
fails "descriptors that are not there" 254 'LISTEN_FDS counts descriptor 3' \
    bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec rkt run --net=none example.com/listener 3<&-'
rm /etc/rkt/pods.d/{misnamed,not-activated,portless,nameless}.pod /etc/rkt/pods.d/*.json

# ----- Templates, masks -----

cat >/etc/rkt/pods.d/many@.pod <<'END'
[Pod]
Network=none
[App:listener]
Image=example.com/listener
[Socket]
ListenStream=/run/many-%i
FileDescriptorName=http
[Install]
DefaultInstance=blue
WantedBy=sockets.target
END
systemctl daemon-reload
matches "a template's default instance is wanted" "$(systemctl show -P Wants sockets.target)" 'rkt-many@blue\.socket'
systemctl start rkt-many@blue.socket rkt-many@red.socket
equals "an instance by its socket" "$(curl --silent --http0.9 --unix-socket /run/many-red http://x/ || :)" "http 1"
equals "the other one does not run" "$(unit_property rkt-many@blue ActiveState)" inactive
systemctl stop rkt-many@blue.socket rkt-many@red.socket rkt-many@red 2>/dev/null
systemctl start rkt-hello
ln -sf /dev/null /etc/rkt/pods.d/hello.pod
systemctl daemon-reload
systemctl stop rkt-hello.socket 2>/dev/null || :
equals "a masked file leaves its pod alone" "$(unit_property rkt-hello ActiveState)" active
succeeds "which can be stopped" systemctl stop rkt-hello
fails "and is not started again, whatever socket it had" 1 'Job for rkt-hello.service failed' systemctl start rkt-hello
systemctl daemon-reload
equals "a masked file has no socket either" "$(unit_property rkt-hello.socket LoadState)" not-found
rm /etc/rkt/pods.d/hello.pod

# A bad file in the place of a socket holds nothing up.
printf '[App]\nImge=x\n[Socket]\nListenStream=1\n[Install]\nWantedBy=sockets.target\n' >/etc/rkt/pods.d/bad.pod
systemctl daemon-reload
systemctl stop sockets.target
systemctl start sockets.target
equals "a stub at sockets.target makes no cycle" "$(journalctl --no-pager --output=cat _PID=1 | grep -c 'ordering cycle' || :)" 0
soon "and says why" 10 eval '[[ $(unit_property rkt-bad ExecMainStatus) == 78 ]]'
rm /etc/rkt/pods.d/bad.pod
systemctl daemon-reload

# ----- systemd-socket-proxyd -----

systemctl start proxy-to-rkt-redis.socket
equals "redis does not run" "$(unit_property rkt-redis ActiveState)" inactive
succeeds "a connection to the proxy starts it" redis_ping 6371
equals "redis runs" "$(unit_property rkt-redis ActiveState)" active
systemctl stop proxy-to-rkt-redis.socket proxy-to-rkt-redis.service
soon "without the proxy it stops" 30 eval '[[ $(unit_property rkt-redis ActiveState) == inactive ]]'
