#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# A credential of the unit reaches only the apps for which the pod names it, readable by their users only.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

before=$(snapshot)
fetch_images busybox
work=/etc/credentials-test
mkdir "$work"
secret=s3cret-$RANDOM$RANDOM$RANDOM
mkdir -m 700 "$work/secrets"
printf '%s' "$secret" >"$work/secrets/db"
printf 'binary\0\nmore' >"$work/secrets/key"

# ----- A declared pod -----

# Each app says what it sees, and stays.
pod_file web <<END
[Pod]
Network=none
[App:web]
Image=example.com/busybox
User=33
Group=33
Credential=db key
Credential=mode
Exec=/bin/sh -c 'cd "\$CREDENTIALS_DIRECTORY"; pwd; stat -c "%%n %%a %%u %%g" . *; cmp db /run/credentials/db && sha256sum db key; cat mode; echo; stat -f -c %%T .; touch new; rm -f db; chmod 644 db; ls; exec sleep 1000'
[App:other]
Image=example.com/busybox
Exec=/bin/sh -c 'echo "dir=\$CREDENTIALS_DIRECTORY"; ls -A /run/credentials; for p in /proc/[0-9]*; do cat \$p/root/run/credentials/db; done; echo end; exec sleep 1000'
[Service]
LoadCredential=db:$work/secrets/db
LoadCredential=key:$work/secrets/key
SetCredential=mode:production
END
start web
soon "the other app has looked everywhere" 20 log_has web other '^end$'
soon "and the app in its own" 20 log_has web web '^mode$'
seen=$(app_log web web)
matches "the directory is read-only, the user's own" "$seen" $'^/run/credentials\n\. 500 33 33\ndb 400 33 33\nkey 400 33 33\nmode 400 33 33\n'
matches "they have what the unit has" "$seen" "$(printf '%s' "$secret" | sha256sum | cut -d' ' -f1)  db"
matches "bytes of all kinds" "$seen" "$(sha256sum <"$work/secrets/key" | cut -d' ' -f1)  key"
matches "SetCredential=, too" "$seen" $'\nproduction\n'
matches "on no disk" "$seen" $'\n(ramfs|UNKNOWN[^\n]*858458f6)'
equals "and can't be changed" "$(grep -c 'Read-only file system' <<<"$seen")" 3
equals "the file systems are ramfs" "$(grep -c ' /run/credentials ro,.* - ramfs ' "/proc/$(pgrep -u 33 -x sleep)/mountinfo")" 1
others=$(app_log web other)
matches "the variable is the one app's" "$others" $'dir=\n'
lacks "the other app, root, can't read it" "$others" "$secret"
uuid=$(</run/rkt/pods/rkt-web/uuid)

# nowhere NAME: in nothing that tells of the pod or is kept of it.
nowhere() {
    lacks "$1: not in status" "$(rkt status "$uuid")" "$secret"
    equals "$1: not beneath /var/lib/rkt" "$(grep -rlF -- "$secret" /var/lib/rkt /run/rkt /run/systemd/generator 2>/dev/null || :)" ""
    lacks "$1: not in the unit" "$(systemctl show rkt-web; systemctl cat rkt-web)" "$secret"
    lacks "$1: in no command line or environment" "$(cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n')" "$secret"
}
nowhere "while it runs"
lacks "not in a journal" "$(journalctl --no-pager --output=cat; journalctl --namespace=rkt-web --no-pager --output=cat)" "$secret"
matches "the plan has the names" "$(cat "/var/lib/rkt/pods/run/$uuid"/appsinfo/*/plan)" $'credential=db\ncredential=key\ncredential=mode\n'
equals "the pod's init holds none" "$(find "/proc/$(leader rkt-web)/fd" -lname '*credentials*' | wc -l)" 0
equals "no mount of the host's" "$(grep -c ' - ramfs .*rkt' /proc/1/mountinfo || :)" 0

printf 'changed' >"$work/secrets/db"
systemctl restart rkt-web
soon "a restart takes what is there then" 20 \
    log_has web web "$(printf changed | sha256sum | cut -d' ' -f1)  db"
systemctl stop rkt-web
nowhere "afterwards"

# ----- What systemd finds or decrypts -----

systemd-creds encrypt --with-key=host --name=db "$work/secrets/db" "$work/db.cred" 2>/dev/null
pod_file sealed <<END
[Pod]
Network=none
[App:app]
Image=example.com/busybox
Credential=db
Exec=/bin/sha256sum /run/credentials/db
[Service]
LoadCredentialEncrypted=db:$work/db.cred
END
systemctl start --wait rkt-sealed
soon "an encrypted credential reaches the app in the clear" 20 eval 'grep -q "$(sha256sum <"$work/secrets/db" | cut -d" " -f1)  /run/credentials/db" <<<"$(app_log_kept sealed app)"'
lacks "it is encrypted in its file" "$(tr -d '\0' <"$work/db.cred")" "$(<"$work/secrets/db")"
remove_pod_file sealed

