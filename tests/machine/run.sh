# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What boot and vm share: their command line, and the way from there to a
# running supervise. Sourced after lib.sh, never run.

# shellcheck source-path=SCRIPTDIR source=lib.sh
[[ ${machine_dir-} ]] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

machine_runtime=${RKT_TEST_RUNTIME:-/run/rkt-machines}

# What was asked for, filled by parse_arguments.
# shellcheck disable=SC2034 # for those who source this
suite=bookworm layers=() binds=() env=() hostname=machine journal=persistent
timeout=300 script='' console='' shell='' orderly='' command=()

# parse_arguments ARG...: the options that boot and vm share. Another one goes
# to the caller's function own_option OPTION VALUE, which fails if it doesn't
# know it.
parse_arguments() {
	local took
	while (($#)); do
		took=2
		case $1 in
		--help) usage && exit 0 ;;
		--orderly) orderly=1 took=1 ;;
		--shell) shell=1 took=1 ;;
		--) shift && break ;;
		-*)
			(($# >= 2)) || die "$1: no such option, or one without its value (--help)"
			valued_option "$1" "$2" || own_option "$1" "$2" || die "$1: no such option (--help)"
			;;
		*) break ;;
		esac
		shift "$took"
	done
	command=("$@")
	check_arguments
}

# shellcheck disable=SC2034
valued_option() {
	case $1 in
	--suite) suite=$2 ;;
	--layer) layers+=("$(realpath -e "$2")") ;;
	--bind) add_bind "$2" ;;
	--env) if [[ $2 == *=* ]]; then env+=("$2"); else env+=("$2=${!2-}"); fi ;;
	--hostname) hostname=$2 ;;
	--journal) journal=$2 ;;
	--timeout) timeout=$2 ;;
	--script) script=$2 ;;
	--console) console=$(realpath -m "$2") ;;
	*) return 1 ;;
	esac
}

