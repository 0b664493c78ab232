#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: nginx redis
# The whole path of a declared pod of two real programs, from the images until nothing is left.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images nginx redis

# ----- Declared -----

pod_file web <<'END'
[Unit]
Description=Web and its cache
[Pod]
Network=host
[App:nginx]
Image=example.com/nginx
[App:redis]
Image=example.com/redis
[Install]
WantedBy=multi-user.target
END
equals "the unit is loaded" "$(unit_property rkt-web LoadState)" loaded
equals "it names its source" "$(unit_property rkt-web SourcePath)" /etc/rkt/pods.d/web.pod
equals "it has the pod file's description" "$(unit_property rkt-web Description)" "Web and its cache"
matches "multi-user.target wants it" "$(unit_property multi-user.target Wants)" 'rkt-web\.service'
equals "systemd finds nothing to complain of" \
    "$(systemd-analyze verify "$(unit_property rkt-web FragmentPath)" 2>&1 | grep -F rkt || :)" ""
lacks "the generator wrote no warning" "$(journalctl -b --identifier=rkt-generator --priority=warning --output=cat --quiet)" .

# ----- Running -----

start web
equals "start returns when the pod runs" "$(unit_property rkt-web ActiveState)" active
pid=$(unit_property rkt-web MainPID)
equals "the pod's init is a child of PID 1" "$(ps -o ppid= -p "$pid" | tr -d ' ')" 1
equals "it is PID 1 of its own namespace" "$(awk '/^NSpid/ { print $NF }' "/proc/$pid/status")" 1
soon "nginx answers" 10 http_get 8080
soon "redis answers" 10 redis_ping 6379

equals "the init says what it is" "$(tr -d '\0' <"/proc/$pid/cmdline")" "rkt: pod web"
matches "and systemctl status shows that" "$(systemctl status --no-pager --full rkt-web)" "$pid "'"?rkt: pod web'
matches "systemctl status shows both apps" "$(systemctl status --no-pager rkt-web)" "nginx.*redis|redis.*nginx"
machine=$(machinectl list --no-legend --no-pager)
matches "machined knows the pod" "$machine" "rkt-web +container +rkt"
equals "its leader is the pod's init" "$(leader rkt-web)" "$pid"
equals "its unit is the service" "$(machinectl show -p Unit --value rkt-web)" rkt-web.service

uuid=$(</run/rkt/pods/rkt-web/uuid)
list=$(rkt list --no-legend)
matches "rkt list shows nginx" "$list" "^${uuid:0:8}[[:space:]]+nginx[[:space:]]+example.com/nginx:[0-9.]+[[:space:]]+running"
matches "rkt list shows redis" "$list" "redis[[:space:]]+example.com/redis:[0-9.]+"
status=$(rkt status "$uuid")
matches "rkt status: running" "$status" "state=running"
matches "rkt status: the pod's init" "$status" "pid=$pid"

soon "the pod's journal has nginx's request" 10 log_has web nginx 'GET / HTTP'
soon "the pod's journal has redis's words" 10 log_has web redis 'Ready to accept connections'
lacks "the main journal hasn't" "$(journalctl --identifier=nginx --output=cat --quiet)" .

# ----- Over -----

succeeds "systemctl stop" systemctl stop rkt-web
equals "the unit did not fail" "$(unit_property rkt-web Result)" success
equals "and is inactive" "$(unit_property rkt-web ActiveState)" inactive
lacks "machined has forgotten it" "$(machinectl list --no-legend --no-pager)" rkt-web
matches "the pod has exited" "$(rkt list --no-legend --full)" "exited"
soon "the log is still there" 5 eval 'app_log_kept web nginx | grep -q "GET / HTTP"'
succeeds "gc" collect_garbage
equals "no pod is left" "$(rkt list --no-legend)" ""
remove_pod_file web
equals "without its file the unit is gone" "$(unit_property rkt-web LoadState)" not-found
nothing_left "nothing of the pod is left" "$before"