if (($(systemctl --version | awk 'NR == 1 { print $2 }') >= 254)); then
    install -D -m 600 "$work/secrets/db" /etc/credstore/web.token
    pod_file imported <<'END'
[Pod]
Network=none
[App:app]
Image=example.com/busybox
Credential=web.token
Exec=/bin/sha256sum /run/credentials/web.token
[Service]
ImportCredential=web.*
END
    systemctl start --wait rkt-imported
    soon "an imported credential reaches the app" 20 eval 'grep -q "$(sha256sum <"$work/secrets/db" | cut -d" " -f1)  /run/credentials/web.token" <<<"$(app_log_kept imported app)"'
    remove_pod_file imported
    rm -r /etc/credstore
else
    skip "ImportCredential=" "systemd has it from 254 on"
fi

# ----- What is not there -----

# refused NAME REGEX <FILE
refused() {
    pod_file "$1"
    systemctl start "rkt-$1" 2>/dev/null || :
    tells "$1" "$2" journalctl --no-pager --output=cat --unit="rkt-$1"
    systemctl reset-failed "rkt-$1"
    remove_pod_file "$1"
}
refused none 'it wants the credential "db", which this start does not have: add LoadCredential=db:PATH to \[Service\]' <<'END'
[Pod]
Network=none
[App:app]
Image=example.com/busybox
Credential=db
END
refused another 'it wants the credential "db", which this start does not have: add LoadCredential=db:PATH' <<'END'
[Pod]
Network=none
[App:app]
Image=example.com/busybox
Credential=other db
[Service]
SetCredential=other:x
END

# ----- From a shell -----

export CREDENTIALS_DIRECTORY=$work/secrets
# run OPTION...: what the app's shell says.
run() {
    rkt run --net=none "$@" 2>/dev/null | sed 's/^.*\]: //'
}
equals "--credential" "$(run example.com/busybox --credential=db --exec=/bin/sh -- -c 'cat $CREDENTIALS_DIRECTORY/db; ls /run/credentials')" \
    "changeddb"
equals "in a volume at /run, too" "$(run --volume=run,kind=empty example.com/busybox --mount=volume=run,target=/run \
    --credential=db --exec=/bin/sh -- -c 'cat /run/credentials/db; touch /run/here && echo')" "changed"
equals "with a read-only root" "$(run example.com/busybox --readonly-rootfs --credential=db --exec=/bin/sh \
    -- -c 'cat /run/credentials/db; echo')" "changed"
equals "prepared first, it is read at the start" \
    "$(uuid=$(CREDENTIALS_DIRECTORY='' rkt prepare example.com/busybox --credential=db --exec=/bin/cat -- /run/credentials/db 2>/dev/null)
        rkt run-prepared --net=none "$uuid" 2>/dev/null | sed 's/^.*\]: //')" "changed"
equals "an inherited environment does not tell of it" \
    "$(run --inherit-env example.com/busybox --exec=/bin/sh -- -c 'echo "[$CREDENTIALS_DIRECTORY]"')" "[]"
fails "a name that is a path" 254 '--credential=a/b: "a/b" .*credential' \
    rkt prepare example.com/busybox --credential=a/b
mkdir "$work/secrets/dir"
truncate -s 2M "$work/secrets/large"
fails "a directory" 254 'not a regular file' rkt run --net=none example.com/busybox --credential=dir --exec=/bin/true
fails "2 MB" 254 'has more than 1048576 bytes' rkt run --net=none example.com/busybox --credential=large --exec=/bin/true
mkdir "$work/empty"
for dir in "$work/empty" "$work/missing"; do
    CREDENTIALS_DIRECTORY=$dir fails "a directory that shows none: ${dir##*/}" 254 '"db", and \$CREDENTIALS_DIRECTORY shows none: .*make-rshared' \
        rkt run --net=none example.com/busybox --credential=db --exec=/bin/true
done
unset CREDENTIALS_DIRECTORY
fails "without a directory" 254 'it wants the credential "db", which this start does not have' \
    rkt run --net=none example.com/busybox --credential=db --exec=/bin/true

# ----- Where systemd's mount does not show -----

mount --make-rprivate /
echo told >"$work/token"
pod_file hidden <<END
[Pod]
Network=none
[App]
Image=example.com/busybox
Credential=token
Exec=/bin/sleep 1000
[Service]
LoadCredential=token:$work/token
END
# What a later systemd mounts does not come by the mount namespace of its parent.
if systemctl start rkt-hidden 2>/dev/null; then
    skip "on a private mount a start that needs one fails, and says why" "it does not on this systemd"
    systemctl stop rkt-hidden
else
    soon "on a private mount a start that needs one fails, and says why" 20 \
        eval 'journalctl --unit=rkt-hidden --output=cat --no-pager | grep -q "shows none: .*make-rshared"'
    systemctl reset-failed rkt-hidden
fi
mount --make-rshared /
succeeds "on a shared one it does not" systemctl start rkt-hidden
systemctl stop rkt-hidden
remove_pod_file hidden

remove_pod_file web
collect_garbage
nothing_left "nothing is left" "$before"
