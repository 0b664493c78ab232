#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: nginx
# An image whose access.log is a link to /dev/stdout can log, as root and as another user. On a journal stream open()
# would fail with ENXIO.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

# logs_as NAME LINE...: with these lines in its [App:] section.
logs_as() {
    local name=$1
    shift
    pod_file "$name" < <(printf '%s\n' '[Pod]' Network=host '[App:nginx]' Image=example.com/nginx "$@")
    start "$name"
    soon "$name: nginx answers" 10 http_get 8080
    curl --silent --output /dev/null "http://127.0.0.1:8080/no-such-page-$name" || :
    soon "$name: access.log is in the journal" 10 log_has "$name" nginx "GET /no-such-page-$name HTTP/1.1.* 404"
    soon "$name: error.log too" 10 log_has "$name" nginx 'open().*failed'
    succeeds "$name: stops" systemctl stop "rkt-$name"
    equals "$name: did not fail" "$(unit_property "rkt-$name" Result)" success
    soon "$name: the log outlives the pod" 5 eval "app_log_kept $name nginx | grep -q no-such-page-$name"
    remove_pod_file "$name"
}

fetch_images nginx
logs_as as-root
logs_as as-www-data User=www-data Group=www-data
