#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: busybox
# Directories for persistent data: they are made for the app's user, never taken from it, and never given to another
# user.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

fetch_images busybox
of() {
    stat -c '%u:%g %a' "$1" 2>&1
}
database() {
    pod_file "$1" <<END
[Pod]
Network=none
[App:db]
Image=example.com/busybox
User=999
Group=998
$2
ReloadSignal=SIGHUP
Exec=/bin/sh -c 'cd \$HOME && mkdir -p sub && echo kept >>sub/file; trap : HUP; trap "exit 0" TERM; while :; do sleep 0.1; done'
END
}

# ----- As a database has it -----

database db 'StateDirectory=db deep/below/it db-%N:/data
StateDirectoryMode=0750
CacheDirectory=db
LogsDirectory=db
LogsDirectoryMode=2770
ConfigurationDirectory=db
Environment=HOME=/data'
succeeds "check" rkt pod check /etc/rkt/pods.d/db.pod
start db
data=/var/lib/db-rkt-db
soon "the app's user writes, at the path it named" 20 test -s $data/sub/file
expected="999:998 750"
equals "StateDirectory=" "$(of /var/lib/db)" "$expected"
equals "one further below" "$(of /var/lib/deep/below/it)" "$expected"
equals "what is above that is root's" "$(of /var/lib/deep) $(of /var/lib/deep/below)" "0:0 755 0:0 755"
equals "CacheDirectory=" "$(of /var/cache/db)" "999:998 755"
equals "LogsDirectory=" "$(of /var/log/db)" "999:998 2770"
equals "ConfigurationDirectory= is root's" "$(of /etc/db)" "0:0 755"
echo answer=42 >/etc/db/conf
for directory in /var/lib/db /var/lib/deep/below/it /var/cache/db /var/log/db; do
    succeeds "the app can write to $directory" rkt enter --app=db "$(</run/rkt/pods/rkt-db/uuid)" /bin/sh -c "echo >$directory/written"
done
matches "the app can read its configuration" "$(rkt enter "$(</run/rkt/pods/rkt-db/uuid)" /bin/cat /etc/db/conf)" answer=42
fails "and not change it" 1 '' rkt enter "$(</run/rkt/pods/rkt-db/uuid)" /bin/sh -c 'echo >/etc/db/conf'
owners() {
    find $data /var/lib/db /var/lib/deep/below/it -printf '%u:%g %m %P\n'
}
before=$(owners)
succeeds "reload" systemctl reload rkt-db
equals "after a reload" "$(owners)" "$before"
chmod 0700 /var/lib/db
before=$(owners)
succeeds "restart" systemctl restart rkt-db
equals "after a restart, modes too" "$(owners)" "$before"
systemctl stop rkt-db
remove_pod_file db
rkt gc --grace-period=0s >/dev/null 2>&1
equals "after the pod is gone" "$(owners)" "$before"
matches "with its data" "$(<$data/sub/file)" kept

# ----- What is there already -----

# given NAME LINE: as `database`, started and stopped; says what the unit logged.
given() {
    database "$1" "$2"
    systemctl start "rkt-$1"
    systemctl stop "rkt-$1"
    journalctl --sync
    journalctl --quiet --unit="rkt-$1" --output=cat --no-pager
    remove_pod_file "$1"
}
install -d -o 12 -g 13 -m 0700 /var/lib/another /var/lib/of-root
chown 0:0 /var/lib/of-root
touch /var/lib/of-root/file /var/lib/another/file
matches "another's directory is said" "$(given another StateDirectory=another)" \
    'app "db": "/var/lib/another" belongs to somebody else and is left as it is; .*chown -R 999:998 /var/lib/another'
equals "and left alone" "$(of /var/lib/another)" "12:13 700"
matches "so is root's, with something in it" "$(given of-root StateDirectory=of-root)" '"/var/lib/of-root" belongs to somebody else'
equals "and left alone, too" "$(of /var/lib/of-root) $(of /var/lib/of-root/file | cut -d' ' -f1)" "0:0 700 0:0"
mkdir -m 0700 /var/lib/half-made
lacks "one that a start left half made is no matter" "$(given half-made StateDirectory=half-made)" 'belongs to'
equals "and is the app's" "$(of /var/lib/half-made)" "999:998 755"

# ----- Links -----

mkdir -m 0700 /root/target
ln -s /root/target /var/lib/link
install -d -o 999 /var/lib/of-app
ln -s /root/target /var/lib/of-app/link
touch /var/lib/file
refused() {
    journalctl --quiet --unit=rkt-linked --output=cat --no-pager | grep -q "\"/var/lib/$1\" is not a directory, or leads through a link"
}
mkfifo /var/lib/pipe
for name in link link/below of-app/link of-app/link/below file file/below pipe; do
    database linked "StateDirectory=$name"
    fails "$name is refused" 1 '' systemctl start rkt-linked
    soon "$name: the reason" 20 refused "$name"
    systemctl reset-failed rkt-linked # which counts its starts
    remove_pod_file linked
done
equals "nothing was made or given away beyond the link" "$(of /root/target) $(ls /root/target)" "0:0 700 "

# ----- Without a unit, and words that are refused -----

uuid=$(rkt prepare example.com/busybox --name=one --user=7 --group=7 --state-directory=by-hand:/srv/state --state-directory-mode=0711 \
    --cache-directory=by-hand --cache-directory-mode=0700 --logs-directory=by-hand --logs-directory-mode=0700 \
    --configuration-directory=by-hand --configuration-directory-mode=0700 --exec=/bin/touch -- /srv/state/touched)
equals "rkt prepare makes it" "$(of /var/lib/by-hand) $(of /var/cache/by-hand) $(of /var/log/by-hand) $(of /etc/by-hand)" \
    "7:7 711 7:7 700 7:7 700 0:0 700"
succeeds "and the pod has it" rkt run-prepared --net=none "$uuid"
succeeds "where the flag says" test -e /var/lib/by-hand/touched
for value in ../etc /etc a/../b a//b . '' a:b a:/../b a:; do
    fails "--state-directory=$value is refused" 254 "state-directory" rkt prepare example.com/busybox "--state-directory=$value"
done
fails "so is a mode that is none" 254 'state-directory-mode=888: "888" is not a mode' rkt prepare example.com/busybox --state-directory=a --state-directory-mode=888
fails "and two mounts at one place" 254 'another mount at "/srv/a"' \
    rkt prepare example.com/busybox --state-directory=a:/srv/a --cache-directory=b:/srv/a
matches "rkt pod generate" "$(rkt pod generate example.com/busybox --name=one --state-directory=a --state-directory-mode=0700 --exec=/bin/true)" \
    $'StateDirectory=a\nStateDirectoryMode=0700'
for key in StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory; do
    pod_file taken <<END
[Pod]
Network=none
[App]
Image=example.com/busybox
[Service]
$key=db
END
    fails "$key= in [Service] is refused, with the way out" 1 "$key=: .*use $key= in \[App\]" rkt pod check /etc/rkt/pods.d/taken.pod
done
remove_pod_file taken
rkt rm --all >/dev/null 2>&1 || :
rm -rf $data /var/{lib,cache,log}/{db,by-hand} /etc/{db,by-hand} /var/lib/{deep,another,of-root,half-made,link,of-app,file,pipe} /root/target