# SRC:DST[:ro], kept with SRC resolved.
add_bind() {
	local source target mode
	IFS=: read -r source target mode <<<"$1"
	[[ $target == /* && $mode =~ ^(|ro)$ ]] || die "--bind $1: must be SRC:/DST or SRC:/DST:ro"
	source=$(realpath -e "$source") || die "--bind $1: no such source"
	binds+=("$source:$target:$mode")
}

check_arguments() {
	local layer name
	[[ $journal =~ ^(persistent|volatile)$ ]] || die "--journal is persistent or volatile"
	[[ $timeout =~ ^[0-9]+$ ]] || die "--timeout needs a number of seconds"
	[[ $hostname =~ ^[a-z0-9-]+$ ]] || die "--hostname needs letters, digits and hyphens"
	if [[ $shell ]]; then
		[[ ! $script && ${#command[@]} == 0 ]] || die "--shell takes no command"
	else
		[[ $script || ${#command[@]} -gt 0 ]] || die "no command (--help)"
	fi
	for layer in "${layers[@]}"; do
		[[ -d $layer ]] || die "--layer $layer: not a directory"
		for name in bin sbin lib lib64; do
			[[ ! -d $layer/$name || -L $layer/$name ]] ||
				die "--layer $layer: its /$name would hide Debian's link to /usr/$name: install with the prefix /usr"
		done
	done
}

# The command, as the bash script that the machine's runner runs.
print_command() {
	local variable
	printf 'export HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8\n'
	printf 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n'
	for variable in "${env[@]}"; do
		printf 'export %s=%q\n' "${variable%%=*}" "${variable#*=}"
	done
	if [[ $script ]]; then
		printf 'set -- %s\n' "${command[*]@Q}"
		cat -- "$script"
	else
		printf 'exec %s\n' "${command[*]@Q}"
	fi
}

# Where systemd is this host's PID 1, the machine belongs in a scope: its cgroup
# has controllers then, and the host knows whose it is. Starts us again in one.
enter_scope() {
	[[ -d /run/systemd/system && ! ${RKT_MACHINE_SCOPE-} ]] || return 0
	export RKT_MACHINE_SCOPE=1
	exec systemd-run --quiet --scope --slice=machine.slice --property=Delegate=yes -- "$0" "$@"
}

# A mount namespace of our own is for what a minimal root may lack: devices, and
# the cgroup2 tree (choose_cgroup). Starts us again in one.
enter_mount_namespace() {
	if [[ ${RKT_MACHINE_UNSHARED-} != "$$" ]]; then
		export RKT_MACHINE_UNSHARED=$$
		exec unshare --mount --propagation slave "$0" "$@"
	fi
	unset RKT_MACHINE_UNSHARED
	[[ -e /dev/loop-control ]] || mount -t devtmpfs dev /dev
	[[ -e /dev/pts/ptmx ]] || mount -t devpts -o ptmxmode=666 devpts /dev/pts
}

# The directory of this machine, `work`: what supervise expects and what the
# guest sees of it as /run/machine.
make_work() {
	[[ -d $machine_runtime ]] || mkdir "$machine_runtime"
	work=$(mktemp -d "$machine_runtime/machine-XXXXXX")
	trap 'rm -rf --one-file-system "$work"' EXIT
	mkdir "$work/fs" "$work/run"
	mkfifo -m 0600 "$work/run/out" "$work/run/status"
	[[ ! $console ]] || ln -s "$console" "$work/console"
	[[ ! $orderly ]] || : >"$work/run/orderly"
	if [[ $shell ]]; then
		printf '%s\n' "${TERM-dumb}" >"$work/run/shell"
	else
		print_command >"$work/run/command"
	fi
}

# Sets `cgroup` to where the machine's cgroup is to be made. The cgroup2 tree is
# where mountinfo says, or mounted by us.
choose_cgroup() {
	local parent controllers
	if ! parent=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET); then
		parent=$work/cgroup2
		mkdir "$parent"
		mount -t cgroup2 cgroup2 "$parent"
	fi
	if [[ ${RKT_MACHINE_SCOPE-} ]]; then
		parent+=$(sed -n 's/^0:://p' /proc/self/cgroup)
		mkdir "$parent/supervisor"
		echo "$$" >"$parent/supervisor/cgroup.procs"
	fi
	# Refused where the parent has processes of its own: no controllers then.
	controllers=$(sed 's/[^ ]*/+&/g' "$parent/cgroup.controllers")
	[[ ! $controllers ]] || (echo "$controllers" >"$parent/cgroup.subtree_control") 2>/dev/null || :
	cgroup=$parent/${work##*/}
	printf '%s\n' "$cgroup" >"$work/cgroup"
}

build_supervise() {
	need_programs gcc
	gcc -std=gnu17 -O2 -Wall -Wextra -o "$1/supervise" "$machine_dir/supervise.c"
}

# supervise_machine SETUP: becomes supervise, which runs SETUP as the machine's
# first process.
supervise_machine() {
	local program
	program=$(cached "supervise-$(recipe_hash "$machine_dir/supervise.c")" build_supervise)/supervise
	choose_cgroup
	trap - EXIT
	exec "$program" "$work" "$cgroup" "$timeout" "$1" "$work"
}

# What was left by machines that were killed together with their watchers:
# directories whose lock nobody holds, and the cgroups they name. Those younger
# than MIN_AGE minutes may be just being made.
sweep() {
	local min_age=$1 work
	for work in "$machine_runtime"/*; do
		[[ -d $work && $(find "$work" -maxdepth 0 -mmin "+$min_age") ]] || continue
		(
			flock --nonblock 9 || exit 0
			[[ ! -s $work/cgroup ]] || remove_cgroup "$(<"$work/cgroup")"
			rm -rf --one-file-system "$work"
			say "removed $work, left by a killed machine"
		) 9>>"$work/lock"
	done
}

remove_cgroup() {
	local cgroup=$1
	for _ in {1..100}; do
		[[ -d $cgroup ]] || return 0
		echo 1 >"$cgroup/cgroup.kill"
		find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
	done
	say "cannot remove $cgroup"
}
