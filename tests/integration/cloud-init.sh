#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: nginx
# layers: cloud-init.layers
# The cloud-config of Documentation/examples as the user data of this machine: the pod that it declares runs after the
# first boot, once its image is available.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

cloud_init_log() {
    journalctl --no-pager --output=cat --unit='cloud-*' | grep -v '^ci-info' || :
}

ended() {
    [[ -e /run/cloud-init/result.json ]]
}

if ! eventually 120 ended; then
    cloud_init_log
    give_up "cloud-init comes to its end" "no /run/cloud-init/result.json"
fi
errors=$(python3 -c 'import json; print(json.load(open("/run/cloud-init/result.json"))["v1"]["errors"])')
[[ $errors == '[]' ]] || cloud_init_log
equals "cloud-init has no errors" "$errors" '[]'
succeeds "the seed was used" grep -q DataSourceNoCloud /run/cloud-init/result.json
equals "the pod file is there" "$(stat -c '%a %U' /etc/rkt/pods.d/web.pod)" '644 root'
soon "the pod waits for its image" 10 state_is web activating # between two tries it is deactivating for a moment
tells "and says what is missing" 'curl: .*nginx.aci' journalctl --no-pager --unit=rkt-web --output=cat
cp "$images/nginx.aci" /srv/
soon "the pod runs when the image can be had" 60 state_is web active
state_is web active || journalctl --no-pager --unit=rkt-web --lines=30
equals "its unit is of the file" "$(unit_property rkt-web SourcePath)" /etc/rkt/pods.d/web.pod
equals "the next boot starts it, too" "$(unit_property rkt-web WantedBy)" multi-user.target
soon "nginx answers" 10 http_get 8080
soon "machined knows it" 20 eval '[[ $(machinectl show -p Unit --value rkt-web) == rkt-web.service ]]'
