#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: logins
# Logins in a pod with default rights: sshd with keys and passwords, su, cron. Their PAM asks for a keyring and for the
# kernel's audit, which the filter refuses; all go on without.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # the scripts are for a shell in the app
. "${0%/*}/lib.sh"

fetch_images logins
# cron reads no table that is as old as those of this image, from 1970.
pod_file logins <<'END'
[Pod]
Network=none
[App:sshd]
Image=example.com/logins
Exec=/bin/sh -c 'ssh-keygen -A; exec /usr/sbin/sshd -D -e'
[App:cron]
Image=example.com/logins
Exec=/bin/sh -c 'touch /etc/cron.d; exec /usr/sbin/cron -f'
END
start logins
uuid=$(</run/rkt/pods/rkt-logins/uuid)

# in_app APP SCRIPT
in_app() {
    timeout -k 5 "$hung" rkt enter --app="$1" "$uuid" /bin/sh -c "$2" </dev/null 2>&1
}

# in_app with the words to log in as alice.
ssh_in() {
    in_app sshd "alice='-p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR alice@127.0.0.1'; $1"
}

soon "sshd listens" 30 ssh_in 'nc 127.0.0.1 2222 </dev/null | grep SSH-2.0'
succeeds "a key is made" in_app sshd 'ssh-keygen -q -t ed25519 -N "" -f /tmp/key && cp /tmp/key.pub /home/alice/.ssh/authorized_keys &&
    chown alice /home/alice/.ssh/authorized_keys && printf "#!/bin/sh\necho secret\n" >/tmp/asked && chmod +x /tmp/asked'
matches "a login with a key" "$(ssh_in 'ssh -o BatchMode=yes -i /tmp/key $alice id' || :)" 'uid=1000.alice.'
matches "one with a terminal" "$(ssh_in 'ssh -tt -o BatchMode=yes -i /tmp/key $alice tty' || :)" '/dev/pts/[0-9]'
matches "sftp" "$(ssh_in 'echo pwd | sftp -P 2222 -o BatchMode=yes -i /tmp/key ${alice#-p 2222 }' || :)" '/home/alice'
password='SSH_ASKPASS=/tmp/asked SSH_ASKPASS_REQUIRE=force ssh -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1'
matches "one with a password" "$(ssh_in "$password \$alice id" || :)" 'uid=1000.alice.'
succeeds "another password is asked for" in_app sshd 'printf "#!/bin/sh\necho wrong\n" >/tmp/asked'
matches "which is not hers" "$(ssh_in "$password \$alice id" || :)" 'Permission denied'

matches "su -" "$(in_app sshd '/bin/su - alice -c "id; pwd"' || :)" 'uid=1000.alice.*/home/alice'
matches "su" "$(in_app sshd '/bin/su alice -c id' || :)" 'uid=1000.alice.'
matches "su with a password" "$(in_app sshd 'echo secret | /bin/su alice -c "/bin/su - bob -c id"' || :)" 'uid=1001.bob.'
tells "cron runs a job" 'uid=1000.alice.' in_app cron 'cat /tmp/ran'

lacks "no process ended for a refused call" "$(rkt status "$uuid")" refused
equals "the pod runs on" "$(unit_property rkt-logins ActiveState)" active
succeeds "and stops" systemctl stop rkt-logins
remove_pod_file logins

# ----- Under other lists -----

# su_with SECCOMP: what it says, of an app that is root.
su_with() {
    rkt run --net=none example.com/logins --seccomp "$1" --exec=/bin/sh -- -c '/bin/su - alice -c id; echo "su: $?"' 2>&1 || :
}

for list in mode=retain,@rkt/default-whitelist mode=remove,@rkt/default-blacklist mode=remove,@docker/default-blacklist \
    mode=retain,@docker/default-whitelist mode=retain,errno=ENOSYS,@rkt/default-whitelist mode=remove,errno=EPERM,keyctl; do
    matches "su - with $list" "$(su_with "$list")" 'uid=1000.alice.'
done
output=$(su_with mode=remove,keyctl)
lacks "where keyctl is removed by its name it ends" "$output" 'uid=1000'
matches "and the log says for what" "$output" 'its filter refuses keyctl'
