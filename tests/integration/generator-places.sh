#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# rkt-generator where little works: in an initrd, without /var, with a log that cannot be written, without a writable
# output directory, and with ten thousand files. Also checks that it knows every setting of this version of systemd.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

generator=/usr/lib/systemd/system-generators/rkt-generator
pods=/etc/rkt/pods.d
out=/run/places
good=$'[Pod]\nNetwork=host\n[App]\nImage=example.com/app\n[Install]\nWantedBy=multi-user.target'
mkdir -p "$pods"
printf '%s\n' "$good" >"$pods/good.pod"
printf '%s\n' "${good/Image/Imge}" >"$pods/bad.pod"

# confined SCRIPT: in a mount namespace of its own, as PID 1 runs it, with words on standard error.
confined() {
    rm -rf "$out"
    mkdir "$out"
    SYSTEMD_SCOPE=system unshare --mount --propagation=private bash -ec "$1; exec timeout 300 $generator $out" 2>&1
}
mkdir /run/reference
"$generator" /run/reference 2>/dev/null
both_are_there() {
    diff -r "$out" /run/reference
}
succeeds "a unit" grep -q '^Type=notify$' /run/reference/rkt-good.service
succeeds "and a stub" grep -q -- --refuse /run/reference/rkt-bad.service
said='/etc/rkt/pods.d/bad.pod:4: unknown key "Imge="'

# ----- The log -----

matches "/dev/kmsg is missing: it says it on standard error" "$(confined 'mount -t tmpfs tmpfs /dev')" "$said"
succeeds "and writes its units" both_are_there
matches "/dev/kmsg can't be written" "$(confined 'mount -t tmpfs tmpfs /dev; touch /dev/kmsg; mount -o bind,ro /dev/kmsg /dev/kmsg')" "$said"
succeeds "units all the same" both_are_there
confined 'mount -t tmpfs tmpfs /dev; ln -s full /dev/kmsg; mknod /dev/full c 1 7' >/run/said || :
matches "/dev/kmsg is full" "$(</run/said)" "$said"
succeeds "units, too" both_are_there
confined 'mount -t tmpfs tmpfs /dev; mkfifo /dev/kmsg' >/run/said || :
succeeds "/dev/kmsg is a FIFO that nobody reads: it does not hang" both_are_there
confined 'exec 2>&- 1>&- 0<&-; mount -t tmpfs tmpfs /dev' || :
succeeds "no log and no descriptors" both_are_there

# ----- Where it runs -----

confined 'mount -t tmpfs -o ro,mode=000 tmpfs /var' >/run/said || :
succeeds "without /var" both_are_there
matches "RequiresMountsFor= has PID 1 wait for it" "$(<"$out/rkt-good.service")" 'RequiresMountsFor=.*/var/lib/rkt'
confined 'mount -t tmpfs tmpfs /var; umount /proc /sys 2>/dev/null || mount -t tmpfs tmpfs /proc' >/run/said || :
succeeds "without /proc" both_are_there
confined 'mount -t tmpfs tmpfs /run/rkt 2>/dev/null || :; export SYSTEMD_IN_INITRD=1' >/run/said || :
equals "nothing in an initrd" "$(ls -A "$out")$(</run/said)" ""
confined 'touch /etc/initrd-release' >/run/said || :
equals "nor in one that is older than the variable" "$(ls -A "$out")$(</run/said)" ""
rm -f /etc/initrd-release

# ----- Where it writes -----

matches "a read-only directory is said" "$(confined "mount -t tmpfs -o ro tmpfs $out" || :)" \
    'rkt-good.service: Read-only file system'
confined "mount -t tmpfs -o size=4k,nr_inodes=3 tmpfs $out; mkdir $out/x; : >$out/y" >/run/said || :
matches "a full one, too" "$(</run/said)" 'rkt-good.service: No space left on device'
rm -rf "$out"
mkdir "$out"
"$generator" "$out" 2>/dev/null &
"$generator" "$out" 2>/dev/null
wait "$!"
succeeds "two at once into one directory" both_are_there

# ----- Many -----

rm "$pods"/*.pod
for ((i = 0; i < 10000; i++)); do printf '%s\n' "$good" >"$pods/many$i.pod"; done
printf '[App]\n' >"$pods/many5000.pod"
rm -rf "$out"
mkdir "$out"
fails "ten thousand files, one of them bad" 0 'many5000.pod:1: \[App\] has no Image=$' timeout 300 "$generator" "$out"
equals "are ten thousand units" "$(find "$out" -maxdepth 1 -name 'rkt-many*.service' | wc -l)" 10000
equals "each wanted but the bad one, whose [Install] is gone" \
    "$(find "$out/multi-user.target.wants" -name 'rkt-many*.service' | wc -l)" 9999
equals "one stub" "$(grep -rl -e --refuse "$out")" "$out/rkt-many5000.service"
rm "$pods"/*.pod

# ----- What systemd knows -----

# Old names of settings, which systemd's manuals know no more; rkt pod check names the new ones.
old='BindTo OnFailureIsolate PropagateReloadFrom PropagateReloadTo RequiresOverridable RequisiteOverridable
StartLimitInterval BlockIOAccounting BlockIODeviceWeight BlockIOReadBandwidth BlockIOWeight BlockIOWriteBandwidth
InaccessibleDirectories PermissionsStartOnly ReadOnlyDirectories ReadWriteDirectories StartupBlockIOWeight StartupCPUShares'
/usr/lib/systemd/systemd --dump-configuration-items >/run/items 2>/dev/null
for section in Unit Service; do
    mapfile -t keys < <(awk -v section="[$section]" '/^\[/ { inside = $0 == section; next }
        inside && /=/ && !/=(NOTSUPPORTED|DEPRECATED)/ { sub(/=.*/, ""); print }' /run/items | sort -u |
        grep -vxF "$(tr ' ' '\n' <<<"$old")")
    {
        printf '[App]\nImage=x\n[%s]\n' "$section"
        printf '%s=x\n' "${keys[@]}"
    } >/run/every.pod
    equals "every one of ${#keys[@]} settings of [$section] is passed, or refused by name" \
        "$({ rkt pod check /run/every.pod || :; } | sed -nE 's/.*unknown key "([A-Za-z0-9]+)=".*/\1/p' | paste -sd' ')" ""
done

# ----- UpheldBy= -----

printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n' >/run/systemd/system/base.service
printf '[App]\nImage=x\n[Install]\nUpheldBy=base.service\n' | pod_file upheld
matches "UpheldBy= is known to this systemd" "$(unit_property base Upholds)" '(^| )rkt-upheld.service( |$)'
remove_pod_file upheld
equals "and not when the file is gone" "$(unit_property base Upholds)" ""
