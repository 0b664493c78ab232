#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# suites: one
# rkt config, and what paths.d moves. The contents of the files have their cases in tests/unit/test-config-config.c.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

work=$(mktemp -d)
user=$work/user
image=example.com/busybox

# config_file PATH KIND FIELDS
config_file() {
    mkdir -p "${1%/*}"
    printf '{"rktKind": "%s", "rktVersion": "v1", %s}\n' "$2" "$3" >"$1"
}

# ----- What is printed -----

equals "nothing is set" "$(rkt config --pretty-print=false)" '{"stage0":[]}'
config_file /etc/rkt/auth.d/basic.json auth \
    '"domains": ["foo.com","bar.com"], "type": "basic", "credentials": {"user":"sysUser","password":"sysPassword"}'
config_file "$user/auth.d/basic.json" auth \
    '"domains": ["foo.com"], "type": "basic", "credentials": {"user":"user","password":"password"}'
config_file /usr/lib/rkt/stage1.d/stage1.json stage1 \
    '"name": "coreos.com/rkt/stage1-coreos", "version": "0.15.0+git", "location": "/usr/libexec/rkt/stage1-coreos.aci"'
expected='{
  "stage0": [
    {
      "rktVersion": "v1",
      "rktKind": "auth",
      "domains": [
        "bar.com"
      ],
      "type": "basic",
      "credentials": {
        "user": "sysUser",
        "password": "sysPassword"
      }
    },
    {
      "rktVersion": "v1",
      "rktKind": "auth",
      "domains": [
        "foo.com"
      ],
      "type": "basic",
      "credentials": {
        "user": "user",
        "password": "password"
      }
    },
    {
      "rktVersion": "v1",
      "rktKind": "stage1",
      "name": "coreos.com/rkt/stage1-coreos",
      "version": "0.15.0+git",
      "location": "/usr/libexec/rkt/stage1-coreos.aci"
    }
  ]
}'
equals "layers are merged, as the documentation shows" "$(rkt config --user-config="$user")" "$expected"
equals "and indented unless that is not wanted" "$(rkt config --user-config="$user" --pretty-print=false | tr -d ' \n')" \
    "$(tr -d ' \n' <<<"$expected")"
equals "other directories" "$(rkt config --system-config="$work" --local-config="$work" --pretty-print=false)" '{"stage0":[]}'
fails "no arguments" 254 '^config: unexpected argument "x"' rkt config x
printf '{"rktKind": "auth", "rktVersion": "v1", "credentials": {"password": "hunter2}' >/etc/rkt/auth.d/broken.json
fails "a mistake is named" 254 'auth.d/broken.json": not valid JSON: line 1' rkt config
lacks "and nothing of a password" "$(rkt --debug config 2>&1)" hunter2
succeeds "and is nothing to who reads no credentials" rkt list
rm -r /etc/rkt/auth.d /usr/lib/rkt/stage1.d

# ----- paths.d: the data directory -----

here=/run/test-data
config_file /usr/lib/rkt/paths.d/data.json paths '"data": "/nowhere"'
config_file /etc/rkt/paths.d/data.json paths "\"data\": \"$here\""
fetch_images busybox
succeeds "images go where it says" test -d $here/cas/blob
fails "and nowhere else" 1 '' test -e /nowhere
matches "image list" "$(rkt image list --no-legend)" "$image"
uuid=$(rkt prepare "$image" --exec=/bin/true)
succeeds "so do pods" test -d "$here/pods/prepared/$uuid"
matches "list" "$(rkt list --no-legend --full)" "^$uuid"
matches "status" "$(rkt status "$uuid")" "^state=prepared"
matches "cat-manifest" "$(rkt cat-manifest "$uuid")" "$image"
matches "completion" "$(rkt completion -- rm '')" "^$uuid"
succeeds "run-prepared" rkt run-prepared --net=none "$uuid"
succeeds "run" rkt run --net=none "$image" --exec=/bin/true
fails "stop" 0 'is already stopped' rkt stop "$uuid"
succeeds "export" rkt export "$uuid" "$work/exported.aci"
equals "rm" "$(rkt rm "$uuid")" "\"$uuid\""
collect_garbage >/dev/null 2>&1 || :
equals "gc" "$(rkt list --no-legend)" ""
fails "--dir wins" 254 'not in the store' rkt --dir=/run/other prepare --pull-policy=never "$image"
pod_file data <<END_OF_POD
[Pod]
Network=none
[App]
Image=$image
Exec=/bin/sleep 1000
END_OF_POD
start data
equals "enter" "$(rkt enter --app=busybox "$(<"/run/rkt/pods/rkt-data/uuid")" /bin/echo here)" here
equals "a declared pod is there, too" "$(find $here/pods/run -mindepth 1 -maxdepth 1 | wc -l)" 1
systemctl stop rkt-data
remove_pod_file data
equals "rkt-gc.service" "$(systemctl start rkt-gc.service; unit_property rkt-gc Result)" success
tells "image gc, too" "rkt-gc" journalctl --unit=rkt-gc --output=cat --no-pager
succeeds "an image is removed" rkt image rm "$image"
fails "nothing of this was in /var/lib/rkt" 1 '' test -e /var/lib/rkt/pods/run/"$uuid"

# A relative path is an error for everybody, whether they read JSON themselves or not.
config_file /etc/rkt/paths.d/data.json paths '"data": "here"'
fails "a bad path: list" 254 '^list: .*/etc/rkt/paths.d/data.json": data: must be an absolute path' rkt list
fails "a bad path: run-prepared" 254 '^run-prepared: .*data: must be an absolute path' rkt run-prepared --net=none 0
succeeds "but not for who was told" rkt --dir=/var/lib/rkt list
rm -r /etc/rkt/paths.d /usr/lib/rkt/paths.d
